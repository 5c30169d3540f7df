using System.Text.Json;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Aws.Tests.Given;

/// <summary>Makes up shapes: whatever is read from it, it invents within the model's limits, save patterns.</summary>
internal sealed class RandomReader(Random random, bool full = false) : ShapeReader
{
    private const int Deepest = 8;
    private static readonly string[] Words = ["a", "web", "a b", "é漢😀", "<&>\"'", "%+=;", "x/y", "{}", "[1]", "\\", "a,b", "line\nline"];
    private readonly Stack<Frame> _frames = [];

    private sealed class Frame
    {
        public StructureSchema? Schema { get; init; }
        public int Next { get; set; }
        public int Left { get; set; }
        public int Chosen { get; init; } = -1;

        /// <summary>Headers carry what is printable and ASCII; anything else comes back in another form.</summary>
        public bool IsHeader { get; init; }
    }

    public static IShape Fill(OperationModel operation, Random random, bool full = false)
    {
        var reader = new RandomReader(random, full);
        reader.Enter(operation.InputSchema);
        return operation.ReadInput(reader);
    }

    public static IShape FillOutput(OperationModel operation, Random random, bool full = false)
    {
        var reader = new RandomReader(random, full);
        reader.Enter(operation.OutputSchema);
        return operation.ReadOutput(reader);
    }

    public override bool NextMember(out int index)
    {
        var frame = _frames.Peek();
        var members = frame.Schema?.Members ?? [];
        while (frame.Next < members.Length)
        {
            index = frame.Next++;
            var member = members[index];
            if (index == frame.Chosen || member.Required) return true;
            if (frame.Schema is not { IsUnion: true } && _frames.Count < Deepest && (full || random.Next(2) == 0)) return true;
        }
        index = -1;
        return false;
    }

    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Enter(schema);
    public override void EndStructure(MemberSchema member) => _frames.Pop();

    // Lists and maps are never empty: forms cannot say so.
    public override void BeginList(MemberSchema member) => _frames.Push(new() { Left = random.Next(1, 3), IsHeader = member.Location is MemberLocation.Header or MemberLocation.Headers });
    public override bool NextElement(MemberSchema member) => _frames.Peek().Left-- > 0;
    public override void EndList(MemberSchema member) => _frames.Pop();
    public override void BeginMap(MemberSchema member) => BeginList(member);

    public override bool NextKey(MemberSchema member, out string key)
    {
        key = member.Key is { } at ? ReadStringValue(at) + (at.Kind is ShapeKind.Enum ? "" : _frames.Peek().Left) : "";
        return NextElement(member);
    }

    public override void EndMap(MemberSchema member) => _frames.Pop();

    protected internal override string ReadStringValue(MemberSchema member)
    {
        if (member.Constraint?.Values is { } values) return values[random.Next(values.Length)];
        if (member.Location is not (MemberLocation.Body or MemberLocation.Payload)) return $"a{random.Next(100)}";
        var text = Words[random.Next(Words.Length)] + random.Next(10);
        if (_frames.Peek().IsHeader && text.AsSpan().ContainsAnyExceptInRange(' ', '~')) text = $"a{text.Length}";
        if (member.Constraint?.Min is { } min) text = text.PadRight((int)min, 'x');
        return member.Constraint?.Max is { } max && text.Length > max ? text[..(int)max] : text;
    }

    public override bool ReadBoolean(MemberSchema member) => random.Next(2) == 0;

    protected internal override long ReadIntegerValue(MemberSchema member)
    {
        var (min, max) = (member.Constraint?.Min ?? int.MinValue, member.Constraint?.Max ?? int.MaxValue);
        return member.Location is MemberLocation.StatusCode ? 200 : random.NextInt64(min, max);
    }

    protected internal override double ReadDoubleValue(MemberSchema member) => Math.Round(random.NextDouble() * 100, 3);
    public override DateTimeOffset ReadTimestamp(MemberSchema member) => DateTimeOffset.FromUnixTimeSeconds(random.Next());
    protected internal override ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member) => BitConverter.GetBytes(random.NextInt64());
    public override JsonElement ReadDocument(MemberSchema member) => JsonDocument.Parse("""{"a":[1,null]}""").RootElement;

    // A structure below the top is never empty: forms cannot say so. Of a union one member is chosen.
    private void Enter(StructureSchema schema)
    {
        var simple = Array.FindIndex(schema.Members, m => m.Kind is not (ShapeKind.Structure or ShapeKind.List or ShapeKind.Map));
        var chosen = schema.IsUnion || _frames.Count > 0 ? Math.Max(simple, 0) : -1;
        _frames.Push(new() { Schema = schema, Chosen = chosen });
    }
}
