using System.Collections.Immutable;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Planning;

internal static class Filters
{
    /// <summary>Whether a value is what a filter of a list asks for.</summary>
    public static bool Matches(string value, FilterCondition? condition, ImmutableArray<string> wanted) => condition switch
    {
        FilterCondition.In => wanted.Contains(value, StringComparer.Ordinal),
        FilterCondition.BeginsWith => wanted.Any(w => value.StartsWith(w, StringComparison.Ordinal)),
        FilterCondition.Between => wanted is [var first, var last] && string.CompareOrdinal(value, first) >= 0 && string.CompareOrdinal(value, last) <= 0,
        _ => wanted is [var one, ..] && value == one,
    };
}
