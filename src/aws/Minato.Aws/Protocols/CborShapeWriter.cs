using System.Formats.Cbor;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Writes shapes as CBOR. Structures have no length in front: they write only what they have.</summary>
internal sealed class CborShapeWriter : ShapeWriter
{
    private readonly CborWriter _cbor = new(CborConformanceMode.Lax);

    /// <param name="also">What is not a member of the shape: the type and message of an error.</param>
    public static void Write(PooledBuffer into, Action<ShapeWriter> members, params ReadOnlySpan<(string Name, string Value)> also)
    {
        var writer = new CborShapeWriter();
        writer._cbor.WriteStartMap(null);
        foreach (var (name, value) in also)
        {
            writer._cbor.WriteTextString(name);
            writer._cbor.WriteTextString(value);
        }
        members(writer);
        writer._cbor.WriteEndMap();
        into.Advance(writer._cbor.Encode(into.GetSpan(writer._cbor.BytesWritten)));
    }

    public override void WriteString(MemberSchema member, string value)
    {
        Name(member);
        _cbor.WriteTextString(value);
    }

    public override void WriteBoolean(MemberSchema member, bool value)
    {
        Name(member);
        _cbor.WriteBoolean(value);
    }

    public override void WriteInteger(MemberSchema member, int value)
    {
        Name(member);
        _cbor.WriteInt32(value);
    }

    public override void WriteLong(MemberSchema member, long value)
    {
        Name(member);
        _cbor.WriteInt64(value);
    }

    public override void WriteDouble(MemberSchema member, double value)
    {
        Name(member);
        _cbor.WriteDouble(value);
    }

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value)
    {
        Name(member);
        _cbor.WriteTag(CborTag.UnixTimeSeconds);
        _cbor.WriteDouble((double)Timestamps.UnixSeconds(value));
    }

    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value)
    {
        Name(member);
        _cbor.WriteByteString(value.Span);
    }

    public override void WriteDocument(MemberSchema member, JsonElement value) => throw new NotSupportedException("Documents have no form in CBOR.");

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        Name(member);
        _cbor.WriteStartMap(null);
    }

    public override void EndStructure(MemberSchema member) => _cbor.WriteEndMap();

    public override void BeginList(MemberSchema member, int count)
    {
        Name(member);
        _cbor.WriteStartArray(count);
    }

    public override void EndList(MemberSchema member) => _cbor.WriteEndArray();

    public override void BeginMap(MemberSchema member, int count)
    {
        Name(member);
        _cbor.WriteStartMap(count);
    }

    public override void WriteKey(MemberSchema map, string key) => _cbor.WriteTextString(key);
    public override void EndMap(MemberSchema member) => _cbor.WriteEndMap();

    private void Name(MemberSchema member)
    {
        if (!member.IsElement) _cbor.WriteTextString(member.WireName);
    }
}
