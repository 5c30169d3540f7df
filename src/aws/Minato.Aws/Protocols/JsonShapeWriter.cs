using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Writes shapes as JSON. A thread keeps its writer: answers are written in one go.</summary>
internal sealed class JsonShapeWriter : ShapeWriter, IDisposable
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    [ThreadStatic] private static JsonShapeWriter? _ofThread;
    private readonly Utf8JsonWriter _json;

    private JsonShapeWriter(IBufferWriter<byte> into) => _json = new(into, Options);

    private bool _withIsoTimes; // Where the model leaves it open.

    /// <summary>Writes a structure, with its braces.</summary>
    public static void Write(IBufferWriter<byte> into, IShape shape, bool withIsoTimes = false)
    {
        using var writer = Rent(into);
        writer._withIsoTimes = withIsoTimes;
        writer._json.WriteStartObject();
        shape.WriteMembers(writer);
        writer._json.WriteEndObject();
    }

    /// <summary>A writer for members that come one by one; disposing it gives it back.</summary>
    public static JsonShapeWriter Rent(IBufferWriter<byte> into)
    {
        if (_ofThread is not { } writer) return new(into);
        _ofThread = null;
        writer._json.Reset(into);
        return writer;
    }

    public Utf8JsonWriter Json => _json;

    public void Dispose()
    {
        _json.Flush();
        _json.Reset(Nowhere);
        _withIsoTimes = false;
        _ofThread = this;
    }

    private static readonly ArrayBufferWriter<byte> Nowhere = new(1);

    public override void WriteString(MemberSchema member, string value)
    {
        if (member.IsElement) _json.WriteStringValue(value);
        else _json.WriteString(member.JsonName, value);
    }

    public override void WriteBoolean(MemberSchema member, bool value)
    {
        if (member.IsElement) _json.WriteBooleanValue(value);
        else _json.WriteBoolean(member.JsonName, value);
    }

    public override void WriteInteger(MemberSchema member, int value)
    {
        if (member.IsElement) _json.WriteNumberValue(value);
        else _json.WriteNumber(member.JsonName, value);
    }

    public override void WriteLong(MemberSchema member, long value)
    {
        if (member.IsElement) _json.WriteNumberValue(value);
        else _json.WriteNumber(member.JsonName, value);
    }

    public override void WriteDouble(MemberSchema member, double value)
    {
        Name(member);
        if (double.IsFinite(value)) _json.WriteNumberValue(value);
        else _json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value)
    {
        Name(member);
        if (member.TimestampFormat is TimestampFormat.Iso8601 || (_withIsoTimes && member.TimestampFormat is TimestampFormat.Default)) _json.WriteStringValue(Timestamps.Iso8601(value));
        else if (member.TimestampFormat is TimestampFormat.Rfc822) _json.WriteStringValue(Timestamps.Rfc822(value));
        else _json.WriteNumberValue(Timestamps.UnixSeconds(value));
    }

    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value)
    {
        Name(member);
        _json.WriteBase64StringValue(value.Span);
    }

    public override void WriteDocument(MemberSchema member, JsonElement value)
    {
        Name(member);
        value.WriteTo(_json);
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema)
    {
        Name(member);
        _json.WriteStartObject();
    }

    public override void EndStructure(MemberSchema member) => _json.WriteEndObject();

    public override void BeginList(MemberSchema member, int count)
    {
        Name(member);
        _json.WriteStartArray();
    }

    public override void EndList(MemberSchema member) => _json.WriteEndArray();

    public override void BeginMap(MemberSchema member, int count)
    {
        Name(member);
        _json.WriteStartObject();
    }

    public override void WriteKey(MemberSchema map, string key) => _json.WritePropertyName(key);
    public override void EndMap(MemberSchema member) => _json.WriteEndObject();

    private void Name(MemberSchema member)
    {
        if (!member.IsElement) _json.WritePropertyName(member.JsonName);
    }
}
