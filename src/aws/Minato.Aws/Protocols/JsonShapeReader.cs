using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Reads shapes from JSON, straight from the body's bytes: one pass, no tree. Of a repeated name the last one counts.</summary>
internal sealed class JsonShapeReader : ShapeReader
{
    private readonly JsonScanner _json;
    private Frame[] _frames = new Frame[8];
    private int _depth;

    private struct Frame
    {
        public StructureSchema? Schema;
        public int Expected;
        public bool Started;
    }

    public JsonShapeReader(ReadOnlyMemory<byte> body) => _json = new(body);

    /// <summary>Enters the top-level structure. An empty body counts as an empty structure.</summary>
    public void Begin(StructureSchema schema)
    {
        if (_json.AtEnd) Push(null);
        else Enter(schema);
    }

    /// <summary>Leaves the top-level structure, after which nothing may follow.</summary>
    public void End()
    {
        if (!_json.AtEnd) throw new MalformedException();
    }

    public override bool NextMember(out int index)
    {
        ref var frame = ref _frames[_depth - 1];
        index = -1;
        if (frame.Schema is not { } schema) return false;
        while (_json.NextInContainer((byte)'}', frame.Started))
        {
            frame.Started = true;
            var name = _json.ReadName();
            index = schema.IndexOf(name, frame.Expected);
            if (_json.TryReadNull()) continue;
            if (index >= 0 && schema.Members[index].Location is MemberLocation.Body or MemberLocation.Payload)
            {
                frame.Expected = index + 1;
                return true;
            }
            _json.Skip();
        }
        return false;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);
    public override void EndStructure(MemberSchema member) => _depth--;

    public override void BeginList(MemberSchema member)
    {
        _json.Expect((byte)'[', "list");
        Push(null);
    }

    public override bool NextElement(MemberSchema member)
    {
        ref var frame = ref _frames[_depth - 1];
        while (_json.NextInContainer((byte)']', frame.Started))
        {
            frame.Started = true;
            if (!_json.TryReadNull()) return true;
            Violations.NullElement(member);
        }
        return false;
    }

    public override void EndList(MemberSchema member) => _depth--;

    public override void BeginMap(MemberSchema member)
    {
        _json.Expect((byte)'{', "structure or map");
        Push(null);
    }

    public override bool NextKey(MemberSchema member, out string key)
    {
        ref var frame = ref _frames[_depth - 1];
        while (_json.NextInContainer((byte)'}', frame.Started))
        {
            frame.Started = true;
            key = _json.ReadNameText();
            if (!_json.TryReadNull()) return true;
            Violations.NullElement(member);
        }
        key = "";
        return false;
    }

    public override void EndMap(MemberSchema member) => _depth--;

    protected internal override string ReadStringValue(MemberSchema member) => _json.ReadString("String");
    public override bool ReadBoolean(MemberSchema member) => _json.ReadBoolean();

    protected internal override long ReadIntegerValue(MemberSchema member) => _json.ReadInteger(member.Kind is ShapeKind.Long ? "Long" : "Integer");

    protected internal override double ReadDoubleValue(MemberSchema member)
    {
        if (!_json.AtString) return _json.ReadDouble();
        return _json.ReadString("Double") switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw new MalformedException("STRING_VALUE can not be converted to a Double"),
        };
    }

    public override DateTimeOffset ReadTimestamp(MemberSchema member) => _json.AtString
        ? Timestamps.Parse(_json.ReadString("Timestamp")) : Timestamps.FromUnixSeconds(_json.ReadDouble());

    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member)
    {
        try { return Convert.FromBase64String(_json.ReadString("Blob")); }
        catch (FormatException) { throw new MalformedException("Invalid base64 encoding."); }
    }

    public override JsonElement ReadDocument(MemberSchema member)
    {
        using var document = JsonDocument.Parse(_json.ReadRaw(), new() { MaxDepth = MalformedException.DeepestNesting });
        return document.RootElement.Clone();
    }

    private void Enter(StructureSchema schema)
    {
        _json.Expect((byte)'{', "structure or map");
        Push(schema);
    }

    private void Push(StructureSchema? schema)
    {
        if (_depth == MalformedException.DeepestNesting) throw new MalformedException("Nesting is too deep.");
        if (_depth == _frames.Length) Array.Resize(ref _frames, _depth * 2);
        _frames[_depth++] = new() { Schema = schema };
    }
}
