using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>A cluster as stored. Its counters are counted from the tables' indexes, never kept.</summary>
internal sealed record ClusterState
{
    public required ClusterKey Key { get; init; }

    /// <summary>False once deleted: INACTIVE, still describable.</summary>
    public bool IsActive { get; init; } = true;
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public ImmutableArray<ClusterSetting> Settings { get; init; } = [];
    public ClusterConfiguration? Configuration { get; init; }
    public ImmutableArray<string> CapacityProviders { get; init; } = [];

    /// <summary>Counts the times that what it has of Auto Scaling groups was changed; <c>ClusterAttachmentsState</c> follows.</summary>
    public int AttachmentsVersion { get; init; }
    public ImmutableArray<CapacityProviderStrategyItem> DefaultStrategy { get; init; } = [];
    public string? ServiceConnectNamespace { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
}
