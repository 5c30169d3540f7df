using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.AutoScaling.Planning;
using Minato.AutoScaling.State;
using Minato.Platform;

namespace Minato.AutoScaling.Reconcile;

/// <summary>Launches and terminates the instances of a group.</summary>
internal sealed partial class GroupReconciler(
    Store store, ClusterMembers members, Ec2Instances ec2, Hints hints, TimeProvider clock, Ids ids, ILogger<GroupReconciler> log) : IReconciler<GroupKey>
{
    /// <summary>Says that instances of a group moved on, with its ARN: ECS looks at its capacity providers.</summary>
    private const string Topic = "auto-scaling.group";

    /// <summary>Between attempts of an instance to join its cluster.</summary>
    private static readonly TimeSpan s_joinRetry = TimeSpan.FromSeconds(10);

    /// <summary>AWS: EC2's status checks are looked at so often.</summary>
    private static readonly TimeSpan s_healthCheck = TimeSpan.FromMinutes(1);

    public async ValueTask<Next> ReconcileAsync(GroupKey key, CancellationToken ct)
    {
        var isJoining = false;
        var before = Stages(key);
        foreach (var launch in store.Current.Where(AutoScalingTables.LaunchesByGroup, key).ToArray()) await LaunchAsync(key, launch, ct);
        await FindLostAsync(key, ct);
        foreach (var instance in store.Current.Where(AutoScalingTables.InstancesByGroup, key).ToArray()) isJoining |= await MoveAsync(instance, ct);
        var now = clock.GetUtcNow();
        var wake = await store.UpdateAsync(state => Apply(state, key, now), ct);
        if (store.Current.Find(AutoScalingTables.Groups, key) is not { } group) return Next.Done;
        if (!before.SequenceEqual(Stages(key))) hints.Publish(Topic, key.Arn(group.Uuid));
        var next = wake is { } at ? Next.At(at) : Next.Done;
        if (isJoining) next = Next.Earlier(next, Next.After(s_joinRetry), now);
        return store.Current.Count(AutoScalingTables.InstancesByGroup, key) > 0 ? Next.Earlier(next, Next.After(s_healthCheck), now) : next;
    }

    private InstanceStage[] Stages(GroupKey key) => [.. store.Current.Where(AutoScalingTables.InstancesByGroup, key).Select(i => i.Stage)];

    private async ValueTask LaunchAsync(GroupKey key, LaunchState launch, CancellationToken ct)
    {
        if (launch.RetryAt > clock.GetUtcNow() || store.Current.Find(AutoScalingTables.Groups, key) is not { } group) return;
        var configuration = launch.Configuration is { } name ? store.Current.Find(AutoScalingTables.LaunchConfigurations, key with { Name = name })?.Content : null;
        var outcome = await ec2.RunAsync(group, launch, configuration, ct);
        var now = clock.GetUtcNow();
        await store.UpdateAsync(state =>
        {
            switch (outcome)
            {
                case LaunchOutcome.Launched launched:
                    state.Delete(AutoScalingTables.Launches, launch.Token);
                    state.Put(AutoScalingTables.Instances, Joining(group, launch, launched, now));
                    Activities.Add(state, key, ids, now, $"Launching a new EC2 instance: {launched.Instance.InstanceId}",
                        "an instance was started in response to a difference between desired and actual capacity.");
                    break;
                case LaunchOutcome.Refused refused:
                    state.Put(AutoScalingTables.Launches, launch with { Failures = launch.Failures + 1, RetryAt = LaunchPlanner.RetryAt(launch, now) });
                    Activities.Add(state, key, ids, now, "Launching a new EC2 instance.",
                        "an instance was started in response to a difference between desired and actual capacity.", refused.Message + " Launching EC2 instance failed.");
                    break;
            }
        }, ct);
    }

    private static InstanceState Joining(GroupState group, LaunchState launch, LaunchOutcome.Launched launched, DateTimeOffset now) => new()
    {
        Id = launched.Instance.InstanceId ?? "",
        Group = group.Key,
        Type = launched.Instance.InstanceType ?? "",
        Zone = launched.Instance.Placement?.AvailabilityZone ?? launch.Zone,
        LaunchConfiguration = launch.Configuration,
        Template = launched.Template,
        ImageId = launched.Instance.ImageId,
        Cluster = launched.Cluster,
        LaunchedAt = now,
        IsProtected = group.NewInstancesProtected,
    };

    /// <summary>What EC2 no longer has is replaced.</summary>
    private async ValueTask FindLostAsync(GroupKey key, CancellationToken ct)
    {
        ImmutableArray<InstanceState> live = [.. store.Current.Where(AutoScalingTables.InstancesByGroup, key).Where(i => i.IsLive)];
        var lost = await ec2.LostAsync(key, live, ct);
        if (lost.IsEmpty) return;
        var now = clock.GetUtcNow();
        await store.UpdateAsync(state =>
        {
            if (state.Find(AutoScalingTables.Groups, key) is not { } group) return;
            foreach (var instance in lost)
            {
                state.Put(AutoScalingTables.Instances, GroupPlanner.Terminate(group, instance with { IsLost = true }, now));
                Activities.Add(state, key, ids, now, $"Terminating EC2 instance: {instance.Id}",
                    "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.");
            }
        }, ct);
    }

    /// <returns>Whether it could not join its cluster yet.</returns>
    private async ValueTask<bool> MoveAsync(InstanceState instance, CancellationToken ct)
    {
        if (instance is { Stage: InstanceStage.TerminatingWait, WaitsUntil: { } until } && (until <= clock.GetUtcNow() || instance.Held.IsEmpty))
            instance = instance with { Stage = InstanceStage.Terminating };
        switch (instance.Stage)
        {
            case InstanceStage.Pending:
                if (await members.JoinAsync(instance, ct) is { } problem)
                {
                    LogNotJoined(instance.Id, instance.Cluster, problem);
                    return true;
                }

                await store.UpdateAsync(state => Change(state, instance.Id, i => i with { Stage = InstanceStage.InService }), ct);
                return false;
            case InstanceStage.Terminating:
                await members.LeaveAsync(instance, ct);
                await ec2.TerminateAsync(instance, ct);
                await store.UpdateAsync(state => state.Delete(AutoScalingTables.Instances, instance.Id), ct);
                return false;
            default:
                return false;
        }
    }

    private DateTimeOffset? Apply(Transaction state, GroupKey key, DateTimeOffset now)
    {
        if (state.Find(AutoScalingTables.Groups, key) is not { } group) return null;
        InstanceState[] instances = [.. state.Where(AutoScalingTables.InstancesByGroup, key)];
        LaunchState[] launches = [.. state.Where(AutoScalingTables.LaunchesByGroup, key)];
        var plan = GroupPlanner.Plan(group, instances, launches, now);
        foreach (var zone in plan.Launches)
        {
            state.Put(AutoScalingTables.Launches, new LaunchState
            {
                Token = ids.Uuid(), Group = key, Zone = zone, AskedAt = now, Configuration = group.LaunchConfiguration, Template = group.Template,
            });
        }

        foreach (var launch in plan.Withdrawn) state.Delete(AutoScalingTables.Launches, launch.Token);
        foreach (var instance in plan.Terminations)
        {
            state.Put(AutoScalingTables.Instances, GroupPlanner.Terminate(group, instance, now));
            Activities.Add(state, key, ids, now, $"Terminating EC2 instance: {instance.Id}",
                "an instance was taken out of service in response to a difference between desired and actual capacity.");
        }

        if (group.IsDeleting && instances.Length == 0 && launches.Length == plan.Withdrawn.Length) Forget(state, key);
        return plan.WakeAt;
    }

    private static void Forget(Transaction state, GroupKey key)
    {
        state.Delete(AutoScalingTables.Groups, key);
        foreach (var activity in state.Keys(AutoScalingTables.ActivitiesByGroup, key).ToArray()) state.Delete(AutoScalingTables.Activities, activity);
    }

    private static void Change(Transaction state, string id, Func<InstanceState, InstanceState> change)
    {
        // Somebody may have terminated it while it joined.
        if (state.Find(AutoScalingTables.Instances, id) is { Stage: InstanceStage.Pending } instance) state.Put(AutoScalingTables.Instances, change(instance));
    }

    [LoggerMessage(2601, LogLevel.Warning, "Instance {Instance} does not get into the cluster {Cluster}: {Problem}")]
    private partial void LogNotJoined(string instance, string cluster, string problem);
}
