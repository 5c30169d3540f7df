using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.AutoScaling;
using Minato.Ecs.Planning.Capacity;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>Speaks to EC2 Auto Scaling for capacity providers. What a group no longer knows is left as it is: the next look tells.</summary>
internal sealed class CapacityGroups(IServiceProvider rooms)
{
    public const string DrainingHook = "ecs-managed-draining-termination-hook";

    private const string ManagedTag = "AmazonECSManaged";

    // The longest that AWS lets a hook hold without a sign of life.
    private const int HookSeconds = 7200;

    /// <returns>Null when the group is gone.</returns>
    public async ValueTask<AutoScalingGroup?> ReadAsync(CapacityProviderState provider, CancellationToken ct)
    {
        if (rooms.GetService<IAutoScaling>() is not { } scaling) return null;
        var answer = await scaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [provider.GroupName] }, As(provider), ct);
        return answer.AutoScalingGroups is [var group, ..] && group.AutoScalingGroupARN == provider.Group.AutoScalingGroupArn ? group : null;
    }

    public async ValueTask ApplyAsync(CapacityProviderState provider, AutoScalingGroup group, CapacityPlan plan, CancellationToken ct)
    {
        await ProtectAsync(provider, plan.Protect, isProtected: true, ct);
        await ProtectAsync(provider, plan.Unprotect, isProtected: false, ct);
        if (plan.Desired == group.DesiredCapacity) return;
        await TryAsync((scaling, caller) => scaling.SetDesiredCapacityAsync(
            new() { AutoScalingGroupName = provider.GroupName, DesiredCapacity = plan.Desired }, caller, ct), provider);
    }

    public ValueTask<bool> HookAsync(CapacityProviderState provider, CancellationToken ct) => TryAsync((scaling, caller) => scaling.PutLifecycleHookAsync(new()
    {
        AutoScalingGroupName = provider.GroupName,
        LifecycleHookName = DrainingHook,
        LifecycleTransition = "autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout = HookSeconds,
        DefaultResult = "CONTINUE",
    }, caller, ct), provider);

    public ValueTask<bool> UnhookAsync(CapacityProviderState provider, CancellationToken ct) => TryAsync((scaling, caller) => scaling.DeleteLifecycleHookAsync(
        new() { AutoScalingGroupName = provider.GroupName, LifecycleHookName = DrainingHook }, caller, ct), provider);

    /// <summary>AWS: a group that ECS looks after says so, and its instances, too.</summary>
    public ValueTask<bool> TagAsync(CapacityProviderState provider, CancellationToken ct) => TryAsync((scaling, caller) => scaling.CreateOrUpdateTagsAsync(
        new() { Tags = [new() { ResourceId = provider.GroupName, ResourceType = "auto-scaling-group", Key = ManagedTag, Value = "", PropagateAtLaunch = true }] }, caller, ct), provider);

    /// <summary>The instance is drained: it may go.</summary>
    public ValueTask<bool> ReleaseAsync(CapacityProviderState provider, string instance, CancellationToken ct) => TryAsync(
        (scaling, caller) => scaling.CompleteLifecycleActionAsync(new()
        {
            AutoScalingGroupName = provider.GroupName, LifecycleHookName = DrainingHook, InstanceId = instance, LifecycleActionResult = "CONTINUE",
        }, caller, ct), provider);

    private async ValueTask ProtectAsync(CapacityProviderState provider, ImmutableArray<string> instances, bool isProtected, CancellationToken ct)
    {
        if (instances.IsEmpty) return;
        await TryAsync((scaling, caller) => scaling.SetInstanceProtectionAsync(
            new() { AutoScalingGroupName = provider.GroupName, InstanceIds = instances, ProtectedFromScaleIn = isProtected }, caller, ct), provider);
    }

    private async ValueTask<bool> TryAsync<T>(Func<IAutoScaling, Caller, Task<T>> call, CapacityProviderState provider)
    {
        if (rooms.GetService<IAutoScaling>() is not { } scaling) return false;
        try
        {
            await call(scaling, As(provider));
            return true;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return false; // The group or the instance changed since it was read.
        }
    }

    private static Caller As(CapacityProviderState provider) => provider.Key.Scope.AsService();
}
