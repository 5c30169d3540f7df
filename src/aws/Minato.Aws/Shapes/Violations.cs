using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Minato.Aws.Shapes;

/// <summary>Collects what a request has wrong by the model, in AWS's wording.</summary>
public sealed class Violations
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);
    private readonly bool _collect;
    private readonly List<string> _path = [];
    private List<string>? _found;

    public Violations() => _collect = true;

    private Violations(bool collect) => _collect = collect;

    /// <summary>For answers: a client takes what it gets.</summary>
    public static Violations Ignored { get; } = new(collect: false);

    public IReadOnlyList<string> Found => _found ?? [];

    internal void Enter(MemberSchema member, string? key = null)
    {
        if (!_collect) return;
        _path.Add(key is null ? member.Name : key);
    }

    internal void EnterElement(MemberSchema member, int oneBased)
    {
        if (!_collect) return;
        _path.Add($"{member.Name}.{oneBased}");
    }

    internal void Leave()
    {
        if (_collect) _path.RemoveAt(_path.Count - 1);
    }

    internal void Missing(MemberSchema member) => Add("null", member, "Member must not be null");

    internal void Unknown(MemberSchema member, string value) =>
        Add($"'{value}'", member, $"Member must satisfy enum value set: [{string.Join(", ", member.Constraint?.Values ?? [])}]");

    internal int OutOfInteger(MemberSchema member, long value)
    {
        Add($"'{value}'", member, value > 0
            ? $"Member must have value less than or equal to {int.MaxValue}"
            : $"Member must have value greater than or equal to {int.MinValue}");
        return 0;
    }

    internal void Check(MemberSchema member, string value)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        var shown = member.Sensitive ? "null" : $"'{value}'";
        if (value.Length < limit.Min) Add(shown, member, $"Member must have length greater than or equal to {limit.Min}");
        if (value.Length > limit.Max) Add(shown, member, $"Member must have length less than or equal to {limit.Max}");
        if (limit.Pattern is { } pattern && !Matches(pattern, value))
            Add(shown, member, $"Member must satisfy regular expression pattern: {pattern}");
    }

    internal void Check(MemberSchema member, long value)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (value < limit.Min) Add($"'{value}'", member, $"Member must have value greater than or equal to {limit.Min}");
        if (value > limit.Max) Add($"'{value}'", member, $"Member must have value less than or equal to {limit.Max}");
    }

    internal void Check(MemberSchema member, double value)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (value < limit.Min) Add($"'{value}'", member, $"Member must have value greater than or equal to {limit.Min}");
        if (value > limit.Max) Add($"'{value}'", member, $"Member must have value less than or equal to {limit.Max}");
    }

    internal void CheckLength(MemberSchema member, int length)
    {
        if (!_collect || member.Constraint is not { } limit) return;
        if (length < limit.Min) Add("'[]'", member, $"Member must have length greater than or equal to {limit.Min}");
        if (length > limit.Max) Add("'[…]'", member, $"Member must have length less than or equal to {limit.Max}");
    }

    private void Add(string shown, MemberSchema member, string constraint)
    {
        if (!_collect) return;
        var at = _path.Count == 0 || string.Equals(_path[^1].Split('.')[0], member.Name, StringComparison.Ordinal)
            ? string.Join('.', _path.DefaultIfEmpty(member.Name)) : $"{string.Join('.', _path)}.{member.Name}";
        (_found ??= []).Add($"Value {shown} at '{at}' failed to satisfy constraint: {constraint}");
    }

    // The model's patterns are not anchored but mean the whole value. Non-backtracking where the pattern allows: no request can make it slow.
    private static bool Matches(string pattern, string value) => Patterns.GetOrAdd(pattern, static p => Compile($"^(?:{p})$")).IsMatch(value);

    private static Regex Compile(string pattern)
    {
        try { return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture); }
        catch (NotSupportedException) { return new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(50)); }
    }
}
