using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Reads shapes from XML. A flattened list stands in several elements of one name, which need not be neighbours.</summary>
internal sealed class XmlShapeReader(XmlNode root) : ShapeReader
{
    private readonly Stack<Frame> _frames = [];
    private XmlNode _current = root;
    private List<XmlNode> _group = [];

    private sealed class Frame
    {
        public StructureSchema? Schema { get; init; }
        public required List<XmlNode> Nodes { get; init; }
        public int Next { get; set; }
        public bool[] Grouped { get; init; } = [];
        public Dictionary<string, string>? Attributes { get; init; }
        public int NextAttribute { get; set; }
    }

    public void Begin(StructureSchema schema) => Enter(schema);

    public override bool NextMember(out int index)
    {
        var frame = _frames.Peek();
        if (frame.Schema is not { } schema)
        {
            index = -1;
            return false;
        }
        if (frame.Attributes is not null && NextAttribute(frame, schema, out index)) return true;
        while (frame.Next < frame.Nodes.Count)
        {
            var node = frame.Nodes[frame.Next++];
            index = schema.IndexOf(node.Name);
            if (index < 0) continue;
            if (schema.Members[index].Flattened)
            {
                if (frame.Grouped[index]) continue;
                frame.Grouped[index] = true;
                _group = frame.Nodes.FindAll(n => n.Name == node.Name);
            }
            _current = node;
            return true;
        }
        index = -1;
        return false;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);
    public override void EndStructure(MemberSchema member) => _frames.Pop();
    public override void BeginList(MemberSchema member) => _frames.Push(new() { Nodes = member.Flattened ? _group : _current.Children });

    public override bool NextElement(MemberSchema member)
    {
        var frame = _frames.Peek();
        if (frame.Next == frame.Nodes.Count) return false;
        _current = frame.Nodes[frame.Next++];
        return true;
    }

    public override void EndList(MemberSchema member) => _frames.Pop();
    public override void BeginMap(MemberSchema member) => _frames.Push(new() { Nodes = member.Flattened ? _group : _current.Children });

    public override bool NextKey(MemberSchema member, out string key)
    {
        var frame = _frames.Peek();
        key = "";
        if (frame.Next == frame.Nodes.Count) return false;
        var entry = frame.Nodes[frame.Next++];
        key = entry.Child(member.Key?.WireName ?? "key")?.Text ?? "";
        _current = entry.Child(member.Element?.WireName ?? "value") ?? new("");
        return true;
    }

    public override void EndMap(MemberSchema member) => _frames.Pop();

    protected internal override string ReadStringValue(MemberSchema member) => _current.Text;
    public override bool ReadBoolean(MemberSchema member) => TextValues.Boolean(_current.Text.Trim());
    protected internal override long ReadIntegerValue(MemberSchema member) => TextValues.Integer(_current.Text.Trim());
    protected internal override double ReadDoubleValue(MemberSchema member) => TextValues.Number(_current.Text.Trim());
    public override DateTimeOffset ReadTimestamp(MemberSchema member) => Timestamps.Parse(_current.Text.Trim());
    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => TextValues.Blob(_current.Text.Trim());
    public override JsonElement ReadDocument(MemberSchema member) => throw new MalformedException();

    private void Enter(StructureSchema schema) => _frames.Push(new()
    {
        Schema = schema,
        Nodes = _current.Children,
        Grouped = new bool[schema.Members.Length],
        Attributes = _current.Attributes,
    });

    private bool NextAttribute(Frame frame, StructureSchema schema, out int index)
    {
        for (index = frame.NextAttribute; index < schema.Members.Length; index++)
        {
            if (!schema.Members[index].XmlAttribute || frame.Attributes?.GetValueOrDefault(schema.Members[index].WireName) is not { } value) continue;
            frame.NextAttribute = index + 1;
            _current = XmlNode.OfText(value);
            return true;
        }
        frame.NextAttribute = schema.Members.Length;
        return false;
    }
}
