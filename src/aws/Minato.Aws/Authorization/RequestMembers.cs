using System.Globalization;
using System.Text.Json;
using Minato.Aws.Shapes;

namespace Minato.Aws.Authorization;

/// <summary>
/// The texts of a request by the names of their members: <c>overrides.taskRoleArn</c>; what lists hold goes by the list's name, what maps hold by
/// the map's. Only members that are asked for are looked at, and tags.
/// </summary>
internal sealed class RequestMembers : ShapeWriter
{
    private static readonly HashSet<string> s_tagMembers = new(StringComparer.OrdinalIgnoreCase)
    {
        "Tags", "TagSpecifications", "TagList", "TagsList", "AddTags", "ResourceTags", "Tagging", "TagKeys",
    };

    private readonly IReadOnlySet<string> _wanted;
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly Stack<string> _paths = new();
    private string _path = "";
    private int _skipped; // Depth inside of a member that nobody asks for.

    private RequestMembers(IReadOnlySet<string> wanted) => _wanted = wanted;

    /// <param name="wanted">Names of members at the top.</param>
    public static RequestMembers Read(IShape request, IReadOnlySet<string> wanted)
    {
        var members = new RequestMembers(wanted);
        request.WriteMembers(members);
        return members;
    }

    /// <summary>Those that the request gives its resource, or takes away (without values).</summary>
    public List<(string Key, string Value)> Tags { get; } = [];

    public IReadOnlyList<string> Values(string path) => _values.TryGetValue(path, out var values) ? values : [];

    /// <summary>Does the request have the member, with anything in it?</summary>
    public bool Has(string member) => _values.ContainsKey(member) || _values.Keys.Any(k => k.StartsWith(member, StringComparison.Ordinal) && k[member.Length] is '.');

    private string PathTo(MemberSchema member) => member.IsElement ? _path : _path.Length == 0 ? member.Name : $"{_path}.{member.Name}";

    private bool IsWanted(MemberSchema member) => _paths.Count > 0 || _wanted.Contains(member.Name) || s_tagMembers.Contains(member.Name);

    private void Add(MemberSchema member, string value)
    {
        if (_skipped > 0 || !IsWanted(member)) return;
        var path = PathTo(member);
        if (!_values.TryGetValue(path, out var values)) _values[path] = values = [];
        values.Add(value);
        if (_isTags) AddTag(member, value);
    }

    private bool _isTags;
    private string? _mapKey;

    private void AddTag(MemberSchema member, string value)
    {
        if (_mapKey is { } key) Tags.Add((key, value));
        else if (member.Name is "Key" or "key") Tags.Add((value, ""));
        else if (member.Name is "Value" or "value" && Tags.Count > 0) Tags[^1] = (Tags[^1].Key, value);
    }

    private void Begin(MemberSchema member)
    {
        if (_skipped > 0 || !IsWanted(member))
        {
            _skipped++;
            return;
        }
        if (_paths.Count == 0) _isTags = s_tagMembers.Contains(member.Name);
        _paths.Push(_path);
        _path = PathTo(member);
    }

    private void End()
    {
        if (_skipped > 0)
        {
            _skipped--;
            return;
        }
        _path = _paths.Pop();
        if (_paths.Count == 0) _isTags = false;
    }

    public override void WriteString(MemberSchema member, string value) => Add(member, value);
    public override void WriteBoolean(MemberSchema member, bool value) => Add(member, value ? "true" : "false");
    public override void WriteInteger(MemberSchema member, int value) => Add(member, value.ToString(CultureInfo.InvariantCulture));
    public override void WriteLong(MemberSchema member, long value) => Add(member, value.ToString(CultureInfo.InvariantCulture));
    public override void WriteDouble(MemberSchema member, double value) => Add(member, value.ToString(CultureInfo.InvariantCulture));
    public override void WriteTimestamp(MemberSchema member, DateTimeOffset value) { }
    public override void WriteBlob(MemberSchema member, ReadOnlyMemory<byte> value) { }
    public override void WriteStream(MemberSchema member, Stream value) { } // What policies decide about has not been read yet.
    public override void WriteDocument(MemberSchema member, JsonElement value) { }
    public override void BeginStructure(MemberSchema member, StructureSchema schema) => Begin(member);
    public override void EndStructure(MemberSchema member) => End();
    public override void BeginList(MemberSchema member, int count) => Begin(member);
    public override void EndList(MemberSchema member) => End();
    public override void BeginMap(MemberSchema member, int count) => Begin(member);
    public override void WriteKey(MemberSchema map, string key) => _mapKey = key;

    public override void EndMap(MemberSchema member)
    {
        _mapKey = null;
        End();
    }
}
