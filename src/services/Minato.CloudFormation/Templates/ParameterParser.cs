using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Minato.CloudFormation.Templates;

/// <summary>Declarations of parameters.</summary>
internal static partial class ParameterParser
{
    private static readonly ImmutableHashSet<string> s_keys =
        ["AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho", "Type"];

    public static ParameterDefinition Parse(string name, JsonNode? node)
    {
        if (node is not JsonObject map) throw TemplateErrors.Format("Any Parameters member must be an object.");
        if (map.Select(p => p.Key).FirstOrDefault(k => !s_keys.Contains(k)) is { } unknown) throw TemplateErrors.Validation($"Invalid template parameter property '{unknown}'");
        if (Values.Text(map["Type"]) is not { } type) throw TemplateErrors.Format("Every Parameters object must contain a Type member.");
        if (!KnownType().IsMatch(type)) throw TemplateErrors.Format($"Unrecognized parameter type: {type}");
        return new()
        {
            Name = name, Type = type,
            Default = map["Default"] is not { } given ? null : given is JsonArray list ? string.Join(",", list.Select(Values.Text))
                : Values.Text(given) ?? throw TemplateErrors.Format($"Every Default member must be a string."),
            NoEcho = Values.Text(map["NoEcho"]) is { } secret && secret.Equals("true", StringComparison.OrdinalIgnoreCase),
            Description = Values.Text(map["Description"]),
            AllowedValues = map["AllowedValues"] is JsonArray allowed ? [.. allowed.Select(v => Values.Text(v) ?? "")] : [],
            AllowedPattern = Values.Text(map["AllowedPattern"]),
            ConstraintDescription = Values.Text(map["ConstraintDescription"]),
            MinLength = Length(map, "MinLength"), MaxLength = Length(map, "MaxLength"),
            MinValue = Number(map, "MinValue"), MaxValue = Number(map, "MaxValue"),
        };
    }

    private static int? Length(JsonObject map, string name) => Number(map, name) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    private static decimal? Number(JsonObject map, string name) => Values.Text(map[name]) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw TemplateErrors.Format($"Parameter property {name} must be a number.");

    [GeneratedRegex(@"^(?:String|Number|CommaDelimitedList|List<(?:String|Number|AWS::[A-Za-z0-9]+(?:::[A-Za-z0-9]+)+)>|AWS::SSM::Parameter::Value<(?:String|CommaDelimitedList|List<[A-Za-z0-9:]+>|AWS::[A-Za-z0-9:]+)>|AWS::[A-Za-z0-9]+(?:::[A-Za-z0-9]+)+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KnownType();
}
