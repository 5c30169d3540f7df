using System.Formats.Cbor;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Reads shapes from CBOR.</summary>
internal sealed class CborShapeReader(ReadOnlyMemory<byte> body) : ShapeReader
{
    private readonly CborReader _cbor = new(body, CborConformanceMode.Lax);
    private readonly Stack<StructureSchema?> _frames = [];

    /// <summary>Runs a read, and turns every way CBOR can be wrong into one.</summary>
    public static T Guard<T>(Func<T> read)
    {
        try { return read(); }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or FormatException or ArgumentException)
        {
            throw new MalformedException();
        }
    }

    /// <summary>Enters the top-level structure. An empty body counts as an empty structure.</summary>
    public void Begin(StructureSchema schema)
    {
        if (_cbor.BytesRemaining == 0) _frames.Push(null);
        else Enter(schema);
    }

    public override bool NextMember(out int index)
    {
        index = -1;
        if (_frames.Peek() is not { } schema) return false;
        while (_cbor.PeekState() is not CborReaderState.EndMap)
        {
            index = schema.IndexOf(_cbor.ReadTextString());
            if (TryReadNull()) continue;
            if (index >= 0) return true;
            Skip(0);
        }
        return false;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);

    public override void EndStructure(MemberSchema member)
    {
        _cbor.ReadEndMap();
        _frames.Pop();
    }

    public override void BeginList(MemberSchema member)
    {
        Expect(CborReaderState.StartArray, "list");
        Deepen(null);
        _cbor.ReadStartArray();
    }

    public override bool NextElement(MemberSchema member)
    {
        while (_cbor.PeekState() is not CborReaderState.EndArray)
        {
            if (!TryReadNull()) return true;
            Violations.NullElement(member);
        }
        return false;
    }

    public override void EndList(MemberSchema member)
    {
        _cbor.ReadEndArray();
        _frames.Pop();
    }

    public override void BeginMap(MemberSchema member)
    {
        Expect(CborReaderState.StartMap, "map");
        Deepen(null);
        _cbor.ReadStartMap();
    }

    public override bool NextKey(MemberSchema member, out string key)
    {
        while (_cbor.PeekState() is not CborReaderState.EndMap)
        {
            key = _cbor.ReadTextString();
            if (!TryReadNull()) return true;
            Violations.NullElement(member);
        }
        key = "";
        return false;
    }

    public override void EndMap(MemberSchema member)
    {
        _cbor.ReadEndMap();
        _frames.Pop();
    }

    protected internal override string ReadStringValue(MemberSchema member) => _cbor.ReadTextString();
    public override bool ReadBoolean(MemberSchema member) => _cbor.ReadBoolean();

    protected internal override long ReadIntegerValue(MemberSchema member)
    {
        if (_cbor.PeekState() is not (CborReaderState.DoublePrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.HalfPrecisionFloat)) return _cbor.ReadInt64();
        var value = _cbor.ReadDouble();
        return value == Math.Truncate(value) && Math.Abs(value) < 9e18 ? (long)value : throw new MalformedException();
    }

    protected internal override double ReadDoubleValue(MemberSchema member) => ReadNumber();

    public override DateTimeOffset ReadTimestamp(MemberSchema member)
    {
        if (_cbor.PeekState() is CborReaderState.Tag && _cbor.ReadTag() is not CborTag.UnixTimeSeconds) throw new MalformedException();
        return Timestamps.FromUnixSeconds(ReadNumber());
    }

    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => _cbor.ReadByteString();
    public override JsonElement ReadDocument(MemberSchema member) => throw new MalformedException("Documents have no form in CBOR.");

    private double ReadNumber() => _cbor.PeekState() is CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger ? _cbor.ReadInt64() : _cbor.ReadDouble();

    private void Enter(StructureSchema schema)
    {
        Expect(CborReaderState.StartMap, "map");
        Deepen(schema);
        _cbor.ReadStartMap();
    }

    private void Deepen(StructureSchema? schema)
    {
        if (_frames.Count == MalformedException.DeepestNesting) throw new MalformedException("Nesting is too deep.");
        _frames.Push(schema);
    }

    private void Expect(CborReaderState state, string what)
    {
        if (_cbor.PeekState() != state) throw new MalformedException($"Expected {what} or null");
    }

    private bool TryReadNull()
    {
        if (_cbor.PeekState() is not (CborReaderState.Null or CborReaderState.SimpleValue)) return false;
        return _cbor.ReadSimpleValue() is CborSimpleValue.Null or CborSimpleValue.Undefined ? true : throw new MalformedException();
    }

    // The library's own skip keeps a record of every level; this one refuses before there are many.
    private void Skip(int depth)
    {
        if (depth > MalformedException.DeepestNesting) throw new MalformedException("Nesting is too deep.");
        switch (_cbor.PeekState())
        {
            case CborReaderState.StartArray:
                for (_cbor.ReadStartArray(); _cbor.PeekState() is not CborReaderState.EndArray;) Skip(depth + 1);
                _cbor.ReadEndArray();
                break;
            case CborReaderState.StartMap:
                for (_cbor.ReadStartMap(); _cbor.PeekState() is not CborReaderState.EndMap;) Skip(depth + 1);
                _cbor.ReadEndMap();
                break;
            case CborReaderState.Tag:
                _cbor.ReadTag();
                Skip(depth + 1);
                break;
            default:
                _cbor.SkipValue();
                break;
        }
    }
}
