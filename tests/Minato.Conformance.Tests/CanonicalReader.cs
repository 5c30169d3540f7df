using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Conformance.Tests;

/// <summary>Reads shapes from the JSON that both sides compare: members by the model's names, times in seconds, blobs in base64.</summary>
internal sealed class CanonicalReader : ShapeReader
{
    private readonly Stack<Frame> _frames = [];
    private JsonElement _current;

    private sealed class Frame
    {
        public StructureSchema? Schema { get; init; }
        public JsonProperty[] Members { get; init; } = [];
        public JsonElement[] Elements { get; init; } = [];
        public int Next { get; set; }
    }

    public CanonicalReader(JsonElement root, StructureSchema schema)
    {
        _current = root;
        PushObject(schema);
    }

    public override bool NextMember(out int index)
    {
        var frame = _frames.Peek();
        index = -1;
        if (frame.Next == frame.Members.Length) return false;
        var member = frame.Members[frame.Next++];
        var schema = frame.Schema ?? throw new InvalidOperationException("Not in a structure.");
        index = Array.FindIndex(schema.Members, m => m.Name == member.Name);
        if (index < 0) throw new InvalidOperationException($"{schema.Name} has no member {member.Name}.");
        _current = member.Value;
        return true;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => PushObject(schema);
    public override void EndStructure(MemberSchema member) => _frames.Pop();
    public override void BeginList(MemberSchema member) => _frames.Push(new() { Elements = [.. _current.EnumerateArray()] });

    public override bool NextElement(MemberSchema member)
    {
        var frame = _frames.Peek();
        if (frame.Next == frame.Elements.Length) return false;
        _current = frame.Elements[frame.Next++];
        return true;
    }

    public override void EndList(MemberSchema member) => _frames.Pop();
    public override void BeginMap(MemberSchema member) => PushObject(null);

    public override bool NextKey(MemberSchema member, out string key)
    {
        var frame = _frames.Peek();
        key = "";
        if (frame.Next == frame.Members.Length) return false;
        var entry = frame.Members[frame.Next++];
        (key, _current) = (entry.Name, entry.Value);
        return true;
    }

    public override void EndMap(MemberSchema member) => _frames.Pop();

    protected override string ReadStringValue(MemberSchema member) => _current.GetString() ?? "";
    public override bool ReadBoolean(MemberSchema member) => _current.GetBoolean();
    protected override long ReadIntegerValue(MemberSchema member) => _current.GetInt64();

    protected override double ReadDoubleValue(MemberSchema member) => _current.ValueKind is not JsonValueKind.String ? _current.GetDouble() : _current.GetString() switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        var other => throw new InvalidOperationException($"{other} is no number."),
    };

    public override DateTimeOffset ReadTimestamp(MemberSchema member) => DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(_current.GetDouble() * 1000));
    protected override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => _current.GetBytesFromBase64();
    public override JsonElement ReadDocument(MemberSchema member) => _current.Clone();

    private void PushObject(StructureSchema? schema) => _frames.Push(new() { Schema = schema, Members = [.. _current.EnumerateObject()] });
}
