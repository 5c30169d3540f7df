using System.Collections.Immutable;
using System.IO.Enumeration;
using Minato.Contracts.Ec2;
using Minato.Ec2.Api;

namespace Minato.Ec2.Planning;

/// <summary>The filters one Describe operation knows: each names the texts of a record that a value is compared with.</summary>
internal sealed class FilterSet<T>(params (string Name, Func<T, IEnumerable<string?>> Select)[] known)
{
    private readonly Dictionary<string, Func<T, IEnumerable<string?>>> _known = known.ToDictionary(k => k.Name, k => k.Select, StringComparer.Ordinal);

    /// <summary>A record passes when every filter has a value that matches; <c>*</c> and <c>?</c> are wildcards.</summary>
    public Func<T, bool> Compile(ImmutableArray<Filter>? filters, Func<T, IReadOnlyDictionary<string, string>> tags)
    {
        if (filters is not { IsDefaultOrEmpty: false } all) return _ => true;
        var tests = all.Select(f => Test(f, tags)).ToArray();
        return record => Array.TrueForAll(tests, t => t(record));
    }

    private Func<T, bool> Test(Filter filter, Func<T, IReadOnlyDictionary<string, string>> tags)
    {
        var name = filter.Name ?? throw Ec2Errors.MissingParameter("Filter.Name");
        var values = filter.Values ?? [];
        if (name.StartsWith("tag:", StringComparison.Ordinal))
        {
            var key = name["tag:".Length..];
            return record => tags(record).TryGetValue(key, out var value) && Matches(values, value);
        }
        if (name is "tag-key") return record => tags(record).Keys.Any(k => Matches(values, k));
        if (name is "tag-value") return record => tags(record).Values.Any(v => Matches(values, v));
        if (!_known.TryGetValue(name, out var select)) throw Ec2Errors.UnknownFilter(name);
        return record => select(record).Any(text => text is not null && Matches(values, text));
    }

    private static bool Matches(ImmutableArray<string> values, string text)
    {
        foreach (var value in values)
        {
            if (value == text) return true;
            if (value.AsSpan().ContainsAny('*', '?') && FileSystemName.MatchesSimpleExpression(value, text, ignoreCase: false)) return true;
        }
        return false;
    }
}

internal static class Filters
{
    /// <returns>The plain values of a filter that an index can answer, or null when it is absent or has wildcards.</returns>
    public static ImmutableArray<string>? Exact(ImmutableArray<Filter>? filters, string name)
    {
        if (filters is not { } all) return null;
        foreach (var filter in all)
        {
            if (filter.Name == name && filter.Values is { } values && !values.Any(v => v.AsSpan().ContainsAny('*', '?'))) return values;
        }
        return null;
    }
}
