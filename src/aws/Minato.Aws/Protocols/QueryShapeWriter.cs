using System.Globalization;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Writes shapes as the parameters of a query request, in the common form or in EC2's.</summary>
internal sealed class QueryShapeWriter(PooledBuffer into, bool ec2) : ShapeWriter
{
    private readonly Stack<Frame> _frames = [];
    private string _prefix = "";

    // Where we are: the prefix to go back to, and in a list or map the number of the entry being written.
    private sealed class Frame
    {
        public required string Outer { get; init; }
        public required string Base { get; init; }
        public string ValueName { get; init; } = "";
        public int Count { get; set; }
    }

    public override void WriteString(MemberSchema member, string value) => Parameter(Place(member), value);
    public override void WriteBoolean(MemberSchema member, bool value) => Parameter(Place(member), value ? "true" : "false");
    public override void WriteInteger(MemberSchema member, int value) => Parameter(Place(member), value.ToString(CultureInfo.InvariantCulture));
    public override void WriteLong(MemberSchema member, long value) => Parameter(Place(member), value.ToString(CultureInfo.InvariantCulture));
    public override void WriteDouble(MemberSchema member, double value) => Parameter(Place(member), TextValues.Number(value));

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value) =>
        Parameter(Place(member), Timestamps.ToText(value, member.TimestampFormat, TimestampFormat.Iso8601));

    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value) => Parameter(Place(member), Convert.ToBase64String(value.Span));
    public override void WriteDocument(MemberSchema member, JsonElement value) => throw new NotSupportedException("The query protocols have no documents.");

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        var place = Place(member);
        _frames.Push(new() { Outer = _prefix, Base = place });
        _prefix = place + ".";
    }

    public override void EndStructure(MemberSchema member) => Leave();

    public override void BeginList(MemberSchema member, int count)
    {
        var place = Place(member);
        if (count == 0 && !ec2) Parameter(place, "");
        _frames.Push(new() { Outer = _prefix, Base = ec2 || member.Flattened ? place : $"{place}.{member.Element?.LocationName ?? "member"}" });
    }

    public override void EndList(MemberSchema member) => Leave();

    public override void BeginMap(MemberSchema member, int count)
    {
        var place = Place(member);
        _frames.Push(new() { Outer = _prefix, Base = member.Flattened ? place : $"{place}.entry", ValueName = member.Element?.LocationName ?? "value" });
    }

    public override void WriteKey(MemberSchema map, string key)
    {
        var frame = _frames.Peek();
        frame.Count++;
        Parameter($"{frame.Base}.{frame.Count}.{map.Key?.LocationName ?? "key"}", key);
    }

    public override void EndMap(MemberSchema member) => Leave();

    private void Leave() => _prefix = _frames.Pop().Outer;

    private string Place(MemberSchema member)
    {
        if (!member.IsElement) return _prefix + (ec2 ? member.Ec2Name : member.FlatName);
        var frame = _frames.Peek();
        return frame.ValueName.Length > 0 ? $"{frame.Base}.{frame.Count}.{frame.ValueName}" : $"{frame.Base}.{++frame.Count}";
    }

    private void Parameter(string name, string value)
    {
        if (into.Length > 0) into.Append((byte)'&');
        into.Append(Uri.EscapeDataString(name));
        into.Append((byte)'=');
        into.Append(Uri.EscapeDataString(value));
    }
}
