using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>Checks the anatomy of a template and takes it apart. What refers to what is <see cref="TemplateChecker"/>'s business.</summary>
internal static class TemplateParser
{
    private const int MostResources = 500;
    private const int MostParameters = 200;
    private const int MostOutputs = 200;
    private const int MostMappings = 200;
    private const int LongestName = 255;
    private const int LongestDescription = 1024;
    private const string Version = "2010-09-09";

    private static readonly ImmutableHashSet<string> s_sections =
        ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions", "Transform", "Resources", "Outputs", "Hooks"];

    private static readonly ImmutableHashSet<string> s_resourceKeys =
        ["Type", "Properties", "DependsOn", "Condition", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy", "Description"];

    /// <param name="root">With all transforms done.</param>
    public static Template Parse(JsonObject root)
    {
        CheckTop(root);
        if (NullIn(root) is { } place) throw NullAt(place);
        var resources = Section(root, "Resources");
        if (resources.Count == 0) throw TemplateErrors.Format("At least one Resources member must be defined.");
        Bound(resources, MostResources, "resources");
        var template = new Template
        {
            Root = root,
            Description = Values.Text(root["Description"]),
            Metadata = root["Metadata"],
            Transforms = Transforms(root),
            Parameters = Bound(Section(root, "Parameters"), MostParameters, "parameters").ToDictionary(p => p.Key, p => ParameterParser.Parse(p.Key, p.Value)),
            Mappings = Mappings(root),
            Conditions = Section(root, "Conditions"),
            Rules = Section(root, "Rules"),
            Resources = resources.ToDictionary(r => r.Key, r => Resource(r.Key, r.Value)),
            Outputs = Bound(Section(root, "Outputs"), MostOutputs, "outputs").ToDictionary(o => o.Key, o => Output(o.Key, o.Value)),
        };
        foreach (var name in template.Parameters.Keys.Where(template.Resources.ContainsKey))
            throw TemplateErrors.Format($"Duplicate name {name}: a parameter and a resource cannot have the same name.");
        return template;
    }

    public static ImmutableArray<string> Transforms(JsonObject root) => root["Transform"] switch
    {
        null => [],
        JsonArray list => [.. list.Select(NameOf)],
        var single => [NameOf(single)],
    };

    /// <summary>Of a transform, which is a name or has one.</summary>
    public static string NameOf(JsonNode? transform) => Values.Text(transform) ?? Values.Text(Values.Member(transform, "Name")) ?? "";

    private static void CheckTop(JsonObject root)
    {
        var unknown = root.Select(p => p.Key).Where(k => !s_sections.Contains(k)).ToList();
        if (unknown.Count > 0) throw TemplateErrors.Validation($"Invalid template property or properties [{string.Join(", ", unknown)}]");
        if (root["AWSTemplateFormatVersion"] is { } version && Values.Text(version) is not Version)
            throw TemplateErrors.Format("unsupported value for AWSTemplateFormatVersion.");
        if (root["Description"] is { } description && (description.GetValueKind() is not JsonValueKind.String || description.GetValue<string>().Length > LongestDescription))
            throw TemplateErrors.Format("'Description' length is greater than 1024.");
    }

    private static JsonObject Bound(JsonObject section, int most, string what)
    {
        if (section.Count > most) throw TemplateErrors.Format($"Number of {what}, {section.Count}, is greater than maximum allowed, {most}");
        foreach (var (name, _) in section)
        {
            if (name.Length is 0 or > LongestName || !name.All(char.IsAsciiLetterOrDigit))
                throw TemplateErrors.Format($"{What(what)} name {name} is non alphanumeric.");
        }
        return section;

        static string What(string plural) => char.ToUpperInvariant(plural[0]) + plural[1..^1];
    }

    // AWS: a null is refused wherever it stands; an output without anything counts as one whose value is null.
    private static Exception NullAt(string place) => place.Split('/') switch
    {
        ["", "Outputs", _] => TemplateErrors.Validation($"[{place}/Value] 'null' values are not allowed in templates"),
        ["", "Resources"] => TemplateErrors.Format("At least one Resources member must be defined."),
        ["", "Resources", _] => TemplateErrors.Format("Any Resources member must be an object."),
        _ => TemplateErrors.Validation($"[{place}] 'null' values are not allowed in templates"),
    };

    // Its place is put together only where there is one: names may be long, and what is below them much.
    private static string? NullIn(JsonNode? node) => node switch
    {
        null => "",
        JsonObject map => map.Select(p => NullIn(p.Value) is { } below ? $"/{p.Key}{below}" : null).FirstOrDefault(p => p is not null),
        JsonArray list => list.Select((item, i) => NullIn(item) is { } below ? $"/{i}{below}" : null).FirstOrDefault(p => p is not null),
        _ => null,
    };

    private static JsonObject Section(JsonObject root, string name) => root[name] switch
    {
        null => [],
        JsonObject map => map,
        _ => throw TemplateErrors.Format($"Any {name} member must be an object."),
    };

    private static JsonObject Mappings(JsonObject root)
    {
        var mappings = Section(root, "Mappings");
        if (mappings.Count > MostMappings) throw TemplateErrors.Format($"Number of mappings, {mappings.Count}, is greater than maximum allowed, {MostMappings}");
        foreach (var (name, map) in mappings)
        {
            if (map is not JsonObject keys || keys.Any(k => k.Value is not JsonObject)) throw TemplateErrors.Format($"Every Mappings member {name} must be a map");
            if (keys.Select(k => k.Value).OfType<JsonObject>().Any(a => a.Any(v => v.Value is JsonObject))) throw TemplateErrors.Format("Every Mappings attribute must be a String or a List.");
            if (keys.Select(k => k.Value).OfType<JsonObject>().FirstOrDefault(a => a.Count > MostMappings) is { } wide)
                throw TemplateErrors.Format($"Number of attributes in mapping {name}, {wide.Count}, is greater than maximum allowed, {MostMappings}");
        }
        return mappings;
    }

    private static ResourceDefinition Resource(string id, JsonNode? node)
    {
        if (node is not JsonObject map) throw TemplateErrors.Format("Any Resources member must be an object.");
        if (map.Select(p => p.Key).FirstOrDefault(k => !s_resourceKeys.Contains(k)) is { } unknown)
            throw TemplateErrors.Validation($"Invalid template resource property '{unknown}'");
        if (Values.Text(map["Type"]) is not { Length: > 0 } type)
            throw TemplateErrors.Format($"[/Resources/{id}] Every Resources object must contain a Type member.");
        if (map["Properties"] is not (null or JsonObject)) throw TemplateErrors.Format($"[/Resources/{id}/Properties] Every Properties member must be an object.");
        return new()
        {
            LogicalId = id, Type = type, Properties = map["Properties"] as JsonObject ?? [], Metadata = map["Metadata"],
            DependsOn = map["DependsOn"] switch
            {
                null => [],
                JsonArray list => [.. list.Select(d => Values.Text(d) ?? throw NoDependency())],
                var single => [Values.Text(single) ?? throw NoDependency()],
            },
            Condition = map["Condition"] is { } condition ? Values.Text(condition) ?? throw TemplateErrors.Format("Every Condition member must be a string.") : null,
            CreationPolicy = map["CreationPolicy"], UpdatePolicy = map["UpdatePolicy"],
            DeletionPolicy = map["DeletionPolicy"], UpdateReplacePolicy = map["UpdateReplacePolicy"],
        };

        static Exception NoDependency() => TemplateErrors.Format("DependsOn must be a string or list of strings.");
    }

    private static OutputDefinition Output(string name, JsonNode? node)
    {
        if (node is not JsonObject map || map["Value"] is not { } value) throw TemplateErrors.Format("Every Outputs member must contain a Value object");
        return new()
        {
            Name = name, Value = value, Description = Values.Text(map["Description"]), Condition = Values.Text(map["Condition"]),
            ExportName = map["Export"] is null ? null : (map["Export"] as JsonObject)?["Name"] ?? throw TemplateErrors.Format("Every Export member must contain a Name"),
        };
    }
}
