using System.Collections.Immutable;
using System.Text;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>An Auto Scaling group of small instances in the default cluster, with a capacity provider on it.</summary>
public sealed class ScalingGroup(ServiceWorld services)
{
    public const string Name = "fleet";

    private IAutoScaling Scaling => services.World.Client<IAutoScaling>();

    private static CancellationToken None => CancellationToken.None;

    /// <summary>Makes group and provider, and puts the provider into the cluster.</summary>
    /// <param name="settings">Null: managed scaling as AWS has it when it is asked for without more.</param>
    public async Task OpenAsync(int min = 0, int max = 10, int? desired = null, AutoScalingGroupProvider? settings = null, bool isProtected = false)
    {
        await GroupAsync(min, max, desired, isProtected);
        await services.Ecs.CreateCapacityProviderAsync(await RequestAsync(settings), services.World.Caller, None);
        await services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = [Name], DefaultCapacityProviderStrategy = [new() { CapacityProvider = Name, Weight = 1 }] },
            services.World.Caller, None);
        await AttachedAsync();
    }

    /// <summary>Until then the cluster's providers may not be changed again.</summary>
    public async Task AttachedAsync() => await services.World.Eventually(
        async () => (await ClusterAsync()).AttachmentsStatus is "UPDATE_COMPLETE", TimeSpan.FromMinutes(1), "the attachments are made");

    public async Task<Cluster> ClusterAsync() => (await services.Ecs.DescribeClustersAsync(
        new() { Include = [ClusterField.Attachments] }, services.World.Caller, None)).Clusters?.Single() ?? throw new InvalidOperationException();

    public async Task GroupAsync(int min = 0, int max = 10, int? desired = null, bool isProtected = false)
    {
        await Scaling.CreateLaunchConfigurationAsync(new()
        {
            LaunchConfigurationName = Name, ImageId = "ami-0", InstanceType = "t3.micro",
            UserData = Convert.ToBase64String(Encoding.UTF8.GetBytes("#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n")),
        }, services.World.Caller, None);
        await Scaling.CreateAutoScalingGroupAsync(new()
        {
            AutoScalingGroupName = Name, LaunchConfigurationName = Name, MinSize = min, MaxSize = max, DesiredCapacity = desired,
            AvailabilityZones = ["us-east-1a", "us-east-1b"], NewInstancesProtectedFromScaleIn = isProtected,
        }, services.World.Caller, None);
    }

    public async Task<CreateCapacityProviderRequest> RequestAsync(AutoScalingGroupProvider? settings = null, string name = Name) => new()
    {
        Name = name,
        AutoScalingGroupProvider = (settings ?? new() { AutoScalingGroupArn = "", ManagedScaling = new() { Status = ManagedScalingStatus.Enabled } }) with
        {
            AutoScalingGroupArn = (await DescribeAsync()).AutoScalingGroupARN ?? "",
        },
    };

    public async Task<AutoScalingGroup> DescribeAsync() =>
        (await Scaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [Name] }, services.World.Caller, None)).AutoScalingGroups[0];

    public async Task<ImmutableArray<Instance>> InstancesAsync() => (await DescribeAsync()).Instances ?? [];

    public async Task DesireAsync(int capacity) =>
        await Scaling.SetDesiredCapacityAsync(new() { AutoScalingGroupName = Name, DesiredCapacity = capacity }, services.World.Caller, None);

    public async Task TerminateAsync(string instance) => await Scaling.TerminateInstanceInAutoScalingGroupAsync(
        new() { InstanceId = instance, ShouldDecrementDesiredCapacity = true }, services.World.Caller, None);

    public async Task<ImmutableArray<ContainerInstance>> MembersAsync()
    {
        var arns = (await services.Ecs.ListContainerInstancesAsync(new(), services.World.Caller, None)).ContainerInstanceArns ?? [];
        return arns.IsEmpty ? [] : (await services.Ecs.DescribeContainerInstancesAsync(new() { ContainerInstances = arns }, services.World.Caller, None)).ContainerInstances ?? [];
    }
}
