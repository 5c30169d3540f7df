using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.AutoScaling.Reconcile;

/// <summary>What the ECS agent of an instance does when it boots, and what ECS sees when the instance is gone.</summary>
internal sealed class ClusterMembers(IServiceProvider rooms)
{
    /// <returns>Why the instance could not join its cluster; null when it did.</returns>
    public async ValueTask<string?> JoinAsync(InstanceState instance, CancellationToken ct)
    {
        if (rooms.GetService<IEcs>() is not { } ecs) return null;
        try
        {
            // A crash may have come after the registration and before its record.
            if (await FindAsync(ecs, instance, ct) is not null) return null;
            // Its size and its attributes are what EC2 says of it.
            await ecs.RegisterContainerInstanceAsync(new()
            {
                Cluster = instance.Cluster,
                InstanceIdentityDocument = new JsonObject
                {
                    ["instanceId"] = instance.Id, ["instanceType"] = instance.Type, ["availabilityZone"] = instance.Zone,
                    ["imageId"] = instance.ImageId, ["region"] = instance.Group.Region, ["accountId"] = instance.Group.AccountId,
                }.ToJsonString(),
            }, As(instance), ct);
            return null;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return e.Message;
        }
    }

    public async ValueTask LeaveAsync(InstanceState instance, CancellationToken ct)
    {
        if (rooms.GetService<IEcs>() is not { } ecs) return;
        try
        {
            if (await FindAsync(ecs, instance, ct) is { } arn)
                await ecs.DeregisterContainerInstanceAsync(new() { Cluster = instance.Cluster, ContainerInstance = arn, Force = true }, As(instance), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // The cluster is gone, or somebody else deregistered it.
        }
    }

    private static async ValueTask<string?> FindAsync(IEcs ecs, InstanceState instance, CancellationToken ct)
    {
        var found = await ecs.ListContainerInstancesAsync(new() { Cluster = instance.Cluster, Filter = $"ec2InstanceId == {instance.Id}" }, As(instance), ct);
        return found.ContainerInstanceArns?.FirstOrDefault();
    }

    private static Caller As(InstanceState instance) => Caller.ForService(instance.Group.AccountId, instance.Group.Region, "autoscaling.amazonaws.com");
}
