using System.Collections.Immutable;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Capacity;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// The capacity providers of a cluster that stand on Auto Scaling groups: knows their instances, places tasks that wait, drains
/// instances that are to go, and keeps each group as large as needed.
/// </summary>
internal sealed class CapacityReconciler(Store store, CapacityGroups groups, CapacityMetric metric, WaitingTasks waiting, Ids ids, TimeProvider clock) : IReconciler<ClusterKey>
{
    /// <summary>AWS publishes the metric once a minute, and scales by it.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);

    public async ValueTask<Next> ReconcileAsync(ClusterKey key, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.Find(EcsTables.Clusters, key);
        CapacityProviderState[] providers = cluster is { IsActive: true } ? [.. CapacityTables.Of(ecs, cluster)] : [];
        await ForgetAsync(key, providers, ct);
        List<(CapacityProviderState Provider, AutoScalingGroup Group)> known = [];
        foreach (var provider in providers)
        {
            if (await groups.ReadAsync(provider, ct) is not { } group) continue;
            known.Add((provider, group));
            await AdoptAsync(key, provider, group, ct);
        }

        await waiting.PlaceAsync(key, ct);
        foreach (var (provider, group) in known)
        {
            await DrainAsync(key, provider, group, ct);
            await ScaleAsync(key, provider, group, ct);
        }

        if (cluster is not null) await SettleAsync(cluster, isFailed: known.Count < providers.Length, ct);
        return providers.Length == 0 ? Next.Done : Next.After(s_look);
    }

    private async ValueTask SettleAsync(ClusterState cluster, bool isFailed, CancellationToken ct)
    {
        var settled = new ClusterAttachmentsState { Key = cluster.Key, Version = cluster.AttachmentsVersion, IsFailed = isFailed };
        if (store.Current.Find(CapacityTables.Attachments, cluster.Key) != settled) await store.UpdateAsync(ecs => ecs.Put(CapacityTables.Attachments, settled), ct);
    }

    /// <summary>What is kept of providers that the cluster no longer has.</summary>
    private async ValueTask ForgetAsync(ClusterKey cluster, CapacityProviderState[] providers, CancellationToken ct)
    {
        ClusterCapacityState[] gone = [.. store.Current.Where(CapacityTables.ByCluster, cluster).Where(c => providers.All(p => p.Key.Name != c.Key.Provider))];
        if (gone.Length == 0) return;
        foreach (var capacity in gone.Where(c => c.IsHooked))
            if (store.Current.Find(CapacityTables.Providers, new CapacityProviderKey(cluster.Scope, capacity.Key.Provider)) is { } provider) await groups.UnhookAsync(provider, ct);
        await store.UpdateAsync(ecs =>
        {
            foreach (var capacity in gone) ecs.Delete(CapacityTables.Clusters, capacity.Key);
        }, ct);
    }

    /// <summary>The group's instances that joined the cluster belong to the provider.</summary>
    private async ValueTask AdoptAsync(ClusterKey cluster, CapacityProviderState provider, AutoScalingGroup group, CancellationToken ct)
    {
        var members = (group.Instances ?? []).Select(i => i.InstanceId).ToHashSet(StringComparer.Ordinal);
        if (Strangers(store.Current).Length == 0) return;
        await store.UpdateAsync(ecs =>
        {
            foreach (var instance in Strangers(ecs)) ecs.Put(EcsTables.Instances, instance with { CapacityProviderName = provider.Key.Name });
        }, ct);

        ContainerInstanceState[] Strangers(IReadState ecs) => [.. ecs.Where(EcsTables.InstancesByCluster, cluster)
            .Where(i => i.CapacityProviderName != provider.Key.Name && members.Contains(i.Ec2InstanceId))];
    }

    /// <summary>What the group terminates is drained first; it goes when only daemons are left on it.</summary>
    private async ValueTask DrainAsync(ClusterKey cluster, CapacityProviderState provider, AutoScalingGroup group, CancellationToken ct)
    {
        if (provider.Group.ManagedDraining == ManagedDraining.Disabled) return;
        var leaving = (group.Instances ?? []).Where(i => i.LifecycleState == LifecycleState.TerminatingWait).Select(i => i.InstanceId).ToHashSet(StringComparer.Ordinal);
        if (leaving.Count == 0) return;
        await store.UpdateAsync(ecs =>
        {
            foreach (var instance in Members(ecs, cluster, provider).Where(i => leaving.Contains(i.Ec2InstanceId) && i.Status == ContainerInstanceStatus.Active))
                ecs.Put(EcsTables.Instances, instance with { Status = ContainerInstanceStatus.Draining, Version = instance.Version + 1 });
        }, ct);
        var ecs = store.Current;
        foreach (var id in leaving)
        {
            var instance = Members(ecs, cluster, provider).FirstOrDefault(i => i.Ec2InstanceId == id);
            if (instance is null || !CapacityReading.HasTasks(ecs, instance.Key)) await groups.ReleaseAsync(provider, id, ct);
        }
    }

    private async ValueTask ScaleAsync(ClusterKey cluster, CapacityProviderState provider, AutoScalingGroup group, CancellationToken ct)
    {
        var key = new ClusterCapacityKey(cluster, provider.Key.Name);
        var before = store.Current.Find(CapacityTables.Clusters, key);
        var plan = ManagedScalingPlanner.Plan(CapacityReading.Of(store.Current, cluster, provider, group, before), clock.GetUtcNow());
        await groups.ApplyAsync(provider, group, plan, ct);
        if (provider.IsManaged) await metric.PublishAsync(key, plan.Reservation, ct);
        var isHookWanted = provider.Group.ManagedDraining != ManagedDraining.Disabled;
        var isHooked = before?.IsHooked ?? false;
        if (isHookWanted && !isHooked) isHooked = await groups.HookAsync(provider, ct);
        else if (!isHookWanted && isHooked) isHooked = !await groups.UnhookAsync(provider, ct);
        var after = new ClusterCapacityState
        {
            Key = key, GroupArn = provider.Group.AutoScalingGroupArn, AttachmentId = before?.AttachmentId ?? ids.Uuid(), IsHooked = isHooked, LowSince = plan.LowSince, ScaledOutAt = plan.ScaledOutAt,
        };
        if (before is null) await groups.TagAsync(provider, ct);
        if (after != before) await store.UpdateAsync(ecs => ecs.Put(CapacityTables.Clusters, after), ct);
    }

    private static IEnumerable<ContainerInstanceState> Members(IReadState ecs, ClusterKey cluster, CapacityProviderState provider) =>
        ecs.Where(EcsTables.InstancesByCluster, cluster).Where(i => i.CapacityProviderName == provider.Key.Name);
}

/// <summary>Reads what managed scaling looks at.</summary>
internal static class CapacityReading
{
    public static CapacityView Of(
        IReadState ecs, ClusterKey cluster, CapacityProviderState provider, AutoScalingGroup group, ClusterCapacityState? capacity)
    {
        var registered = ecs.Where(EcsTables.InstancesByCluster, cluster).Where(i => i.CapacityProviderName == provider.Key.Name)
            .GroupBy(i => i.Ec2InstanceId, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return new()
        {
            Provider = provider.Group,
            Desired = group.DesiredCapacity,
            MinSize = group.MinSize,
            MaxSize = group.MaxSize,
            Instances =
            [
                .. (group.Instances ?? []).Where(i => i.LifecycleState is LifecycleState.Pending or LifecycleState.InService).Select(i =>
                {
                    var instance = registered.GetValueOrDefault(i.InstanceId);
                    return new CapacityInstance(i.InstanceId, instance is not null, instance is not null && HasTasks(ecs, instance.Key), i.ProtectedFromScaleIn);
                }),
            ],
            Size = registered.Values.Select(i => ((int, int)?)(i.Cpu, i.Memory)).Max(),
            Waiting = [.. WaitingTasks.Of(ecs, cluster).Where(t => t.CapacityProviderName == provider.Key.Name).Select(t => t.Demand)],
            LowSince = capacity?.LowSince,
            ScaledOutAt = capacity?.ScaledOutAt,
        };
    }

    /// <summary>Tasks other than those of DAEMON services.</summary>
    public static bool HasTasks(IReadState ecs, ContainerInstanceKey instance) =>
        ecs.Where(EcsTables.LiveTasksByInstance, instance).Any(t => t.ServiceKey is not { } key
            || ecs.Find(ServiceTables.Services, key) is not { SchedulingStrategy: SchedulingStrategy.Daemon });
}
