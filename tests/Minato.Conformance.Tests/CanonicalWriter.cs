using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.Shapes;

namespace Minato.Conformance.Tests;

/// <summary>Writes shapes as the JSON that both sides compare; see <see cref="CanonicalReader"/>.</summary>
internal sealed class CanonicalWriter : ShapeWriter
{
    private readonly Stack<JsonNode> _containers = new([new JsonObject()]);
    private string? _key;

    public static JsonNode Write(IShape shape)
    {
        var writer = new CanonicalWriter();
        shape.WriteMembers(writer);
        return writer._containers.Pop();
    }

    public override void WriteString(MemberSchema member, string value) => Add(member, value);
    public override void WriteBoolean(MemberSchema member, bool value) => Add(member, value);
    public override void WriteInteger(MemberSchema member, int value) => Add(member, value);
    public override void WriteLong(MemberSchema member, long value) => Add(member, value);
    public override void WriteDouble(MemberSchema member, double value) => Add(member, double.IsFinite(value) ? value
        : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value) => Add(member, value.ToUnixTimeMilliseconds() / 1000d);
    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value) => Add(member, Convert.ToBase64String(value.Span));
    public override void WriteDocument(MemberSchema member, JsonElement value) => Add(member, JsonNode.Parse(value.GetRawText()));

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(member, new JsonObject());
    public override void EndStructure(MemberSchema member) => _containers.Pop();
    public override void BeginList(MemberSchema member, int count) => Enter(member, new JsonArray());
    public override void EndList(MemberSchema member) => _containers.Pop();
    public override void BeginMap(MemberSchema member, int count) => Enter(member, new JsonObject());
    public override void WriteKey(MemberSchema map, string key) => _key = key;
    public override void EndMap(MemberSchema member) => _containers.Pop();

    private void Enter(MemberSchema member, JsonNode container)
    {
        Add(member, container);
        _containers.Push(container);
    }

    private void Add(MemberSchema member, JsonNode? value)
    {
        if (_containers.Peek() is JsonArray list) list.Add(value);
        else _containers.Peek().AsObject().Add(_key ?? member.Name, value);
        _key = null;
    }
}
