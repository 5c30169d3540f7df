using Microsoft.Extensions.Logging;
using Minato.AutoScaling.Planning;
using Minato.AutoScaling.State;
using Minato.Platform;

namespace Minato.AutoScaling.Reconcile;

/// <summary>Launches and terminates the instances of a group.</summary>
internal sealed partial class GroupReconciler(Store store, ClusterMembers members, Hints hints, TimeProvider clock, Ids ids, ILogger<GroupReconciler> log)
    : IReconciler<GroupKey>
{
    /// <summary>Says that instances of a group moved on, with its ARN: ECS looks at its capacity providers.</summary>
    private const string Topic = "auto-scaling.group";

    /// <summary>Between attempts of an instance to join its cluster.</summary>
    private static readonly TimeSpan s_joinRetry = TimeSpan.FromSeconds(10);

    public async ValueTask<Next> ReconcileAsync(GroupKey key, CancellationToken ct)
    {
        var isJoining = false;
        var before = Stages(key);
        foreach (var instance in store.Current.Where(AutoScalingTables.InstancesByGroup, key).ToArray())
            isJoining |= await MoveAsync(instance, ct);
        var now = clock.GetUtcNow();
        var wake = await store.UpdateAsync(state => Apply(state, key, now), ct);
        if (store.Current.Find(AutoScalingTables.Groups, key) is { } group && !before.SequenceEqual(Stages(key))) hints.Publish(Topic, key.Arn(group.Uuid));
        var next = wake is { } at ? Next.At(at) : Next.Done;
        return isJoining ? Next.Earlier(next, Next.After(s_joinRetry), now) : next;
    }

    private InstanceStage[] Stages(GroupKey key) => [.. store.Current.Where(AutoScalingTables.InstancesByGroup, key).Select(i => i.Stage)];

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
        var plan = GroupPlanner.Plan(group, instances, now);
        var number = group.NextActivity;
        foreach (var zone in plan.Launches)
        {
            if (state.Find(AutoScalingTables.LaunchConfigurations, key with { Name = group.LaunchConfiguration }) is not { } launch) break;
            var instance = Launch(group, launch, zone, now);
            state.Put(AutoScalingTables.Instances, instance);
            Activities.Add(state, key, ref number, ids, now, $"Launching a new EC2 instance: {instance.Id}",
                "an instance was started in response to a difference between desired and actual capacity.");
        }

        foreach (var instance in plan.Terminations)
        {
            state.Put(AutoScalingTables.Instances, GroupPlanner.Terminate(group, instance, now));
            Activities.Add(state, key, ref number, ids, now, $"Terminating EC2 instance: {instance.Id}",
                "an instance was taken out of service in response to a difference between desired and actual capacity.");
        }

        if (group.IsDeleting && instances.Length == 0) Forget(state, key);
        else if (number != group.NextActivity) state.Put(AutoScalingTables.Groups, group with { NextActivity = number });
        return plan.WakeAt;
    }

    private InstanceState Launch(GroupState group, LaunchConfigurationState launch, string zone, DateTimeOffset now) => new()
    {
        Id = $"i-{ids.Hex(17)}",
        Group = group.Key,
        Type = launch.Content.InstanceType,
        Zone = zone,
        LaunchConfiguration = group.LaunchConfiguration,
        Cluster = UserData.Cluster(launch.Content.UserData),
        LaunchedAt = now,
        IsProtected = group.NewInstancesProtected,
    };

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

/// <summary>The history of a group.</summary>
internal static class Activities
{
    public static ActivityState Add(
        Transaction state, GroupKey group, ref long number, Ids ids, DateTimeOffset now, string description, string cause)
    {
        var activity = new ActivityState
        {
            Key = new(group, number++), Id = ids.Uuid(), Description = description, Cause = $"At {now:yyyy-MM-ddTHH:mm:ssZ} {cause}", At = now,
        };
        state.Put(AutoScalingTables.Activities, activity);
        if (number > AutoScalingTables.ActivitiesKept)
            state.Delete(AutoScalingTables.Activities, new ActivityKey(group, number - 1 - AutoScalingTables.ActivitiesKept));
        return activity;
    }
}
