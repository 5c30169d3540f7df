using System.Text.Json;

namespace Minato.Aws.Generator;

/// <summary>A model file, with the few questions the emitters ask of it.</summary>
internal sealed class Model
{
    private const int LargestEnum = 100;
    private readonly JsonElement _root;

    private Model(JsonElement root, string @namespace)
    {
        _root = root;
        Namespace = @namespace;
        Shapes = root.GetProperty("shapes").EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        Operations = [.. root.GetProperty("operations").EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    public string Namespace { get; }
    public JsonElement Metadata => _root.GetProperty("metadata");
    public Dictionary<string, JsonElement> Shapes { get; }
    public JsonProperty[] Operations { get; }
    public bool IsEc2 => Text(Metadata, "protocol") is "ec2";

    public static Model Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new(document.RootElement.Clone(), Names.FromFile(Path.GetFileNameWithoutExtension(path)));
    }

    public static string? Text(JsonElement node, string name) => node.TryGetProperty(name, out var v) && v.ValueKind is JsonValueKind.String ? v.GetString() : null;

    public static bool Flag(JsonElement node, string name) => node.TryGetProperty(name, out var v) && v.ValueKind is JsonValueKind.True;

    public string TypeOf(string shape) => Text(Shapes[shape], "type") ?? "structure";

    public bool IsError(string shape) => Flag(Shapes[shape], "exception");

    public bool IsEnum(string shape) =>
        Shapes[shape] is var s && TypeOf(shape) is "string" && s.TryGetProperty("enum", out var e) && e.GetArrayLength() is > 0 and <= LargestEnum;

    public bool IsDocument(string shape) => Flag(Shapes[shape], "document") && TypeOf(shape) is "structure";

    /// <summary>A body of any length, which nobody holds in memory whole.</summary>
    public bool IsStream(JsonElement reference) => TypeOf(ShapeRef(reference)) is "blob" && (Flag(reference, "streaming") || Flag(Shapes[ShapeRef(reference)], "streaming"));

    public IEnumerable<JsonProperty> Members(string shape) =>
        Shapes[shape].TryGetProperty("members", out var members) ? members.EnumerateObject() : [];

    public HashSet<string> Required(string shape) => Shapes[shape].TryGetProperty("required", out var names)
        ? [.. names.EnumerateArray().Select(n => n.GetString() ?? "")] : [];

    public static string ShapeRef(JsonElement reference) => Text(reference, "shape") ?? throw new InvalidDataException("A reference names no shape.");

    public string? ElementShape(string shape) => TypeOf(shape) switch
    {
        "list" => ShapeRef(Shapes[shape].GetProperty("member")),
        "map" => ShapeRef(Shapes[shape].GetProperty("value")),
        _ => null,
    };
}
