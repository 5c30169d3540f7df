using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Tests.Echo;

/// <summary>
/// Shapes as JSON with the model's member names, whatever their place in HTTP: what the conformance scripts compare. It shares no code
/// with the protocols.
/// </summary>
internal sealed class CanonicalWriter(Utf8JsonWriter json) : ShapeWriter
{
    public static string Write(IShape shape)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            shape.WriteMembers(new CanonicalWriter(json));
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public override void WriteString(MemberSchema member, string value) => At(member).WriteStringValue(value);
    public override void WriteBoolean(MemberSchema member, bool value) => At(member).WriteBooleanValue(value);
    public override void WriteInteger(MemberSchema member, int value) => At(member).WriteNumberValue(value);
    public override void WriteLong(MemberSchema member, long value) => At(member).WriteNumberValue(value);
    public override void WriteDouble(MemberSchema member, double value) => At(member).WriteNumberValue(value);
    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value) => At(member).WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value) => At(member).WriteBase64StringValue(value.Span);
    public override void WriteDocument(MemberSchema member, JsonElement value) => value.WriteTo(At(member));
    public override void BeginStructure(MemberSchema member, StructureSchema schema) => At(member).WriteStartObject();
    public override void EndStructure(MemberSchema member) => json.WriteEndObject();
    public override void BeginList(MemberSchema member, int count) => At(member).WriteStartArray();
    public override void EndList(MemberSchema member) => json.WriteEndArray();
    public override void BeginMap(MemberSchema member, int count) => At(member).WriteStartObject();
    public override void WriteKey(MemberSchema map, string key) => json.WritePropertyName(key);
    public override void EndMap(MemberSchema member) => json.WriteEndObject();

    private Utf8JsonWriter At(MemberSchema member)
    {
        if (!member.IsElement) json.WritePropertyName(member.Name);
        return json;
    }
}

/// <summary>Reads what <see cref="CanonicalWriter"/> writes.</summary>
internal sealed class CanonicalReader(JsonElement root) : ShapeReader
{
    private readonly Stack<(StructureSchema? Schema, IEnumerator<(string? Name, JsonElement Value)> Items)> _frames = [];
    private JsonElement _current = root;

    public static T Read<T>(JsonElement root) where T : IShape<T>
    {
        var reader = new CanonicalReader(root);
        reader.Enter(T.Schema);
        return T.ReadMembers(reader);
    }

    public override bool NextMember(out int index)
    {
        var (schema, items) = _frames.Peek();
        index = -1;
        if (!items.MoveNext()) return false;
        index = Array.FindIndex(schema?.Members ?? [], m => m.Name == items.Current.Name);
        if (index < 0) throw new InvalidOperationException($"{schema?.Name} has no member {items.Current.Name}.");
        _current = items.Current.Value;
        return true;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);
    public override void EndStructure(MemberSchema member) => _frames.Pop();
    public override void BeginList(MemberSchema member) => _frames.Push((null, _current.EnumerateArray().Select(v => ((string?)null, v)).GetEnumerator()));

    public override bool NextElement(MemberSchema member)
    {
        var items = _frames.Peek().Items;
        if (!items.MoveNext()) return false;
        _current = items.Current.Value;
        return true;
    }

    public override void EndList(MemberSchema member) => _frames.Pop();
    public override void BeginMap(MemberSchema member) => Enter(null);

    public override bool NextKey(MemberSchema member, out string key)
    {
        var items = _frames.Peek().Items;
        key = "";
        if (!items.MoveNext()) return false;
        (key, _current) = (items.Current.Name ?? "", items.Current.Value);
        return true;
    }

    public override void EndMap(MemberSchema member) => _frames.Pop();
    protected internal override string ReadStringValue(MemberSchema member) => _current.GetString() ?? "";
    public override bool ReadBoolean(MemberSchema member) => _current.GetBoolean();
    protected internal override long ReadIntegerValue(MemberSchema member) => _current.GetInt64();
    protected internal override double ReadDoubleValue(MemberSchema member) => _current.GetDouble();
    public override DateTimeOffset ReadTimestamp(MemberSchema member) => _current.GetDateTimeOffset();
    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => _current.GetBytesFromBase64();
    public override JsonElement ReadDocument(MemberSchema member) => _current.Clone();

    private void Enter(StructureSchema? schema) =>
        _frames.Push((schema, _current.EnumerateObject().Select(p => ((string?)p.Name, p.Value)).GetEnumerator()));
}
