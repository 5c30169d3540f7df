using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Aws.Shapes;

/// <summary>
/// What generated code writes a shape to; one implementation a protocol. A value is written with the schema of its place: a
/// member of a structure, the element of a list or the value of a map. Absent values are never written.
/// </summary>
public abstract class ShapeWriter
{
    public abstract void WriteString(MemberSchema member, string value);
    public abstract void WriteBoolean(MemberSchema member, bool value);
    public abstract void WriteInteger(MemberSchema member, int value);
    public abstract void WriteLong(MemberSchema member, long value);
    public abstract void WriteDouble(MemberSchema member, double value);
    public abstract void WriteTimestamp(MemberSchema member, DateTimeOffset value);
    public abstract void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value);

    /// <summary>A body of any length. Who cannot pass it on takes all of it.</summary>
    public virtual void WriteStream(MemberSchema member, Stream value)
    {
        if (value.CanSeek) value.Position = 0;
        using var whole = new MemoryStream();
        value.CopyTo(whole);
        WriteBlob(member, whole.ToArray());
    }

    public abstract void WriteDocument(MemberSchema member, JsonElement value);

    public abstract void BeginStructure(MemberSchema member, StructureSchema schema);
    public abstract void EndStructure(MemberSchema member);
    public abstract void BeginList(MemberSchema member, int count);
    public abstract void EndList(MemberSchema member);
    public abstract void BeginMap(MemberSchema member, int count);

    /// <summary>Before each value of a map, which is then written with <c>member.Element</c>.</summary>
    public abstract void WriteKey(MemberSchema map, string key);
    public abstract void EndMap(MemberSchema member);

    public void WriteStructure<T>(MemberSchema member, T value) where T : IShape
    {
        BeginStructure(member, value.SchemaOfShape);
        value.WriteMembers(this);
        EndStructure(member);
    }

    public void WriteList<T>(MemberSchema member, ImmutableArray<T> values, Action<ShapeWriter, MemberSchema, T> element)
    {
        var at = member.Element ?? throw new InvalidOperationException($"{member.Name} is not a list.");
        BeginList(member, values.Length);
        foreach (var value in values) element(this, at, value);
        EndList(member);
    }

    public void WriteMap<T>(MemberSchema member, ImmutableDictionary<string, T> values, Action<ShapeWriter, MemberSchema, T> element)
    {
        var at = member.Element ?? throw new InvalidOperationException($"{member.Name} is not a map.");
        BeginMap(member, values.Count);
        foreach (var (key, value) in values)
        {
            WriteKey(member, key);
            element(this, at, value);
        }
        EndMap(member);
    }
}
