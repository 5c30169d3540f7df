using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using InstanceState = Minato.AutoScaling.State.InstanceState;
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
            if (await IsPlayedAsync(instance, ct)) return null;
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

    /// <summary>
    /// An instance of an image that was registered here is a machine with what is in that image, and joins a cluster when an agent in it
    /// does. All others stand for AWS's images for ECS.
    /// </summary>
    private async ValueTask<bool> IsPlayedAsync(InstanceState instance, CancellationToken ct)
    {
        if (instance.ImageId is not { Length: > 0 } image || rooms.GetService<IEc2>() is not { } ec2) return false;
        try
        {
            return (await ec2.DescribeImagesAsync(new() { ImageIds = [image] }, As(instance), ct)).Images is { IsDefaultOrEmpty: false };
        }
        catch (AwsException e) when (e.Code is "InvalidAMIID.NotFound")
        {
            return false;
        }
    }

    private static async ValueTask<string?> FindAsync(IEcs ecs, InstanceState instance, CancellationToken ct)
    {
        var found = await ecs.ListContainerInstancesAsync(new() { Cluster = instance.Cluster, Filter = $"ec2InstanceId == {instance.Id}" }, As(instance), ct);
        return found.ContainerInstanceArns?.FirstOrDefault();
    }

    private static Caller As(InstanceState instance) => Caller.ForService(instance.Group.AccountId, instance.Group.Region, "autoscaling.amazonaws.com");
}
