using System.Collections.Immutable;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.State;

/// <summary>Settings of a registry as a whole.</summary>
internal sealed record RegistryState
{
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public string? PolicyText { get; init; }
    public ImmutableArray<ReplicationRule> Replication { get; init; } = [];
    public ScanType ScanType { get; init; } = ScanType.Basic;
    public ImmutableArray<RegistryScanningRule> ScanRules { get; init; } = [];
    public ImmutableArray<SigningRule> SigningRules { get; init; } = [];

    /// <summary>Since when the signing rules hold; null: there is no configuration.</summary>
    public DateTimeOffset? SigningSince { get; init; }

    /// <summary>Principals whose pulls are not noted, with when that was said.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> PullTimeExclusions { get; init; } = ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    public string Key => KeyOf(Home);

    public Home Home => new(AccountId, Region);

    public static string KeyOf(Home home) => $"{home.AccountId}/{home.Region}";

    public static RegistryState Of(Minato.Platform.IReadState state, Home home) =>
        state.Find(EcrTables.Registries, KeyOf(home)) ?? new() { AccountId = home.AccountId, Region = home.Region };
}
