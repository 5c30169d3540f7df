using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Reads shapes from the parameters of a query request, in the common form or in EC2's.</summary>
internal sealed class QueryShapeReader(QueryParameters root, bool ec2) : ShapeReader
{
    private readonly Stack<Frame> _frames = [];
    private QueryParameters _current = root;

    private sealed class Frame
    {
        public StructureSchema? Schema { get; init; }
        public IEnumerator<KeyValuePair<string, QueryParameters>>? Members { get; init; }
        public List<QueryParameters> Elements { get; init; } = [];
        public int Next { get; set; }
    }

    public void Begin(StructureSchema schema) => Enter(schema);

    public override bool NextMember(out int index)
    {
        var frame = _frames.Peek();
        while (frame is { Schema: { } schema, Members: { } members } && members.MoveNext())
        {
            index = ec2 ? schema.IndexOfEc2(members.Current.Key) : schema.IndexOf(members.Current.Key);
            if (index < 0) continue;
            _current = members.Current.Value;
            return true;
        }
        index = -1;
        return false;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);
    public override void EndStructure(MemberSchema member) => _frames.Pop();

    public override void BeginList(MemberSchema member)
    {
        var list = _current;
        // Some clients leave the middle word out; the numbers tell.
        if (!ec2 && !member.Flattened && list.Children.TryGetValue(member.Element?.LocationName ?? "member", out var inner)) list = inner;
        _frames.Push(new() { Elements = list.Numbered() });
    }

    public override bool NextElement(MemberSchema member)
    {
        var frame = _frames.Peek();
        if (frame.Next == frame.Elements.Count) return false;
        _current = frame.Elements[frame.Next++];
        return true;
    }

    public override void EndList(MemberSchema member) => _frames.Pop();

    public override void BeginMap(MemberSchema member)
    {
        var map = _current;
        if (!ec2 && !member.Flattened && map.Children.TryGetValue("entry", out var inner)) map = inner;
        _frames.Push(new() { Elements = map.Numbered() });
    }

    public override bool NextKey(MemberSchema member, out string key)
    {
        var frame = _frames.Peek();
        key = "";
        if (frame.Next == frame.Elements.Count) return false;
        var entry = frame.Elements[frame.Next++];
        key = entry.Find(member.Key?.LocationName ?? "key") ?? "";
        _current = entry.Children.GetValueOrDefault(member.Element?.LocationName ?? "value") ?? new();
        return true;
    }

    public override void EndMap(MemberSchema member) => _frames.Pop();

    protected internal override string ReadStringValue(MemberSchema member) => _current.Value ?? "";
    public override bool ReadBoolean(MemberSchema member) => TextValues.Boolean(_current.Value);
    protected internal override long ReadIntegerValue(MemberSchema member) => TextValues.Integer(_current.Value);
    protected internal override double ReadDoubleValue(MemberSchema member) => TextValues.Number(_current.Value);
    public override DateTimeOffset ReadTimestamp(MemberSchema member) => Timestamps.Parse(_current.Value ?? "");
    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => TextValues.Blob(_current.Value);
    public override JsonElement ReadDocument(MemberSchema member) => throw new MalformedException();

    private void Enter(StructureSchema schema) => _frames.Push(new() { Schema = schema, Members = _current.Children.GetEnumerator() });
}
