using System.Collections.Immutable;

namespace Minato.Aws.EventPatterns;

/// <summary>What a pattern asks at one place of an event: all of it must hold.</summary>
internal sealed class PatternNode(ImmutableArray<string> path)
{
    private readonly Dictionary<string, PatternNode> _children = new(StringComparer.Ordinal);
    private readonly List<ImmutableArray<PatternNode>> _choices = [];
    private ImmutableArray<ValueMatcher> _matchers = [];
    private string[]? _absent; // The path, when a value that is not there is good as well.

    /// <summary>The node at a name, which is a path if it has dots.</summary>
    public PatternNode At(string name)
    {
        var node = this;
        foreach (var part in name.Split('.'))
        {
            if (!node._children.TryGetValue(part, out var child)) node._children.Add(part, child = new(node.Path.Add(part)));
            node = child;
        }

        return node;
    }

    public ImmutableArray<string> Path => path;

    public void Ask(ImmutableArray<ValueMatcher> matchers)
    {
        _matchers = _matchers.AddRange(matchers.Where(m => m is not ValueMatcher.Absent));
        if (matchers.Any(m => m is ValueMatcher.Absent)) _absent = [.. path];
    }

    public void Choose(ImmutableArray<PatternNode> alternatives) => _choices.Add(alternatives);

    public bool IsMetBy(EventNode at, EventNode root)
    {
        if (IsMetHere(at, root)) return true;
        foreach (var element in at.Elements)
        {
            if (IsMetBy(element, root)) return true;
        }

        return false;
    }

    public ImmutableArray<string>? OnlyValuesOf(string field)
    {
        if (!_children.TryGetValue(field, out var node) || node._absent is not null || node._matchers.IsEmpty) return null;
        var values = node._matchers.Select(m => (m as ValueMatcher.Same)?.Value.Text).ToImmutableArray();
        return values.Contains(null) ? null : values.OfType<string>().Distinct(StringComparer.Ordinal).ToImmutableArray();
    }

    public long Combinations
    {
        get
        {
            var own = _matchers.Sum(m => (long)m.Values) + (_absent is null ? 0 : 1);
            var product = Math.Max(own, 1);
            foreach (var child in _children.Values) product = Times(product, child.Combinations);
            foreach (var choice in _choices) product = Times(product, choice.Sum(c => c.Combinations));
            return product;
        }
    }

    public int Fields => (_matchers.IsEmpty && _absent is null ? 0 : 1) + _children.Values.Sum(c => c.Fields) + _choices.Sum(c => c.Sum(n => n.Fields));

    private static long Times(long a, long b) => a > int.MaxValue || b > int.MaxValue ? int.MaxValue : a * b;

    private bool IsMetHere(EventNode at, EventNode root)
    {
        foreach (var (name, child) in _children)
        {
            var there = at.Child(name) ?? EventNode.Nothing;
            if (child.AsksForValue && !child.IsMetByValueOf(there, root)) return false;
            if (child.AsksBelow && !child.IsMetBy(there, root)) return false;
        }

        foreach (var alternatives in _choices)
        {
            if (!alternatives.Any(a => a.IsMetHere(at, root))) return false;
        }

        return true;
    }

    private bool AsksForValue => !_matchers.IsEmpty || _absent is not null;

    private bool AsksBelow => _children.Count > 0 || _choices.Count > 0;

    private bool IsMetByValueOf(EventNode there, EventNode root)
    {
        if (_absent is not null && !root.HasValueAt(_absent)) return true;
        foreach (var value in there.Values)
        {
            foreach (var matcher in _matchers)
            {
                if (matcher.Matches(value)) return true;
            }
        }

        return false;
    }
}
