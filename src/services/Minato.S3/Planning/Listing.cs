using System.Collections.Immutable;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>One page of what a bucket holds.</summary>
/// <param name="Last">Where the next page goes on; null when there is none.</param>
internal sealed record ListPage<T>(ImmutableArray<T> Items, ImmutableArray<string> CommonPrefixes, ListPlace? Last);

/// <summary>Where a page ended: at an item, or at a common prefix.</summary>
internal sealed record ListPlace(string Key, string? Id = null);

/// <summary>Where in the order of keys to go on: at a key, behind it, or behind all that begin with it.</summary>
internal enum ListStart { At, Behind, End }

/// <summary>Which items of an ordered sequence belong to a page. Keys below one common prefix are passed over in one step.</summary>
internal static class Listing
{
    /// <param name="from">Items in order, from a place on.</param>
    /// <param name="after">A key, or a common prefix of the page before.</param>
    /// <param name="first">What comes first instead, for what has more order than its key.</param>
    public static ListPage<T> Page<T>(Func<string, ListStart, IEnumerable<T>> from, Func<T, string> keyOf, string prefix, string delimiter, string after, int most,
        Func<T, string?>? idOf = null, IEnumerable<T>? first = null)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        var prefixes = ImmutableArray.CreateBuilder<string>();
        ListPlace? last = null;
        if (most == 0) return Done();
        var rest = first ?? (after.Length > 0 && KeyOrder.Compare(after, prefix) >= 0 ? from(after, ListStart.Behind) : from(prefix, ListStart.At));
        while (true)
        {
            string? skip = null;
            foreach (var item in rest)
            {
                var key = keyOf(item);
                if (!key.StartsWith(prefix, StringComparison.Ordinal)) return Done();
                var common = CommonPrefix(key, prefix, delimiter);
                // A page may have ended with this very prefix.
                var told = common is not null && after.StartsWith(common, StringComparison.Ordinal);
                if (!told)
                {
                    if (items.Count + prefixes.Count == most) return new(items.ToImmutable(), prefixes.ToImmutable(), last);
                    if (common is null) items.Add(item);
                    else prefixes.Add(common);
                    last = common is null ? new(key, idOf?.Invoke(item)) : new(common);
                }
                if (common is null) continue;
                skip = common;
                break;
            }
            if (skip is null) return Done();
            rest = from(skip, ListStart.End);
        }

        ListPage<T> Done() => new(items.ToImmutable(), prefixes.ToImmutable(), null);
    }

    private static string? CommonPrefix(string key, string prefix, string delimiter) =>
        delimiter.Length > 0 && key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is var at and >= 0 ? key[..(at + delimiter.Length)] : null;
}
