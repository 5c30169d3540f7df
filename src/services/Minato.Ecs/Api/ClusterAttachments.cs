using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>What a cluster shows of the Auto Scaling groups behind its capacity providers, and when it may be changed.</summary>
internal static class ClusterAttachments
{
    private const string InProgress = "UPDATE_IN_PROGRESS";
    private const string Complete = "UPDATE_COMPLETE";
    private const string Failed = "UPDATE_FAILED";

    /// <returns>Null for a cluster that never had such a provider.</returns>
    public static string? Status(IReadState ecs, ClusterState cluster) => cluster.AttachmentsVersion == 0 ? null
        : ecs.Find(CapacityTables.Attachments, cluster.Key) is { } done && done.Version == cluster.AttachmentsVersion ? done.IsFailed ? Failed : Complete : InProgress;

    public static ImmutableArray<Attachment> Of(IReadState ecs, ClusterState cluster) =>
    [
        .. ecs.Where(CapacityTables.ByCluster, cluster.Key).SelectMany(c =>
            ecs.Find(CapacityTables.Providers, new CapacityProviderKey(cluster.Key.Scope, c.Key.Provider)) is { } provider ? Of(provider, c) : []),
    ];

    /// <summary>The cluster with other providers, once it may have them.</summary>
    /// <exception cref="UpdateInProgressException">The last change is not done yet.</exception>
    /// <exception cref="ResourceInUseException">A provider that goes has tasks.</exception>
    public static ClusterState Change(
        IReadState ecs, ClusterState cluster, ImmutableArray<string> providers, ImmutableArray<CapacityProviderStrategyItem> strategy)
    {
        CheckIsSettled(ecs, cluster);
        foreach (var gone in cluster.CapacityProviders.Except(providers, StringComparer.Ordinal))
        {
            if (ecs.Count(EcsTables.LiveTasksByProvider, (cluster.Key, gone)) > 0)
                throw new ResourceInUseException("The specified capacity provider is in use and cannot be removed.");
        }

        var isOther = !Groups(cluster.CapacityProviders).SetEquals(Groups(providers));
        return cluster with
        {
            CapacityProviders = providers, DefaultStrategy = strategy, AttachmentsVersion = cluster.AttachmentsVersion + (isOther ? 1 : 0),
        };

        static HashSet<string> Groups(ImmutableArray<string> names) => names.Where(n => !CapacityProviderState.IsFargate(n)).ToHashSet(StringComparer.Ordinal);
    }

    public static void CheckIsSettled(IReadState ecs, ClusterState cluster)
    {
        if (Status(ecs, cluster) != InProgress) return;
        throw new UpdateInProgressException(
            "The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated. Wait and try again.");
    }

    private static IEnumerable<Attachment> Of(CapacityProviderState provider, ClusterCapacityState capacity)
    {
        if (provider.IsManaged) yield return Made("as_policy", capacity.AttachmentId, provider, "scalingPolicyName", $"ECSManagedAutoScalingPolicy-{capacity.AttachmentId}");
        if (capacity.IsHooked) yield return Made("managed_draining", capacity.AttachmentId, provider, "autoScalingLifecycleHookName", CapacityGroups.DrainingHook);
    }

    private static Attachment Made(string type, string id, CapacityProviderState provider, string name, string value) => new()
    {
        Id = id, Type = type, Status = "CREATED",
        Details = [new() { Name = "capacityProviderName", Value = provider.Key.Name }, new() { Name = name, Value = value }],
    };
}
