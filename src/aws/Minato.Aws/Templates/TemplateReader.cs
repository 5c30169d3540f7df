using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;

namespace Minato.Aws.Templates;

/// <summary>
/// Reads shapes from resolved properties of a template. Names match without regard to case, since a template says <c>ClusterName</c> where the
/// service says <c>clusterName</c>; numbers and booleans may be written as texts and the other way round, and an object where the service takes
/// a text is that object's JSON, as with policies.
/// </summary>
internal sealed class TemplateReader(JsonObject root, IReadOnlyDictionary<string, string> spelled) : ShapeReader
{
    private readonly Stack<Frame> _frames = [];
    private readonly List<string> _path = [];
    private JsonNode _current = root;

    private sealed class Frame
    {
        public StructureSchema? Schema { get; init; }
        public IEnumerator<KeyValuePair<string, JsonNode?>>? Members { get; init; }
        public JsonArray? Elements { get; init; }
        public int Next { get; set; }
        public bool HasName { get; set; }
    }

    /// <summary>Enters the top-level structure. Properties that it does not have are another request's, and passed over.</summary>
    public void Begin(StructureSchema schema) => Enter(schema);

    public override bool NextMember(out int index)
    {
        var frame = _frames.Peek();
        while (Advance(frame, out var name, out var value))
        {
            index = frame.Schema?.IndexOfProperty(spelled.GetValueOrDefault(name, name)) ?? -1;
            if (index >= 0 && value is not null)
            {
                _current = value;
                return true;
            }
            if (index < 0 && _frames.Count > 1) throw new TemplateValueException($"{PathOf(_path.Count - 1)}: extraneous key [{name}] is not permitted");
        }
        index = -1;
        return false;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);
    public override void EndStructure(MemberSchema member) => Leave();

    public override void BeginList(MemberSchema member) =>
        Push(new() { Elements = _current as JsonArray ?? throw Expected("JSONArray") });

    public override bool NextElement(MemberSchema member)
    {
        var frame = _frames.Peek();
        while (frame.Elements is { } all && frame.Next < all.Count)
        {
            Step(frame, frame.Next.ToString(CultureInfo.InvariantCulture));
            if (all[frame.Next++] is not { } element) continue;
            _current = element;
            return true;
        }
        return false;
    }

    public override void EndList(MemberSchema member) => Leave();
    public override void BeginMap(MemberSchema member) => Enter(null);

    public override bool NextKey(MemberSchema member, out string key)
    {
        while (Advance(_frames.Peek(), out key, out var value))
        {
            if (value is null) continue;
            _current = value;
            return true;
        }
        return false;
    }

    public override void EndMap(MemberSchema member) => Leave();

    protected internal override string ReadStringValue(MemberSchema member) => _current switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonArray => throw Expected("String"),
        _ => _current.ToJsonString(TemplateShape.Plain), // A number or a boolean as it stands, or a document.
    };

    public override bool ReadBoolean(MemberSchema member) => _current is JsonValue value
        && (value.TryGetValue<bool>(out var answer) || (value.TryGetValue<string>(out var text) && bool.TryParse(text, out answer)))
        ? answer : throw Expected("Boolean");

    protected internal override long ReadIntegerValue(MemberSchema member)
    {
        var number = Number("Integer");
        return number == Math.Truncate(number) && Math.Abs(number) < 9e18 ? (long)number : throw Expected("Integer");
    }

    protected internal override double ReadDoubleValue(MemberSchema member) => Number("Number");

    public override DateTimeOffset ReadTimestamp(MemberSchema member)
    {
        try { return Timestamps.Parse(ReadStringValue(member)); }
        catch (MalformedException e) { throw new TemplateValueException($"{PathOf(_path.Count)}: {e.Message}"); }
    }

    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member)
    {
        try { return TextValues.Blob(ReadStringValue(member)); }
        catch (MalformedException e) { throw new TemplateValueException($"{PathOf(_path.Count)}: {e.Message}"); }
    }

    public override JsonElement ReadDocument(MemberSchema member) => JsonElement.Parse(_current.ToJsonString(TemplateShape.Plain));

    private double Number(string kind) => _current is JsonValue value && double.TryParse(
        value.TryGetValue<string>(out var text) ? text : value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
        ? number : throw Expected(kind);

    private void Enter(StructureSchema? schema) =>
        Push(new() { Schema = schema, Members = (_current as JsonObject ?? throw Expected("JSONObject")).GetEnumerator() });

    private bool Advance(Frame frame, out string name, out JsonNode? value)
    {
        (name, value) = ("", null);
        if (frame.Members is not { } members || !members.MoveNext()) return false;
        (name, value) = members.Current;
        Step(frame, name);
        return true;
    }

    private void Push(Frame frame)
    {
        if (_frames.Count == MalformedException.DeepestNesting) throw new TemplateValueException($"{PathOf(_path.Count)}: nesting is too deep");
        _frames.Push(frame);
    }

    private void Leave()
    {
        if (_frames.Pop().HasName) _path.RemoveAt(_path.Count - 1);
    }

    private void Step(Frame frame, string name)
    {
        if (frame.HasName) _path[^1] = name;
        else _path.Add(name);
        frame.HasName = true;
    }

    private TemplateValueException Expected(string kind) => new($"{PathOf(_path.Count)}: expected type: {kind}, found: {KindOf(_current)}");

    private string PathOf(int depth) => depth == 0 ? "#" : $"#/{string.Join('/', _path.Take(depth))}";

    private static string KindOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "JSONObject",
        JsonValueKind.Array => "JSONArray",
        JsonValueKind.True or JsonValueKind.False => "Boolean",
        JsonValueKind.Number => "Integer",
        _ => "String",
    };
}

/// <summary>A property is not of its kind. The message is JSON Schema's, as CloudFormation shows it.</summary>
internal sealed class TemplateValueException(string message) : Exception(message);
