using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;

namespace Minato.Ecr.Planning;

/// <summary>How often images of a repository are scanned, by the registry's rules.</summary>
internal static class ScanFilters
{
    /// <summary>Without a wildcard the name contains the filter; with one the filter covers the whole name.</summary>
    public static bool Matches(string filter, string name) =>
        filter.Contains('*', StringComparison.Ordinal) ? TagMutability.Matches(filter, name) : name.Contains(filter, StringComparison.Ordinal);

    /// <returns>Null: images are not scanned, not even by hand. Of two rules that match, continuous scanning wins.</returns>
    public static (ScanFrequency? Frequency, ImmutableArray<ScanningRepositoryFilter> Applied) Of(RegistryState registry, RepositoryState repository)
    {
        var name = repository.Key.Name;
        var matching = registry.ScanRules
            .Select(r => (r.ScanFrequency, Filters: r.RepositoryFilters.Where(f => Matches(f.Filter, name)).ToImmutableArray()))
            .Where(r => !r.Filters.IsEmpty).OrderByDescending(r => r.ScanFrequency == ScanFrequency.ContinuousScan).ToList();
        if (matching is [var (frequency, filters), ..]) return (frequency, filters);
        if (registry.ScanType == ScanType.Enhanced) return (null, []);
        return (repository.ScanOnPush ? ScanFrequency.ScanOnPush : ScanFrequency.Manual, []);
    }
}
