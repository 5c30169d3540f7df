using System.Collections.Frozen;

namespace Minato.Aws.Shapes;

/// <summary>A structure's name and members, in the order of the model; readers and writers refer to members by index.</summary>
public sealed class StructureSchema(string name, MemberSchema[] members)
{
    public string Name { get; } = name;
    public MemberSchema[] Members { get; } = members;
    public bool IsUnion { get; init; }
    public string? XmlNamespace { get; init; }

    /// <summary>Index of the member that is the whole HTTP body, or -1.</summary>
    public int PayloadIndex { get; } = Array.FindIndex(members, m => m.Location == MemberLocation.Payload);
    public bool HasHttpBindings { get; } = Array.Exists(members, m => m.Location is not (MemberLocation.Body or MemberLocation.Payload));

    /// <returns>-1 when the structure has no such member in its body.</returns>
    public int IndexOf(ReadOnlySpan<char> wireName) =>
        (_byWireName ??= Build()).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(wireName, out var index) ? index : -1;

    private FrozenDictionary<string, int> Build() => Members
        .Select((m, i) => (m, i)).Where(p => p.m.Location is MemberLocation.Body or MemberLocation.Payload)
        .ToFrozenDictionary(p => p.m.WireName, p => p.i, StringComparer.Ordinal);

    private FrozenDictionary<string, int>? _byWireName;
}

/// <summary>A generated structure: it writes itself.</summary>
public interface IShape
{
    StructureSchema SchemaOfShape { get; }

    /// <summary>Writes the members that have values, without the structure's own beginning and end.</summary>
    void WriteMembers(ShapeWriter writer);
}

/// <summary>A generated structure that can also be read.</summary>
public interface IShape<TSelf> : IShape where TSelf : IShape<TSelf>
{
    static abstract StructureSchema Schema { get; }

    /// <summary>Reads members until the reader has no more; missing required ones are told to the reader.</summary>
    static abstract TSelf ReadMembers(ShapeReader reader);
}
