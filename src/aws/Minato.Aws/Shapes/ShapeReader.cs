using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Aws.Shapes;

/// <summary>
/// What generated code reads a shape from; one implementation a protocol. Violations of the model's limits are collected, not
/// thrown one by one: AWS answers with all of them at once (<see cref="Violations"/>).
/// </summary>
public abstract class ShapeReader
{
    public Violations Violations { get; init; } = Violations.Ignored;

    /// <summary>Goes to the next member of the current structure that is present and not null; unknown members are passed over.</summary>
    /// <param name="index">Index in <see cref="StructureSchema.Members"/>.</param>
    public abstract bool NextMember(out int index);

    /// <summary>Enters the structure at the current member, element or value.</summary>
    public abstract void BeginStructure(MemberSchema member, StructureSchema schema);
    public abstract void EndStructure(MemberSchema member);
    public abstract void BeginList(MemberSchema member);
    public abstract bool NextElement(MemberSchema member);
    public abstract void EndList(MemberSchema member);
    public abstract void BeginMap(MemberSchema member);
    public abstract bool NextKey(MemberSchema member, out string key);
    public abstract void EndMap(MemberSchema member);

    protected internal abstract string ReadStringValue(MemberSchema member);
    public abstract bool ReadBoolean(MemberSchema member);
    protected internal abstract long ReadIntegerValue(MemberSchema member);
    protected internal abstract double ReadDoubleValue(MemberSchema member);
    public abstract DateTimeOffset ReadTimestamp(MemberSchema member);
    protected internal abstract ReadOnlyMemory<byte> ReadBlobValue(MemberSchema member);
    public abstract JsonElement ReadDocument(MemberSchema member);

    public string ReadString(MemberSchema member)
    {
        var value = ReadStringValue(member);
        Violations.Check(member, value);
        return value;
    }

    /// <returns>Null for a value the model does not know: a violation of a request, a newer service's word in an answer.</returns>
    public T? ReadEnum<T>(MemberSchema member, Func<string, T?> parse) where T : struct, Enum
    {
        var text = ReadStringValue(member);
        var value = parse(text);
        if (value is null) Violations.Unknown(member, text);
        return value;
    }

    public int ReadInteger(MemberSchema member)
    {
        var value = ReadIntegerValue(member);
        Violations.Check(member, value);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : Violations.OutOfInteger(member, value);
    }

    public long ReadLong(MemberSchema member)
    {
        var value = ReadIntegerValue(member);
        Violations.Check(member, value);
        return value;
    }

    public double ReadDouble(MemberSchema member)
    {
        var value = ReadDoubleValue(member);
        Violations.Check(member, value);
        return value;
    }

    public ReadOnlyMemory<byte> ReadBlob(MemberSchema member)
    {
        var value = ReadBlobValue(member);
        Violations.CheckLength(member, value.Length);
        return value;
    }

    /// <summary>A body as it comes. Who has no body to pass on makes one of the bytes at hand.</summary>
    public virtual Stream ReadStream(MemberSchema member) => new MemoryStream(ReadBlob(member).ToArray(), writable: false);

    public T ReadStructure<T>(MemberSchema member) where T : IShape<T>
    {
        BeginStructure(member, T.Schema);
        Violations.Enter(member);
        var value = T.ReadMembers(this);
        Violations.Leave();
        EndStructure(member);
        return value;
    }

    public ImmutableArray<T> ReadList<T>(MemberSchema member, Func<ShapeReader, MemberSchema, T> element)
    {
        var at = member.Element ?? throw new InvalidOperationException($"{member.Name} is not a list.");
        var values = ImmutableArray.CreateBuilder<T>();
        BeginList(member);
        while (NextElement(member))
        {
            Violations.EnterElement(member, values.Count + 1);
            values.Add(element(this, at));
            Violations.Leave();
        }
        EndList(member);
        Violations.CheckElements(member, values);
        return values.DrainToImmutable();
    }

    public ImmutableDictionary<string, T> ReadMap<T>(MemberSchema member, Func<ShapeReader, MemberSchema, T> element)
    {
        var at = member.Element ?? throw new InvalidOperationException($"{member.Name} is not a map.");
        var values = ImmutableDictionary.CreateBuilder<string, T>();
        BeginMap(member);
        while (NextKey(member, out var key))
        {
            if (member.Key is { } keySchema) Violations.Check(keySchema, key);
            Violations.EnterValue(member, key);
            values[key] = element(this, at);
            Violations.Leave();
        }
        EndMap(member);
        Violations.CheckLength(member, values.Count);
        return values.ToImmutable();
    }

    /// <summary>A required member: its absence is a violation, and what stands in for it never reaches a room.</summary>
    public T Require<T>(T? value, MemberSchema member) where T : class
    {
        if (value is null) Violations.Missing(member);
        return value ?? Absent<T>.Value;
    }

    /// <inheritdoc cref="Require{T}(T, MemberSchema)"/>
    public T Require<T>(T? value, MemberSchema member) where T : struct
    {
        if (value is null) Violations.Missing(member);
        return value ?? Absent<T>.Value;
    }

    /// <inheritdoc cref="Require{T}(T, MemberSchema)"/>
    public ImmutableArray<T> Require<T>(ImmutableArray<T>? value, MemberSchema member)
    {
        if (value is null) Violations.Missing(member);
        return value ?? [];
    }

    // An answer read leniently may lack what the model requires; a request that does is refused before anyone looks at it.
    private static class Absent<T>
    {
        public static readonly T Value = default!;
    }
}
