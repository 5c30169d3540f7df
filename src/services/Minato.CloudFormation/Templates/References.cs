using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>A place where something names a parameter or a resource.</summary>
/// <param name="Attribute">Null for Ref.</param>
internal readonly record struct Reference(string Name, string? Attribute, bool IsSub = false);

/// <summary>Finds what a part of a template refers to.</summary>
internal static class References
{
    /// <param name="evaluator">With it only the chosen branches of conditions count; without it all do.</param>
    public static IEnumerable<Reference> In(JsonNode? node, Evaluator? evaluator = null)
    {
        if (Values.Function(node) is var (name, argument)) return InFunction(name, argument, evaluator);
        return node switch
        {
            JsonObject map => map.SelectMany(p => In(p.Value, evaluator)),
            JsonArray list => list.SelectMany(i => In(i, evaluator)),
            _ => [],
        };
    }

    private static IEnumerable<Reference> InFunction(string name, JsonNode? argument, Evaluator? evaluator) => name switch
    {
        "Ref" => [new(Values.Text(argument) ?? throw NoName(), null)],
        "Fn::GetAtt" => GetAtt(argument, evaluator) is var (id, attribute) ? [new(id, attribute), .. In((argument as JsonArray)?[1], evaluator)] : [],
        "Fn::Sub" => InSub(argument, evaluator),
        "Fn::If" when argument is JsonArray { Count: 3 } parts && Values.Text(parts[0]) is { } condition && evaluator is not null =>
            In(evaluator.Holds(condition) ? parts[1] : parts[2], evaluator),
        _ => In(argument, evaluator),
    };

    public static Exception NoName() => TemplateErrors.Template("every Ref object must have a single String value.");

    private static IEnumerable<Reference> InSub(JsonNode? argument, Evaluator? evaluator)
    {
        var (text, own) = Sub(argument);
        foreach (var (_, name) in SubText.Parts(text))
        {
            if (name is null || own?.ContainsKey(name) is true) continue;
            var parts = name.Split('.', 2);
            yield return new(parts[0], parts.Length > 1 ? parts[1] : null, IsSub: true);
        }
        foreach (var reference in In(own, evaluator)) yield return reference;
    }

    public static (string Text, JsonObject? Own) Sub(JsonNode? argument) => argument switch
    {
        JsonValue value when value.GetValueKind() is JsonValueKind.String => (value.GetValue<string>(), null),
        JsonArray { Count: 2 } pair when Values.Text(pair[0]) is { } text && pair[1] is JsonObject own => (text, own),
        _ => throw TemplateErrors.Template("One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string"),
    };

    /// <param name="evaluator">Gives the attribute's name where that is a function.</param>
    public static (string Id, string Attribute) GetAtt(JsonNode? argument, Evaluator? evaluator)
    {
        var parts = argument is JsonArray list ? list : Values.Text(argument) is { } text ? Values.List(text.Split('.', 2)) : [];
        var attribute = parts.Count == 2 ? parts[1] is JsonValue ? Values.Text(parts[1]) : evaluator is null ? "" : Values.Text(evaluator.Evaluate(parts[1])) : null;
        if (parts.Count == 2 && Values.Text(parts[0]) is { Length: > 0 } id && attribute is not null && (attribute.Length > 0 || parts[1] is not JsonValue)) return (id, attribute);
        throw TemplateErrors.Template("every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute");
    }
}
