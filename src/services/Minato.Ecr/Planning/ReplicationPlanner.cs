using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;

namespace Minato.Ecr.Planning;

/// <summary>Where a push to a repository is copied to.</summary>
internal static class ReplicationPlanner
{
    public const int MostDestinations = 25;

    public static ImmutableArray<Home> Destinations(ImmutableArray<ReplicationRule> rules, RepositoryKey repository) =>
    [
        .. rules.Where(r => r.RepositoryFilters is null or [] || r.RepositoryFilters.Value.Any(f => repository.Name.StartsWith(f.Filter, StringComparison.Ordinal)))
            .SelectMany(r => r.Destinations).Select(d => new Home(d.RegistryId, d.Region)).Distinct(),
    ];

    /// <returns>What is wrong, in AWS's words; null when nothing is.</returns>
    public static string? Fault(ImmutableArray<ReplicationRule> rules, Home own)
    {
        if (rules.Any(r => r.Destinations.IsEmpty)) return "Replication rule must have at least one destination";
        var all = rules.SelectMany(r => r.Destinations).Select(d => new Home(d.RegistryId, d.Region)).Distinct().ToList();
        if (all.Contains(own)) return "Replication destination cannot be the same as the source registry";
        return all.Count > MostDestinations ? $"Replication configuration can have at most {MostDestinations} unique destinations" : null;
    }
}
