using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;

namespace Minato.Aws.Templates;

/// <summary>Writes shapes as properties of a template: members by their names with a capital, values as JSON has them.</summary>
internal sealed class TemplateWriter(IReadOnlyDictionary<string, string> spelled) : ShapeWriter
{
    private readonly Stack<JsonNode> _open = [];
    private string? _key;

    public JsonObject Write(IShape shape)
    {
        var root = new JsonObject();
        _open.Push(root);
        shape.WriteMembers(this);
        _open.Pop();
        return root;
    }

    public override void WriteString(MemberSchema member, string value) => Add(member, value);
    public override void WriteBoolean(MemberSchema member, bool value) => Add(member, value);
    public override void WriteInteger(MemberSchema member, int value) => Add(member, value);
    public override void WriteLong(MemberSchema member, long value) => Add(member, value);
    public override void WriteDouble(MemberSchema member, double value) => Add(member, value);
    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value) => Add(member, Timestamps.Iso8601(value));
    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value) => Add(member, Convert.ToBase64String(value.Span));
    public override void WriteDocument(MemberSchema member, JsonElement value) => Add(member, JsonNode.Parse(value.GetRawText()) ?? new JsonObject());

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Open(member, new JsonObject());
    public override void EndStructure(MemberSchema member) => _open.Pop();
    public override void BeginList(MemberSchema member, int count) => Open(member, new JsonArray());
    public override void EndList(MemberSchema member) => _open.Pop();
    public override void BeginMap(MemberSchema member, int count) => Open(member, new JsonObject());
    public override void WriteKey(MemberSchema map, string key) => _key = key;
    public override void EndMap(MemberSchema member) => _open.Pop();

    private void Open(MemberSchema member, JsonNode node)
    {
        Add(member, node);
        _open.Push(node);
    }

    private void Add(MemberSchema member, JsonNode node)
    {
        if (_open.Peek() is JsonArray list) list.Add(node);
        else if (_open.Peek() is JsonObject o) o[_key ?? Spell(member.Name)] = node;
        _key = null;
    }

    private string Spell(string member) => spelled.GetValueOrDefault(member) ?? TemplateShape.Capital(member);
}
