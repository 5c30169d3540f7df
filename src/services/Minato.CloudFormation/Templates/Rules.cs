using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>The Rules section: assertions on parameters, checked before anything is made.</summary>
internal sealed class Rules(Template template, IReadOnlyDictionary<string, ParameterValue> parameters, Evaluator evaluator)
{
    /// <exception cref="Minato.Aws.AwsException">An assertion does not hold.</exception>
    public void Check()
    {
        foreach (var (name, rule) in template.Rules)
        {
            if (rule is not JsonObject map) throw TemplateErrors.Format("Any Rules member must be an object.");
            if (map["RuleCondition"] is { } condition && !Holds(condition)) continue;
            foreach (var assertion in (map["Assertions"] as JsonArray ?? []).OfType<JsonObject>())
            {
                if (!Holds(assertion["Assert"]))
                    throw TemplateErrors.Validation($"Rule '{name}' failed: {Values.Text(assertion["AssertDescription"]) ?? "an assertion does not hold"}");
            }
        }
    }

    private bool Holds(JsonNode? node)
    {
        if (Values.Function(node) is not var (name, argument)) throw TemplateErrors.Format("Every rule must be a rule-specific intrinsic function");
        var parts = argument as JsonArray ?? [];
        return name switch
        {
            "Fn::And" => parts.All(Holds),
            "Fn::Or" => parts.Any(Holds),
            "Fn::Not" => !Holds(parts.FirstOrDefault()),
            "Fn::Equals" => parts.Count == 2 && Values.SameValue(Single(parts[0]), Single(parts[1])),
            "Fn::Contains" => parts.Count == 2 && List(parts[0]).Contains(Values.Text(Single(parts[1]))),
            "Fn::EachMemberEquals" => parts.Count == 2 && List(parts[0]).All(v => v == Values.Text(Single(parts[1]))),
            "Fn::EachMemberIn" => parts.Count == 2 && List(parts[0]).All(List(parts[1]).Contains),
            _ => throw TemplateErrors.Format($"Unsupported function in Rules: {name}"),
        };
    }

    private JsonNode? Single(JsonNode? node) => evaluator.Evaluate(node);

    private List<string?> List(JsonNode? node) => Values.Function(node) is ("Fn::RefAll", { } type)
        ? [.. template.Parameters.Values.Where(p => p.Type == Values.Text(type) || p.ValueType == $"List<{Values.Text(type)}>").SelectMany(p => Evaluator.ListOf(parameters[p.Name].Text))]
        : evaluator.Evaluate(node) switch
        {
            JsonArray list => [.. list.Select(Values.Text)],
            var one => [Values.Text(one)],
        };
}
