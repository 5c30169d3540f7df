using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.Templates;
using Minato.Engines.Documents;
using Minato.Engines.Yaml;

namespace Minato.CloudFormation.Tests;

/// <summary>Templates without a world around them.</summary>
internal static class Reading
{
    public static readonly StackFacts Facts = new() { AccountId = "123456789012", Region = "us-east-1", StackName = "demo", StackId = "arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1" };

    private static readonly IYamlReader s_yaml = new ServiceCollection().AddYaml().BuildServiceProvider().GetRequiredService<IYamlReader>();
    private static readonly TypeRegistry s_types = new([new ThingType(new(), TimeProvider.System)]);

    public static TemplateText Text => new(s_yaml);

    public static Template Template(string text)
    {
        var root = Text.Read(text);
        if (TemplateParser.Transforms(root).Contains(LanguageExtensions.Name)) root = LanguageExtensions.Expand(root, Defaults(TemplateParser.Parse(Without(root))));
        var template = TemplateParser.Parse(root);
        new TemplateChecker(s_types).Check(template);
        return template;
    }

    // Only its parameters are wanted.
    private static JsonObject Without(JsonObject root) => new()
    {
        ["Parameters"] = root["Parameters"]?.DeepClone() ?? new JsonObject(), ["Resources"] = new JsonObject { ["X"] = new JsonObject { ["Type"] = "X" } },
    };

    public static Dictionary<string, ParameterValue> Defaults(Template template) =>
        template.Parameters.Values.ToDictionary(p => p.Name, p => new ParameterValue(p.Default ?? "", p.IsList, p.NoEcho));

    /// <summary>Evaluates a YAML value beside mappings M, a parameter P of value <c>p</c>, a list L of <c>x,y</c> and a resource A that is there.</summary>
    public static string Evaluate(string value, bool extensions = false)
    {
        var indented = string.Join('\n', value.Split('\n').Select(l => "        " + l));
        var text = $$"""
            {{(extensions ? "Transform: AWS::LanguageExtensions" : "")}}
            Parameters:
              P: { Type: String, Default: p }
              N: { Type: Number, Default: 3 }
              L: { Type: CommaDelimitedList, Default: "x, y" }
            Mappings:
              M: { us-east-1: { Size: big, Zones: [a, b] } }
            Conditions:
              IsP: !Equals [!Ref P, p]
              NotP: !Not [!Condition IsP]
              Both: !And [!Condition IsP, !Or [!Condition NotP, !Equals [1, "1"]]]
            Resources:
              A: { Type: Test::Cloud::Thing }
              B:
                Type: Test::Cloud::Thing
                Properties:
                  Value:
            """ + "\n" + indented + "\n";
        var template = Template(text);
        return Scoped(template).EvaluateMap(template.Resources["B"].Properties)["Value"]?.ToJsonString() ?? "nothing";
    }

    public static Evaluator Scoped(Template template) => new(new()
    {
        Template = template, Stack = Facts, Parameters = Defaults(template), Zones = _ => ["us-east-1a", "us-east-1b"], Import = name => name == "exported" ? "imported" : null,
        Resource = id => id == "A" ? new("a-1", new() { ["Arn"] = "arn:a", ["Nested.Deep"] = "down" }) : null,
    });

    public static string Refused(Action work)
    {
        var refused = Should.Throw<AwsException>(work);
        refused.Code.ShouldBe("ValidationError");
        return refused.Message;
    }
}
