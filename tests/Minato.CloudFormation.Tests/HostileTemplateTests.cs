using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.CloudFormation.Api;
using Minato.CloudFormation.Templates;

namespace Minato.CloudFormation.Tests;

/// <summary>Goal: whatever a stranger sends, the answer is a stack or a refusal, soon and with little memory.</summary>
public sealed class HostileTemplateTests
{
    private const string Thing = "Type: Test::Cloud::Thing";

    private static readonly TimeSpan s_soon = TimeSpan.FromMinutes(1); // Of a machine that is busy with other things.
    private const long Little = 1L << 30; // Made in all, and soon forgotten.

    private static readonly string[] s_functions =
    [
        "Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::If", "Fn::FindInMap", "Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr", "Fn::Base64", "Fn::Length",
        "Fn::ToJsonString", "Fn::Transform", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Condition", "Fn::ForEach::X", "Fn::Contains", "Fn::RefAll", "Fn::Unknown",
    ];

    private static readonly string[] s_texts = ["", "A", "B", "P", "L", "C", "D", "M", "K", "S", "A.Arn", "${A}", "${P}-${!x}", "${", "AWS::Region", "AWS::NoValue", "0", "-1", "10.0.0.0/16", "99999999999", "1e300", "(", "{{resolve:ssm:x}}", "\0", "é"];

    [Theory]
    [InlineData("deep lists")]
    [InlineData("deep maps")]
    [InlineData("a long name over much")]
    [InlineData("a long name over nulls")]
    [InlineData("conditions one after the other")]
    [InlineData("resources one after the other")]
    [InlineData("resources in a circle with a tail")]
    [InlineData("a long delimiter")]
    [InlineData("a long parameter many times")]
    [InlineData("texts of texts")]
    [InlineData("a large mapping many times")]
    [InlineData("loops in loops")]
    [InlineData("a loop of a long text")]
    [InlineData("many anchors")]
    [InlineData("many keys")]
    public void A_large_template_costs_little_whatever_is_in_it(string what) => CfnWorld.Run(async w =>
    {
        var text = Hostile(what);
        Encoding.UTF8.GetByteCount(text).ShouldBeLessThanOrEqualTo(TemplateText.Largest);
        var (watch, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        await TryAsync(w, text);
        watch.Elapsed.ShouldBeLessThan(s_soon);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Little);
    });

    [Theory, Minato.Testing.Seeds(1, 8)]
    public void Whatever_functions_hold_the_answer_is_a_template_or_a_refusal(ulong seed) => CfnWorld.Run(async w =>
    {
        for (var i = 0; i < 300; i++)
        {
            var text = new JsonObject
            {
                ["Transform"] = w.World.Chance.Next(2) == 0 ? "AWS::LanguageExtensions" : null,
                ["Parameters"] = Parameters(w),
                ["Mappings"] = JsonNode.Parse("""{"M":{"K":{"S":"x","L":["a","b"]}}}"""),
                ["Conditions"] = new JsonObject { ["C"] = Any(w, 3), ["D"] = JsonNode.Parse("""{"Fn::Equals":["a","b"]}""") },
                ["Rules"] = w.World.Chance.Next(4) == 0 ? new JsonObject { ["R"] = new JsonObject { ["Assertions"] = new JsonArray(new JsonObject { ["Assert"] = Any(w, 3) }) } } : new JsonObject(),
                ["Resources"] = new JsonObject { ["A"] = Resource(w), ["B"] = Resource(w) },
                ["Outputs"] = new JsonObject { ["O"] = new JsonObject { ["Value"] = Any(w, 3) ?? "" } },
            };
            if (text["Transform"] is null) text.Remove("Transform");
            await TryAsync(w, text.ToJsonString());
        }
    }, seed);

    private static async Task TryAsync(CfnWorld w, string text)
    {
        try
        {
            await w.World.Services.GetRequiredService<Preparation>().PrepareAsync(text, [], Reading.Facts, null, w.Caller, default);
        }
        catch (AwsException e)
        {
            e.Message.ShouldNotBeEmpty();
        }
    }

    private static JsonNode Parameters(CfnWorld w)
    {
        var parameters = JsonNode.Parse("""{"P":{"Type":"String","Default":"p"},"L":{"Type":"CommaDelimitedList","Default":"a,b"}}""") ?? new JsonObject();
        foreach (var key in (string[])["AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue", "NoEcho", "ConstraintDescription", "Default"])
        {
            if (w.World.Chance.Next(30) == 0) parameters["P"]?.AsObject()[key] = Any(w, 1);
        }
        return parameters;
    }

    private static JsonObject Resource(CfnWorld w)
    {
        var resource = new JsonObject { ["Type"] = "Test::Cloud::Thing", ["Properties"] = new JsonObject { ["Value"] = Any(w, 4) ?? "" } };
        foreach (var key in (string[])["DependsOn", "Condition", "DeletionPolicy", "UpdatePolicy", "CreationPolicy", "Metadata", "Properties"])
        {
            if (w.World.Chance.Next(12) == 0) resource[key] = Any(w, 2);
        }
        return resource;
    }

    private static JsonNode? Any(CfnWorld w, int depth)
    {
        var chance = w.World.Chance;
        return chance.Next(depth > 0 ? 8 : 3) switch
        {
            0 => s_texts[chance.Next(s_texts.Length)],
            1 => chance.Next(5) - 1,
            2 => chance.Next(40) == 0 ? null : chance.Next(2) == 0,
            3 => new JsonArray([.. Enumerable.Range(0, chance.Next(4)).Select(_ => Any(w, depth - 1))]),
            4 => new JsonObject { [s_texts[chance.Next(s_texts.Length)]] = Any(w, depth - 1), ["DefaultValue"] = Any(w, depth - 1) },
            _ => new JsonObject { [s_functions[chance.Next(s_functions.Length)]] = Any(w, depth - 1) },
        };
    }

    private static string Hostile(string what) => what switch
    {
        "deep lists" => "a: " + new string('[', 990_000),
        "deep maps" => string.Concat(Enumerable.Repeat("{a: ", 240_000)),
        "a long name over much" => $"Resources: {{ A: {{ {Thing}, Metadata: {{ {new string('n', 400_000)}: [{Many("x", 200_000)}] }} }} }}",
        "a long name over nulls" => $"Resources: {{ A: {{ {Thing}, Metadata: {{ {new string('n', 400_000)}: [{Many("x", 100_000)}, null] }} }} }}",
        "conditions one after the other" =>
            $"Conditions: {{ {string.Join(", ", Enumerable.Range(0, 25_000).Select(i => $"C{i}: !Not [!Condition C{i + 1}]"))}, C25000: !Equals [a, a] }}\nResources: {{ A: {{ {Thing} }} }}",
        "resources one after the other" => "Resources:\n" + string.Concat(Enumerable.Range(0, 499).Select(i => $"  R{i}: {{ {Thing}, DependsOn: R{i + 1} }}\n")) + $"  R499: {{ {Thing} }}\n",
        "resources in a circle with a tail" => "Resources:\n" + string.Concat(Enumerable.Range(1, 499).Select(i => $"  R{i}: {{ {Thing}, DependsOn: R{i - 1} }}\n")) + $"  R0: {{ {Thing}, DependsOn: R1 }}\n",
        "a long delimiter" => $"Parameters: {{ L: {{ Type: CommaDelimitedList, Default: '{new string(',', 4000)}' }} }}\nResources: {{ A: {{ {Thing}, Properties: {{ Value: !Join ['{new string('-', 900_000)}', !Ref L] }} }} }}",
        "a long parameter many times" =>
            $"Parameters: {{ P: {{ Type: String, Default: '{new string('p', 4000)}' }} }}\nResources: {{ A: {{ {Thing}, Properties: {{ Value: !Sub '{string.Concat(Enumerable.Repeat("${P}", 200_000))}' }} }} }}",
        "texts of texts" => $"Transform: AWS::LanguageExtensions\nResources: {{ A: {{ {Thing}, Properties: {{ Value: {Repeat("{'Fn::ToJsonString': [", 24)}{Many("'\"'", 100_000)}{Repeat("]}", 24)} }} }} }}",
        "a large mapping many times" =>
            $"Mappings: {{ M: {{ K: {{ S: [{Many("x", 100_000)}] }} }} }}\nResources: {{ A: {{ {Thing}, Properties: {{ List: [{Many("!FindInMap [M, K, S]", 20_000)}] }} }} }}",
        "loops in loops" => $"Transform: AWS::LanguageExtensions\nResources: {{ {Loops(5)} }}",
        "a loop of a long text" =>
            $"Transform: AWS::LanguageExtensions\nResources: {{ 'Fn::ForEach::X': [X, [{Many("a", 1)}{string.Concat(Enumerable.Range(0, 5000).Select(i => $",a{i}"))}], {{ '${{X}}': {{ {Thing}, Metadata: '{new string('t', 900_000)}' }} }}] }}",
        "many anchors" => string.Concat(Enumerable.Range(0, 50_000).Select(i => $"a{i}: &a{i} x\n")),
        "many keys" => "Resources: {" + string.Concat(Enumerable.Range(0, 90_000).Select(i => $"k{i}: 1,")) + "}",
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static string Many(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Loops(int depth) => depth == 0 ? $"'R${{X1}}${{X2}}${{X3}}${{X4}}${{X5}}': {{ {Thing} }}"
        : $"'Fn::ForEach::X{depth}': [X{depth}, [{string.Join(',', Enumerable.Range(0, 100).Select(i => $"v{i}"))}], {{ {Loops(depth - 1)} }}]";
}
