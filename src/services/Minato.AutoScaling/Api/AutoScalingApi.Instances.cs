using Minato.Aws;
using Minato.AutoScaling.Planning;
using Minato.AutoScaling.Reconcile;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;

namespace Minato.AutoScaling.Api;

internal sealed partial class AutoScalingApi
{
    public Task<DescribeAutoScalingInstancesResponse> DescribeAutoScalingInstancesAsync(
        DescribeAutoScalingInstancesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var instances = request.InstanceIds is { Length: > 0 } asked
            ? asked.Order(StringComparer.Ordinal).Select(id => state.Find(AutoScalingTables.Instances, id)).OfType<InstanceState>()
                .Where(i => AutoScalingTables.HomeOf(i.Group) == HomeOf(caller))
            : state.Where(AutoScalingTables.InstancesByHome, HomeOf(caller));
        var (page, next) = Page("DescribeAutoScalingInstances", instances, i => i.Id, request.MaxRecords, request.NextToken);
        return Task.FromResult(new DescribeAutoScalingInstancesResponse { AutoScalingInstances = [.. page.Select(i => i.ToDetails())], NextToken = next });
    }

    public async Task<SetInstanceProtectionResponse> SetInstanceProtectionAsync(SetInstanceProtectionRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            var group = Group(state, caller, request.AutoScalingGroupName);
            foreach (var id in request.InstanceIds)
            {
                if (state.Find(AutoScalingTables.Instances, id) is not { } instance || instance.Group != group.Key)
                    throw Invalid($"The instance {id} is not part of Auto Scaling group {group.Key.Name}.");
                if (!instance.IsLive) throw Invalid($"The instance {id} is not in InService, EnteringStandby or Standby.");
                state.Put(AutoScalingTables.Instances, instance with { IsProtected = request.ProtectedFromScaleIn });
            }
        }, ct);
        return new();
    }

    public async Task<TerminateInstanceInAutoScalingGroupResponse> TerminateInstanceInAutoScalingGroupAsync(
        TerminateInstanceInAutoScalingGroupRequest request, Caller caller, CancellationToken ct)
    {
        var activity = await store.UpdateAsync(state =>
        {
            if (state.Find(AutoScalingTables.Instances, request.InstanceId) is not { } instance || AutoScalingTables.HomeOf(instance.Group) != HomeOf(caller))
                throw Invalid($"Instance Id not found - No managed instance found for instance ID: {request.InstanceId}");
            if (state.Find(AutoScalingTables.Groups, instance.Group) is not { } group) throw Invalid("The group of the instance is gone.");
            if (!instance.IsLive) throw new ScalingActivityInProgressFault($"The instance {instance.Id} is being terminated already.");
            if (request.ShouldDecrementDesiredCapacity && group.DesiredCapacity <= group.MinSize)
                throw Invalid("Currently, desiredSize equals minSize (" + $"{group.MinSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.");
            // AWS: protection is from scale-in alone; who names the instance means it.
            state.Put(AutoScalingTables.Instances, GroupPlanner.Terminate(group, instance, Now));
            if (request.ShouldDecrementDesiredCapacity) state.Put(AutoScalingTables.Groups, group with { DesiredCapacity = group.DesiredCapacity - 1 });
            return Activities.Add(state, group.Key, ids, Now, $"Terminating EC2 instance: {instance.Id}",
                $"instance {instance.Id} was taken out of service in response to a user request.");
        }, ct);
        return new() { Activity = activity.ToWire() with { StatusCode = ScalingActivityStatusCode.InProgress, EndTime = null, Progress = 0 } };
    }
}
