using System.Text;
using System.Text.Json;

namespace Minato.Aws.Generator;

/// <summary>Writes what a <c>MemberSchema</c> holds: names, places and limits of one value and of what is in it.</summary>
internal sealed class SchemaEmitter(Model model)
{
    public string Member(string name, JsonElement reference, string owner, bool required)
    {
        var shape = Model.ShapeRef(reference);
        var definition = model.Shapes[shape];
        var text = new StringBuilder($"new() {{ Name = {Names.Quote(name)}, Kind = ShapeKind.{Kind(shape)}");
        if (Either(reference, definition, "locationName") is { } location) text.Append($", LocationName = {Names.Quote(location)}");
        if (Model.Text(reference, "queryName") is { } query) text.Append($", QueryName = {Names.Quote(query)}");
        var isPayload = owner.Length > 0 && string.Equals(Model.Text(model.Shapes[owner], "payload"), name, StringComparison.Ordinal);
        if (Location(reference, isPayload) is { } place) text.Append($", Location = MemberLocation.{place}");
        if (Model.Flag(reference, "flattened") || Model.Flag(definition, "flattened")) text.Append(", Flattened = true");
        if (model.IsStream(reference)) text.Append(", Streaming = true");
        if (required) text.Append(", Required = true");
        if (Model.Flag(definition, "sensitive")) text.Append(", Sensitive = true");
        if (Model.Flag(reference, "idempotencyToken")) text.Append(", IdempotencyToken = true");
        if (Model.Flag(reference, "xmlAttribute") || Model.Flag(definition, "xmlAttribute")) text.Append(", XmlAttribute = true");
        AppendNamespace(text, reference, definition);
        if (Either(reference, definition, "timestampFormat") is { } format) text.Append($", TimestampFormat = TimestampFormat.{Format(format)}");
        if (Limits(shape) is { } limits) text.Append($", Constraint = {limits}");
        if (model.TypeOf(shape) is "list") text.Append($", Element = {Member("member", definition.GetProperty("member"), "", required: false)}");
        if (model.TypeOf(shape) is "map")
            text.Append($", Key = {Member("key", definition.GetProperty("key"), "", required: false)}, Element = {Member("value", definition.GetProperty("value"), "", required: false)}");
        return text.Append(" }").ToString();
    }

    private static string? Either(JsonElement reference, JsonElement definition, string name) => Model.Text(reference, name) ?? Model.Text(definition, name);

    private static string? Location(JsonElement reference, bool isPayload) => Model.Text(reference, "location") switch
    {
        null => isPayload ? "Payload" : null,
        "header" => "Header",
        "headers" => "Headers",
        "querystring" => "QueryString",
        "uri" => "Uri",
        "statusCode" => "StatusCode",
        var other => throw new InvalidDataException($"Unknown location '{other}'."),
    };

    private static void AppendNamespace(StringBuilder text, JsonElement reference, JsonElement definition)
    {
        foreach (var node in new[] { reference, definition })
        {
            if (!node.TryGetProperty("xmlNamespace", out var ns)) continue;
            text.Append($", XmlNamespace = {Names.Quote(ns.ValueKind is JsonValueKind.String ? ns.GetString() : Model.Text(ns, "uri"))}");
            if (ns.ValueKind is JsonValueKind.Object && Model.Text(ns, "prefix") is { } prefix) text.Append($", XmlNamespacePrefix = {Names.Quote(prefix)}");
            return;
        }
    }

    private string Kind(string shape) => model.TypeOf(shape) switch
    {
        "structure" when model.IsDocument(shape) => "Document",
        "structure" => "Structure",
        "list" => "List",
        "map" => "Map",
        "string" when model.IsEnum(shape) => "Enum",
        "string" or "character" => "String",
        "boolean" => "Boolean",
        "integer" => "Integer",
        "long" => "Long",
        "float" => "Float",
        "double" => "Double",
        "timestamp" => "Timestamp",
        "blob" => "Blob",
        var other => throw new InvalidDataException($"Shape {shape} is a {other}."),
    };

    private static string Format(string format) => format switch
    {
        "unixTimestamp" => "UnixSeconds",
        "iso8601" => "Iso8601",
        "rfc822" => "Rfc822",
        _ => throw new InvalidDataException($"Unknown timestamp format '{format}'."),
    };

    private string? Limits(string shape)
    {
        if (model.IsEnum(shape)) return $"{StructureEmitter.ClassName(shape)}Extensions.Limits";
        var definition = model.Shapes[shape];
        var parts = new List<string>();
        if (definition.TryGetProperty("min", out var min)) parts.Add($"Min = {(long)min.GetDouble()}");
        if (definition.TryGetProperty("max", out var max)) parts.Add($"Max = {(long)max.GetDouble()}");
        if (Model.Text(definition, "pattern") is { } pattern) parts.Add($"Pattern = {Names.Quote(pattern)}");
        return parts.Count == 0 ? null : $"new() {{ {string.Join(", ", parts)} }}";
    }
}
