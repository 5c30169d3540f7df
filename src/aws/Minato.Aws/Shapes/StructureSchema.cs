namespace Minato.Aws.Shapes;

/// <summary>A structure's name and members, in the order of the model; readers and writers refer to members by index.</summary>
public sealed class StructureSchema(string name, MemberSchema[] members)
{
    private const int RestOfBody = 64 * 1024;
    private Dictionary<string, int>? _byWireName;
    private Dictionary<string, int>? _byEc2Name;
    private Dictionary<string, int>? _byProperty;
    private int _largestBody = -1;

    public string Name { get; } = name;
    public MemberSchema[] Members { get; } = members;
    public bool IsUnion { get; init; }
    public string? XmlNamespace { get; init; }

    /// <summary>Index of the member that is the whole HTTP body, or -1.</summary>
    public int PayloadIndex { get; } = Array.FindIndex(members, m => m.Location == MemberLocation.Payload);
    public bool HasHttpBindings { get; } = Array.Exists(members, m => m.Location is not (MemberLocation.Body or MemberLocation.Payload));

    /// <summary>The HTTP body is of any length, and is not read before it is asked for.</summary>
    public bool StreamsPayload { get; } = Array.Exists(members, m => m is { Location: MemberLocation.Payload, Streaming: true });

    /// <summary>The shape says itself what its body is.</summary>
    internal bool BindsContentType { get; } = Array.Exists(members, m => m is { Location: MemberLocation.Header, LocationName: "Content-Type" });
    internal bool HasBodyMembers { get; } = Array.Exists(members, m => m.Location is MemberLocation.Body);

    /// <summary>Bytes of the body that the largest blob of the model makes: text takes four for three, and the rest is small.</summary>
    internal int LargestBody => _largestBody >= 0 ? _largestBody
        : (_largestBody = (int)Members.Where(m => m is { Kind: ShapeKind.Blob, Streaming: false }).Select(m => (m.Constraint?.Max ?? 0) / 3 * 4).DefaultIfEmpty().Max() + RestOfBody);

    /// <summary>By the name of JSON, CBOR, XML and query bodies.</summary>
    /// <returns>-1 when the structure has no such member.</returns>
    internal int IndexOf(string wireName) => (_byWireName ??= Build(m => m.FlatName)).GetValueOrDefault(wireName, -1);

    /// <inheritdoc cref="IndexOf(string)"/>
    internal int IndexOfEc2(string name) => (_byEc2Name ??= Build(m => m.Ec2Name)).GetValueOrDefault(name, -1);

    /// <summary>By the name that a template has for it, which differs in capitals. Where it travels on the wire does not matter.</summary>
    /// <inheritdoc cref="IndexOf(string)"/>
    internal int IndexOfProperty(string name) => (_byProperty ??= ByProperty()).GetValueOrDefault(name, -1);

    /// <summary>By the name's bytes. Members mostly come in the order of the model, so the search starts at the one after the last found.</summary>
    /// <returns>-1 when the structure has no such member.</returns>
    internal int IndexOf(ReadOnlySpan<byte> utf8Name, int expected)
    {
        var all = Members;
        for (var i = expected; i < all.Length; i++)
            if (utf8Name.SequenceEqual(all[i].Utf8Name)) return i;
        for (var i = 0; i < expected && i < all.Length; i++)
            if (utf8Name.SequenceEqual(all[i].Utf8Name)) return i;
        return -1;
    }

    private Dictionary<string, int> ByProperty()
    {
        var table = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Members.Length; i++) table.TryAdd(Members[i].Name, i);
        return table;
    }

    // Members that travel in headers and the like share names with none in the body.
    private Dictionary<string, int> Build(Func<MemberSchema, string> name)
    {
        var table = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Members.Length; i++)
            if (Members[i].Location is MemberLocation.Body or MemberLocation.Payload) table.TryAdd(name(Members[i]), i);
        return table;
    }
}
