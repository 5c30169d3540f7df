using System.Globalization;
using System.Text;

namespace Minato.Aws.Shapes;

/// <summary>One thing a request has wrong by the model.</summary>
/// <param name="Value">As AWS shows it: quoted, <c>null</c>, or empty for a sensitive one.</param>
/// <param name="Path">e.g. <c>tags.1.member.key</c>.</param>
/// <param name="Constraint">e.g. <c>Member must not be null</c>.</param>
public sealed record Violation(string Value, string Path, string Constraint)
{
    public override string ToString() => Value.Length == 0
        ? $"Value at '{Path}' failed to satisfy constraint: {Constraint}" : $"Value {Value} at '{Path}' failed to satisfy constraint: {Constraint}";
}

/// <summary>Collects what a request has wrong by the model. Words and order are AWS's; how they are put together is each service's own.</summary>
public sealed class Violations
{
    private const int MostKept = 100;
    private const int LongestShown = 2048;
    private readonly bool _collect;
    private Step[] _path = [];
    private int _depth;
    private List<Violation>? _found;
    private Dictionary<int, string>? _brokenElements;

    // Where the reader is: a member, an element's number, or a map's key. Texts are made only when something is wrong.
    private readonly record struct Step(MemberSchema? Member, int Element, string? Key);

    public Violations() => _collect = true;

    private Violations(bool collect) => _collect = collect;

    /// <summary>For answers: a client takes what it gets.</summary>
    public static Violations Ignored { get; } = new(collect: false);

    public IReadOnlyList<Violation> Found => _found ?? [];

    /// <summary>AWS's common form: <c>2 validation errors detected: Value … at '…' failed to satisfy constraint: …; Value …</c>.</summary>
    public override string ToString() =>
        $"{Found.Count} validation {(Found.Count == 1 ? "error" : "errors")} detected: {string.Join("; ", Found)}";

    internal void Enter(MemberSchema member)
    {
        if (_collect) Push(new(member, 0, null));
    }

    internal void EnterElement(MemberSchema list, int oneBased)
    {
        if (_collect) Push(new(list, oneBased, null));
    }

    internal void EnterValue(MemberSchema map, string key)
    {
        if (_collect) Push(new(map, 0, key));
    }

    internal void Leave()
    {
        if (_collect) _depth--;
    }

    internal void Missing(MemberSchema member) => Add("null", member, "Member must not be null");

    internal void NullElement(MemberSchema list) => Add("'[null]'", list, "Member must not be null");

    internal void Unknown(MemberSchema member, string value) => Broken(member, value, EnumSet(member));

    internal int OutOfInteger(MemberSchema member, long value)
    {
        Broken(member, value.ToString(CultureInfo.InvariantCulture), value > 0
            ? $"Member must have value less than or equal to {int.MaxValue}"
            : $"Member must have value greater than or equal to {int.MinValue}");
        return 0;
    }

    internal void Check(MemberSchema member, string value)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (value.Length < limit.Min) Broken(member, value, AtLeast("length", limit));
        if (value.Length > limit.Max) Broken(member, value, AtMost("length", limit));
        else if (!limit.Matches(value)) Broken(member, value, Pattern(limit));
    }

    internal void Check(MemberSchema member, long value)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (value < limit.Min) Broken(member, value.ToString(CultureInfo.InvariantCulture), AtLeast("value", limit));
        if (value > limit.Max) Broken(member, value.ToString(CultureInfo.InvariantCulture), AtMost("value", limit));
    }

    internal void Check(MemberSchema member, double value)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (value < limit.Min) Broken(member, value.ToString(CultureInfo.InvariantCulture), AtLeast("value", limit));
        if (value > limit.Max) Broken(member, value.ToString(CultureInfo.InvariantCulture), AtMost("value", limit));
    }

    internal void CheckLength(MemberSchema member, int length)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (length < limit.Min) Add(length == 0 ? "'[]'" : "'[…]'", member, AtLeast("length", limit));
        if (length > limit.Max) Add("'[…]'", member, AtMost("length", limit));
    }

    /// <summary>Ends a list or map. AWS reports simple elements once, at the list, with all that an element must satisfy.</summary>
    internal void CheckElements<T>(MemberSchema member, IReadOnlyList<T> values)
    {
        if (!_collect) return;
        if (_brokenElements is { Count: > 0 } broken && member.Element is { } element)
        {
            var shown = values.Select((v, i) => broken.TryGetValue(i + 1, out var raw) ? raw : ShowElement(element, v));
            Add($"'[{string.Join(", ", shown)}]'", member, $"Member must satisfy constraint: [{string.Join(", ", AllOf(element))}]");
            broken.Clear();
        }
        if (member.Constraint is not { } limit) return;
        if (values.Count < limit.Min) Add(ShowList(member, values), member, AtLeast("length", limit));
        if (values.Count > limit.Max) Add(ShowList(member, values), member, AtMost("length", limit));
    }

    private static string ShowList<T>(MemberSchema list, IReadOnlyList<T> values) => list.Element is { } e && list.Kind is ShapeKind.List
        ? $"'[{string.Join(", ", values.Select(v => ShowElement(e, v)))}]'" : values.Count == 0 ? "'{}'" : "'{…}'";

    private static string ShowElement<T>(MemberSchema element, T value) => element.Kind switch
    {
        ShapeKind.Structure or ShapeKind.List or ShapeKind.Map or ShapeKind.Blob or ShapeKind.Document => "…",
        ShapeKind.Enum when element.Constraint?.Values is { } words => words[Convert.ToInt32(value, CultureInfo.InvariantCulture)],
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static IEnumerable<string> AllOf(MemberSchema member)
    {
        if (member.Constraint is not { } limit) yield break;
        var measure = member.Kind is ShapeKind.String ? "length" : "value";
        if (limit.Max is not null) yield return AtMost(measure, limit);
        if (limit.Min is not null) yield return AtLeast(measure, limit);
        if (limit.Pattern is not null) yield return Pattern(limit);
        if (limit.Values is not null) yield return EnumSet(member);
    }

    private static string AtLeast(string measure, Constraint limit) => $"Member must have {measure} greater than or equal to {limit.Min}";

    private static string AtMost(string measure, Constraint limit) => $"Member must have {measure} less than or equal to {limit.Max}";

    private static string Pattern(Constraint limit) => $"Member must satisfy regular expression pattern: {limit.Pattern}";

    private static string EnumSet(MemberSchema member) =>
        $"Member must satisfy enum value set: [{string.Join(", ", member.Constraint?.Values ?? [])}]";

    private void Broken(MemberSchema member, string value, string constraint)
    {
        if (!_collect) return;
        if (member.IsElement && _depth > 0 && _path[_depth - 1].Element > 0) (_brokenElements ??= []).TryAdd(_path[_depth - 1].Element, Clip(value));
        else Add(member.Sensitive ? "" : $"'{Clip(value)}'", member, constraint);
    }

    private static string Clip(string value) => value.Length <= LongestShown ? value : $"{value[..LongestShown]}…";

    private void Push(Step step)
    {
        if (_depth == _path.Length) Array.Resize(ref _path, Math.Max(8, _depth * 2));
        _path[_depth++] = step;
    }

    private void Add(string shown, MemberSchema member, string constraint)
    {
        if (!_collect || _found?.Count >= MostKept) return;
        var path = new StringBuilder();
        for (var i = 0; i < _depth; i++) Append(path, _path[i].Member?.Name, _path[i]);
        Append(path, member.Name, default);
        (_found ??= []).Add(new(shown, path.ToString(), constraint));
    }

    // AWS: member names begin with a small letter in these messages, also where the model's do not.
    private static void Append(StringBuilder path, string? name, Step step)
    {
        if (path.Length > 0) path.Append('.');
        if (name is { Length: > 0 }) path.Append(char.ToLowerInvariant(name[0])).Append(name, 1, name.Length - 1);
        if (step.Element > 0) path.Append('.').Append(step.Element);
        if (step.Key is not null) path.Append('.').Append(step.Key);
    }
}
