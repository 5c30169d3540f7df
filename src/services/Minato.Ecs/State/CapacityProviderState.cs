using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

internal sealed record CapacityProviderKey(AccountRegion Scope, string Name) : IComparable<CapacityProviderKey>
{
    public string Arn => Scope.Arn($"capacity-provider/{Name}");

    public int CompareTo(CapacityProviderKey? other) => other is null ? 1 : Scope.CompareTo(other.Scope) is not 0 and var order
        ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Scope}/{Name}";
}

/// <summary>A capacity provider over an Auto Scaling group. FARGATE and FARGATE_SPOT are not stored: every account has them.</summary>
internal sealed record CapacityProviderState
{
    public const string Fargate = "FARGATE";
    public const string FargateSpot = "FARGATE_SPOT";

    public required CapacityProviderKey Key { get; init; }
    public required AutoScalingGroupProvider Group { get; init; }
    public ImmutableArray<Tag> Tags { get; init; } = [];

    /// <summary>False once deleted: INACTIVE, and still described.</summary>
    public bool IsActive { get; init; } = true;
    public CapacityProviderUpdateStatus UpdateStatus { get; init; } = CapacityProviderUpdateStatus.CreateComplete;

    [JsonIgnore]
    public string GroupName => Group.AutoScalingGroupArn[(Group.AutoScalingGroupArn.LastIndexOf('/') + 1)..];

    [JsonIgnore]
    public bool IsManaged => Group.ManagedScaling?.Status == ManagedScalingStatus.Enabled;

    public static bool IsFargate(string name) => name is Fargate or FargateSpot;
}

internal sealed record ClusterCapacityKey(ClusterKey Cluster, string Provider) : IComparable<ClusterCapacityKey>
{
    public int CompareTo(ClusterCapacityKey? other) => other is null ? 1 : Cluster.CompareTo(other.Cluster) is not 0 and var order
        ? order : string.CompareOrdinal(Provider, other.Provider);

    public override string ToString() => $"{Cluster}/{Provider}";
}

/// <summary>How far managed scaling of a provider has come in a cluster. Written by <c>CapacityReconciler</c> alone.</summary>
internal sealed record ClusterCapacityState
{
    public required ClusterCapacityKey Key { get; init; }
    public required string GroupArn { get; init; }

    /// <summary>The group holds terminating instances until they are drained.</summary>
    public bool IsHooked { get; init; }

    /// <summary>Of the attachment that the cluster shows, and of the policy it names.</summary>
    public required string AttachmentId { get; init; }

    /// <summary>Since when fewer instances would do.</summary>
    public DateTimeOffset? LowSince { get; init; }
    public DateTimeOffset? ScaledOutAt { get; init; }
}

/// <summary>How far the cluster's groups have been made ready for it. Written by <c>CapacityReconciler</c> alone.</summary>
internal sealed record ClusterAttachmentsState
{
    public required ClusterKey Key { get; init; }

    /// <summary>The change of the cluster that this is about.</summary>
    public required int Version { get; init; }

    /// <summary>A group could not be found.</summary>
    public bool IsFailed { get; init; }
}

internal static class CapacityTables
{
    public static readonly Table<ClusterKey, ClusterAttachmentsState> Attachments =
        new("ecs.cluster-attachments", a => a.Key, () => CapacityJson.Default.ClusterAttachmentsState);

    public static readonly Table<CapacityProviderKey, CapacityProviderState> Providers =
        new("ecs.capacity-providers", p => p.Key, () => CapacityJson.Default.CapacityProviderState);
    public static readonly Index<AccountRegion, CapacityProviderKey, CapacityProviderState> ProvidersByScope =
        Providers.AddIndex<AccountRegion>("scope", p => p.Key.Scope);
    public static readonly Index<string, CapacityProviderKey, CapacityProviderState> ActiveByGroup =
        Providers.AddIndex<string>("group", p => p.IsActive ? p.Group.AutoScalingGroupArn : null);

    public static readonly Table<ClusterCapacityKey, ClusterCapacityState> Clusters =
        new("ecs.cluster-capacity", c => c.Key, () => CapacityJson.Default.ClusterCapacityState);
    public static readonly Index<ClusterKey, ClusterCapacityKey, ClusterCapacityState> ByCluster = Clusters.AddIndex<ClusterKey>("cluster", c => c.Key.Cluster);
    public static readonly Index<string, ClusterCapacityKey, ClusterCapacityState> ByGroup = Clusters.AddIndex<string>("group", c => c.GroupArn);

    /// <summary>The ACTIVE providers of a cluster that stand on Auto Scaling groups.</summary>
    public static IEnumerable<CapacityProviderState> Of(IReadState ecs, ClusterState cluster) => cluster.CapacityProviders
        .Select(name => ecs.Find(Providers, new CapacityProviderKey(cluster.Key.Scope, name))).OfType<CapacityProviderState>().Where(p => p.IsActive);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(CapacityProviderState))]
[JsonSerializable(typeof(ClusterCapacityState))]
[JsonSerializable(typeof(ClusterAttachmentsState))]
internal sealed partial class CapacityJson : JsonSerializerContext;
