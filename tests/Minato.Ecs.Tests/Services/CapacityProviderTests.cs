using System.Collections.Immutable;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Capacity providers over Auto Scaling groups, from the request to the instance.</summary>
public sealed class CapacityProviderTests
{
    [Fact]
    public void A_provider_has_awss_defaults_and_is_described_by_name_and_in_the_list() => Run(async (services, group) =>
    {
        await group.GroupAsync();
        var made = (await services.Ecs.CreateCapacityProviderAsync(await group.RequestAsync() with { Tags = [new() { Key = "a", Value = "b" }] }, services.World.Caller, default)).CapacityProvider;
        (made?.Status, made?.UpdateStatus, made?.Type).ShouldBe((CapacityProviderStatus.Active, CapacityProviderUpdateStatus.CreateComplete, CapacityProviderType.Ec2Autoscaling));
        var provider = made?.AutoScalingGroupProvider;
        provider?.ManagedScaling.ShouldBe(new ManagedScaling
        {
            Status = ManagedScalingStatus.Enabled, TargetCapacity = 100, MinimumScalingStepSize = 1, MaximumScalingStepSize = 10_000, InstanceWarmupPeriod = 300,
        });
        (provider?.ManagedTerminationProtection, provider?.ManagedDraining).ShouldBe((ManagedTerminationProtection.Disabled, ManagedDraining.Enabled));
        var all = await services.Ecs.DescribeCapacityProvidersAsync(new(), services.World.Caller, default);
        all.CapacityProviders?.Select(p => p.Name).ShouldBe(["FARGATE", "FARGATE_SPOT", ScalingGroup.Name]);
        all.CapacityProviders?[2].Tags.ShouldBe([]);
        var one = await services.Ecs.DescribeCapacityProvidersAsync(
            new() { CapacityProviders = [made?.CapacityProviderArn ?? "", "nothing"], Include = [CapacityProviderField.Tags] }, services.World.Caller, default);
        one.CapacityProviders?.Single().Tags?.Single().Key.ShouldBe("a");
        one.Failures?.Single().Reason.ShouldBe("MISSING");
    });

    [Theory]
    [InlineData("aws-mine")]
    [InlineData("ecs1")]
    [InlineData("Fargate-like")]
    [InlineData("with space")]
    [InlineData("")]
    public void Names_are_checked(string name) => Run(async (services, group) =>
    {
        await group.GroupAsync();
        (await services.World.Throws<InvalidParameterException>(async () => await services.Ecs.CreateCapacityProviderAsync(
            await group.RequestAsync(name: name), services.World.Caller, default))).Message.ShouldStartWith("The specified capacity provider name is invalid.");
    });

    [Fact]
    public void Refusals_of_create_have_awss_words() => Run(async (services, group) =>
    {
        await group.OpenAsync();
        var good = await group.RequestAsync();
        var provider = good.AutoScalingGroupProvider ?? throw new InvalidOperationException();
        await Refused(good, "A capacity provider with the specified name already exists. Specify a unique name and try again.");
        await Refused(good with { Name = "other" },
            "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.");
        await Refused(good with { AutoScalingGroupProvider = provider with { AutoScalingGroupArn = "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x:autoScalingGroupName/no" } },
            "The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again.");
        await Refused(good with { AutoScalingGroupProvider = provider with { ManagedTerminationProtection = ManagedTerminationProtection.Enabled } },
            "The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, the Auto Scaling group must have instance protection from scale in enabled.");
        await Refused(good with { AutoScalingGroupProvider = provider with { ManagedScaling = new() { TargetCapacity = 101 } } },
            "The specified target capacity is invalid. Specify a value between 1 and 100 and try again.");

        async Task Refused(CreateCapacityProviderRequest request, string message) =>
            (await services.World.Throws<InvalidParameterException>(() => services.Ecs.CreateCapacityProviderAsync(request, services.World.Caller, default))).Message.ShouldBe(message);
    });

    [Fact]
    public void A_provider_is_deleted_once_no_cluster_has_it() => Run(async (services, group) =>
    {
        await group.OpenAsync();
        (await services.World.Throws<ClientException>(() => services.Ecs.DeleteCapacityProviderAsync(new() { CapacityProvider = ScalingGroup.Name }, services.World.Caller, default)))
            .Message.ShouldStartWith("The capacity provider cannot be deleted because it is associated with cluster: default.");
        await services.Ecs.PutClusterCapacityProvidersAsync(new() { Cluster = "default", CapacityProviders = [], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
        await group.AttachedAsync();
        var gone = (await services.Ecs.DeleteCapacityProviderAsync(new() { CapacityProvider = ScalingGroup.Name }, services.World.Caller, default)).CapacityProvider;
        (gone?.Status, gone?.UpdateStatus).ShouldBe((CapacityProviderStatus.Inactive, CapacityProviderUpdateStatus.DeleteComplete));
        await services.World.Throws<InvalidParameterException>(() => services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = [ScalingGroup.Name], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default));
        await services.Ecs.CreateCapacityProviderAsync(await group.RequestAsync(), services.World.Caller, default);
    });

    [Fact]
    public void A_cluster_shows_how_far_its_attachments_are_and_is_not_changed_meanwhile() => Run(async (services, group) =>
    {
        await group.GroupAsync();
        await services.Ecs.CreateCapacityProviderAsync(await group.RequestAsync(), services.World.Caller, default);
        (await group.ClusterAsync()).AttachmentsStatus.ShouldBeNull();
        var put = await PutAsync(ScalingGroup.Name);
        (put.Cluster?.AttachmentsStatus, put.Cluster?.Attachments?.Length).ShouldBe(("UPDATE_IN_PROGRESS", 0));
        (await services.World.Throws<UpdateInProgressException>(() => PutAsync())).Message.ShouldStartWith("The specified cluster is in a busy state.");
        await services.World.Throws<UpdateInProgressException>(() => services.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, services.World.Caller, default));
        await group.AttachedAsync();
        var attachments = (await group.ClusterAsync()).Attachments ?? [];
        attachments.Select(a => (a.Type, a.Status)).ShouldBe([("as_policy", "CREATED"), ("managed_draining", "CREATED")]);
        attachments[0].Details?.Select(d => d.Name).ShouldBe(["capacityProviderName", "scalingPolicyName"]);
        attachments[1].Details?[1].Value.ShouldBe("ecs-managed-draining-termination-hook");
        (await group.DescribeAsync()).Tags?.Select(t => (t.Key, t.PropagateAtLaunch)).ShouldBe([("AmazonECSManaged", true)]);
        await PutAsync();
        await group.AttachedAsync();
        (await group.ClusterAsync()).Attachments.ShouldBe([]);

        Task<PutClusterCapacityProvidersResponse> PutAsync(params ImmutableArray<string> providers) => services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = providers, DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
    });

    [Fact]
    public void A_provider_whose_group_is_gone_makes_the_update_fail() => Run(async (services, group) =>
    {
        await group.GroupAsync();
        await services.Ecs.CreateCapacityProviderAsync(await group.RequestAsync(), services.World.Caller, default);
        await services.World.Client<IAutoScaling>().DeleteAutoScalingGroupAsync(new() { AutoScalingGroupName = ScalingGroup.Name, ForceDelete = true }, services.World.Caller, default);
        await services.World.RunFor(TimeSpan.FromMinutes(1));
        await services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = [ScalingGroup.Name], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
        await services.World.Eventually(async () => (await group.ClusterAsync()).AttachmentsStatus == "UPDATE_FAILED", TimeSpan.FromMinutes(1), "it fails");
    });

    [Fact]
    public void A_provider_that_has_tasks_is_in_use() => Run(async (services, group) =>
    {
        await group.OpenAsync();
        var made = await services.Ecs.RunTaskAsync(new() { TaskDefinition = await new Fleet(services).DefineAsync() }, services.World.Caller, default);
        (await services.World.Throws<ResourceInUseException>(TakeAwayAsync)).Message.ShouldBe("The specified capacity provider is in use and cannot be removed.");
        await services.Ecs.StopTaskAsync(new() { Task = made.Tasks?[0].TaskArn ?? "" }, services.World.Caller, default);
        await services.World.RunFor(TimeSpan.FromMinutes(5));
        (await TakeAwayAsync()).Cluster?.CapacityProviders.ShouldBe([]);

        Task<PutClusterCapacityProvidersResponse> TakeAwayAsync() => services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = [], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
    });

    [Fact]
    public void The_reservation_is_a_metric_of_each_minute() => Run(async (services, group) =>
    {
        await group.OpenAsync();
        await services.Ecs.RunTaskAsync(new() { TaskDefinition = await new Fleet(services).DefineAsync() }, services.World.Caller, default);
        var from = services.World.Time.GetUtcNow();
        await services.World.RunFor(TimeSpan.FromMinutes(10));
        var answer = await services.World.Client<ICloudWatch>().GetMetricStatisticsAsync(new()
        {
            Namespace = "AWS/ECS/ManagedScaling", MetricName = "CapacityProviderReservation", Period = 60, Statistics = [Statistic.Maximum, Statistic.SampleCount],
            Dimensions = [new() { Name = "CapacityProviderName", Value = ScalingGroup.Name }, new() { Name = "ClusterName", Value = "default" }],
            StartTime = from.AddMinutes(-5), EndTime = from.AddMinutes(20),
        }, services.World.Caller, default);
        var points = (answer.Datapoints ?? []).OrderBy(d => d.Timestamp).ToArray();
        points.Length.ShouldBeGreaterThanOrEqualTo(9);
        points.ShouldAllBe(d => d.SampleCount == 1);
        points[^1].Maximum.ShouldBe(100, "one is needed, and one runs");
    });

    [Theory]
    [InlineData("FARGATE:0:1 fleet:0:1", "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again.")]
    [InlineData("FARGATE:1:1 FARGATE_SPOT:1:1", "Only one capacity provider")]
    [InlineData("FARGATE:0:0 FARGATE_SPOT:0:0", "weight greater than 0")]
    [InlineData("FARGATE:0:1001", "between 0 and 1000")]
    [InlineData("FARGATE:100001:1", "between 0 and 100000")]
    [InlineData("other:0:1", "not associated with the cluster")]
    public void Rules_of_strategies(string strategy, string message) => Run(async (services, group) =>
    {
        await group.OpenAsync();
        await services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = ["FARGATE", "FARGATE_SPOT", "fleet"], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
        ImmutableArray<CapacityProviderStrategyItem> items = [.. strategy.Split(' ').Select(i => i.Split(':')).Select(i =>
            new CapacityProviderStrategyItem { CapacityProvider = i[0], Base = int.Parse(i[1], null), Weight = int.Parse(i[2], null) })];
        (await services.World.Throws<InvalidParameterException>(async () => await services.Ecs.RunTaskAsync(
            new() { TaskDefinition = await new Fleet(services).DefineAsync(), CapacityProviderStrategy = items }, services.World.Caller, default))).Message.ShouldContain(message);
    });

    [Fact]
    public void A_task_waits_in_PROVISIONING_until_managed_scaling_brings_an_instance() => Run(async (services, group) =>
    {
        await group.OpenAsync();
        var made = await services.Ecs.RunTaskAsync(new() { TaskDefinition = await new Fleet(services).DefineAsync() }, services.World.Caller, default);
        var task = (made.Tasks ?? []).ShouldHaveSingleItem();
        (task.LastStatus, task.CapacityProviderName, task.LaunchType, task.ContainerInstanceArn).ShouldBe(("PROVISIONING", ScalingGroup.Name, LaunchType.Ec2, null));
        await services.World.Eventually(async () => (await group.MembersAsync()) is [{ RunningTasksCount: 1 }], TimeSpan.FromMinutes(5), "it runs");
        var instance = (await group.MembersAsync()).ShouldHaveSingleItem();
        instance.CapacityProviderName.ShouldBe(ScalingGroup.Name);
        (await group.DescribeAsync()).DesiredCapacity.ShouldBe(1);
        instance.Attributes?.Single(a => a.Name == "ecs.instance-type").Value.ShouldBe("t3.micro");
    });

    [Fact]
    public void No_more_than_500_tasks_wait() => Run(async (services, group) =>
    {
        await group.OpenAsync(max: 0);
        var definition = await new Fleet(services).DefineAsync();
        for (var i = 0; i < 50; i++) await services.Ecs.RunTaskAsync(new() { TaskDefinition = definition, Count = 10 }, services.World.Caller, default);
        (await services.World.Throws<ClientException>(() => services.Ecs.RunTaskAsync(new() { TaskDefinition = definition }, services.World.Caller, default)))
            .Message.ShouldBe("Tasks provisioning capacity limit exceeded.");
    });

    [Fact]
    public void Without_managed_scaling_a_task_that_finds_no_place_is_a_failure() => Run(async (services, group) =>
    {
        await group.OpenAsync(desired: 1, settings: new() { AutoScalingGroupArn = "", ManagedScaling = new() { Status = ManagedScalingStatus.Disabled } });
        await services.World.Eventually(async () => (await group.MembersAsync()).Any(i => i.CapacityProviderName == ScalingGroup.Name), TimeSpan.FromMinutes(1), "it joined");
        var definition = await new Fleet(services).DefineAsync(memory: 600);
        (await services.Ecs.RunTaskAsync(new() { TaskDefinition = definition }, services.World.Caller, default)).Failures.ShouldBe([]);
        (await services.Ecs.RunTaskAsync(new() { TaskDefinition = definition }, services.World.Caller, default)).Failures?.Single().Reason.ShouldBe("RESOURCE:MEMORY");
    });

    [Fact]
    public void A_service_whose_provider_has_no_instances_says_so() => Run(async (services, group) =>
    {
        await group.OpenAsync(settings: new() { AutoScalingGroupArn = "", ManagedScaling = new() { Status = ManagedScalingStatus.Disabled } });
        await services.Ecs.RegisterContainerInstanceAsync(new(), services.World.Caller, default); // Of no provider.
        await services.CreateAsync(new() { ServiceName = "web", TaskDefinition = await new Fleet(services).DefineAsync(memory: 300), DesiredCount = 1 });
        await services.World.Eventually(async () => (await services.EventsAsync()).Contains(
            "(service web) was unable to reach steady state. Reason: No Container Instances were found in your capacity provider."), TimeSpan.FromMinutes(1), "the event");
    });

    [Fact]
    public void A_service_scales_its_group_out_and_in_again() => Run(async (services, group) =>
    {
        await group.OpenAsync(settings: new()
        {
            AutoScalingGroupArn = "", ManagedScaling = new() { Status = ManagedScalingStatus.Enabled }, ManagedTerminationProtection = ManagedTerminationProtection.Enabled,
        }, isProtected: true);
        var fleet = new Fleet(services);
        await services.CreateAsync(new()
        {
            ServiceName = "web", TaskDefinition = await fleet.DefineAsync(memory: 500), DesiredCount = 6,
            AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Disabled, // It would ask for an instance more, to even out four and two.
        });
        await fleet.SteadyAsync("web", 6);
        var instances = await group.InstancesAsync();
        instances.Length.ShouldBe(3);
        instances.CountBy(i => i.AvailabilityZone).ToDictionary().Values.Order().ShouldBe([1, 2]);
        instances.ShouldAllBe(i => i.ProtectedFromScaleIn);
        await services.UpdateAsync(new() { Service = "web", DesiredCount = 1 });
        await services.World.RunFor(TimeSpan.FromMinutes(10));
        (await group.DescribeAsync()).DesiredCapacity.ShouldBe(3, "not before fifteen minutes");
        await services.World.Eventually(async () => (await group.InstancesAsync()).Length == 1, TimeSpan.FromMinutes(15), "scaled in");
        (await fleet.RunningOnAsync("web")).Length.ShouldBe(1);
    });

    [Fact]
    public void An_instance_the_group_terminates_is_drained_first() => Run(async (services, group) =>
    {
        await group.OpenAsync(min: 0, desired: 2);
        var fleet = new Fleet(services);
        await services.World.Eventually(async () => (await group.MembersAsync()).Length == 2, TimeSpan.FromMinutes(1), "both joined");
        await services.CreateAsync(new() { ServiceName = "web", TaskDefinition = await fleet.DefineAsync(), DesiredCount = 4 });
        await fleet.SteadyAsync("web", 4);
        var (fewest, sawDraining) = (4, false);
        await group.TerminateAsync((await group.InstancesAsync())[0].InstanceId);
        await services.World.Eventually(async () =>
        {
            fewest = Math.Min(fewest, (await fleet.RunningOnAsync("web")).Length);
            sawDraining |= (await group.MembersAsync()).Any(i => i.Status == "DRAINING");
            return (await group.InstancesAsync()).Length == 1 && (await group.MembersAsync()).Length == 1;
        }, TimeSpan.FromMinutes(10), "one instance is left");
        (fewest, sawDraining).ShouldBe((4, true));
        (await fleet.RunningOnAsync("web")).Length.ShouldBe(4);
    });

    [Fact]
    public void A_strategy_splits_a_service_over_providers() => Run(async (services, group) =>
    {
        await services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = ["FARGATE", "FARGATE_SPOT"], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
        await services.CreateAsync((await services.RequestAsync(6)) with
        {
            LaunchType = null,
            CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Base = 1, Weight = 1 }, new() { CapacityProvider = "FARGATE_SPOT", Weight = 4 }],
        });
        await services.SettledAsync(TimeSpan.FromMinutes(5));
        var tasks = await new Fleet(services).TasksAsync("web");
        tasks.CountBy(t => t.CapacityProviderName ?? "").ToDictionary().ShouldBe(new Dictionary<string, int> { ["FARGATE"] = 2, ["FARGATE_SPOT"] = 4 }, ignoreOrder: true);
    });

    private static void Run(Func<ServiceWorld, ScalingGroup, Task> test) => ServiceWorld.Run(1, services => test(services, new ScalingGroup(services)));
}
