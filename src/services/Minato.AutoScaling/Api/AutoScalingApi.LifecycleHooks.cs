using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;

namespace Minato.AutoScaling.Api;

internal sealed partial class AutoScalingApi
{
    private const int DefaultHeartbeat = 3600;
    private const int LongestHold = 172_800;
    private const int MostHooks = 50;

    public async Task<PutLifecycleHookResponse> PutLifecycleHookAsync(PutLifecycleHookRequest request, Caller caller, CancellationToken ct)
    {
        if (request.LifecycleTransition is not (null or "autoscaling:EC2_INSTANCE_TERMINATING" or "autoscaling:EC2_INSTANCE_LAUNCHING"))
            throw Invalid($"Lifecycle transition {request.LifecycleTransition} is not valid.");
        await store.UpdateAsync(state =>
        {
            var group = Group(state, caller, request.AutoScalingGroupName);
            var old = group.Hooks.FirstOrDefault(h => h.LifecycleHookName == request.LifecycleHookName);
            if (old is null && group.Hooks.Length >= MostHooks) throw new LimitExceededFault("Lifecycle hooks per Auto Scaling group: 50.");
            var transition = request.LifecycleTransition ?? old?.LifecycleTransition
                ?? throw Invalid("LifecycleTransition is required for a new lifecycle hook.");
            var hook = Hook(group.Key.Name, new()
            {
                LifecycleHookName = request.LifecycleHookName,
                LifecycleTransition = transition,
                HeartbeatTimeout = request.HeartbeatTimeout ?? old?.HeartbeatTimeout,
                DefaultResult = request.DefaultResult ?? old?.DefaultResult,
                NotificationMetadata = request.NotificationMetadata ?? old?.NotificationMetadata,
                NotificationTargetARN = request.NotificationTargetARN ?? old?.NotificationTargetARN,
                RoleARN = request.RoleARN ?? old?.RoleARN,
            });
            state.Put(AutoScalingTables.Groups, group with { Hooks = [.. group.Hooks.Where(h => h != old), hook] });
        }, ct);
        return new();
    }

    public Task<DescribeLifecycleHooksResponse> DescribeLifecycleHooksAsync(DescribeLifecycleHooksRequest request, Caller caller, CancellationToken ct)
    {
        var group = Group(store.Current, caller, request.AutoScalingGroupName);
        return Task.FromResult(new DescribeLifecycleHooksResponse
        {
            LifecycleHooks = [.. group.Hooks.Where(h => request.LifecycleHookNames is not { Length: > 0 } asked || asked.Contains(h.LifecycleHookName ?? ""))],
        });
    }

    public async Task<DeleteLifecycleHookResponse> DeleteLifecycleHookAsync(DeleteLifecycleHookRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            var group = Group(state, caller, request.AutoScalingGroupName);
            state.Put(AutoScalingTables.Groups, group with { Hooks = [.. group.Hooks.Where(h => h.LifecycleHookName != request.LifecycleHookName)] });
            // AWS: deleting a hook lets the instances go that wait for it.
            foreach (var instance in state.Where(AutoScalingTables.InstancesByGroup, group.Key).ToArray())
                if (instance.Held.Contains(request.LifecycleHookName)) state.Put(AutoScalingTables.Instances, Release(instance, request.LifecycleHookName));
        }, ct);
        return new();
    }

    public async Task<CompleteLifecycleActionResponse> CompleteLifecycleActionAsync(CompleteLifecycleActionRequest request, Caller caller, CancellationToken ct)
    {
        if (request.LifecycleActionResult is not ("CONTINUE" or "ABANDON"))
            throw Invalid("LifecycleActionResult must be CONTINUE or ABANDON.");
        await store.UpdateAsync(state =>
        {
            var group = Group(state, caller, request.AutoScalingGroupName);
            if (request.InstanceId is null || state.Find(AutoScalingTables.Instances, request.InstanceId) is not { } instance
                || instance.Group != group.Key || !instance.Held.Contains(request.LifecycleHookName))
            {
                throw Invalid($"No active Lifecycle Action found with instance ID {request.InstanceId}");
            }

            state.Put(AutoScalingTables.Instances, Release(instance, request.LifecycleHookName));
        }, ct);
        return new();
    }

    private static InstanceState Release(InstanceState instance, string hook) => instance with { Held = instance.Held.Remove(hook) };

    private static LifecycleHook Hook(string group, LifecycleHookSpecification asked)
    {
        var heartbeat = asked.HeartbeatTimeout ?? DefaultHeartbeat;
        return new()
        {
            LifecycleHookName = asked.LifecycleHookName,
            AutoScalingGroupName = group,
            LifecycleTransition = asked.LifecycleTransition,
            HeartbeatTimeout = heartbeat,
            GlobalTimeout = (int)Math.Min(LongestHold, heartbeat * 100L),
            DefaultResult = asked.DefaultResult ?? "ABANDON",
            NotificationMetadata = asked.NotificationMetadata,
            NotificationTargetARN = asked.NotificationTargetARN,
            RoleARN = asked.RoleARN,
        };
    }
}
