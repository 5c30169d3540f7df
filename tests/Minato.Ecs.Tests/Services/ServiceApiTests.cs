using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using InvalidParameterException = Minato.Contracts.Ecs.InvalidParameterException;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>What the services API takes and refuses, in AWS's words.</summary>
public sealed class ServiceApiTests
{
    [Fact]
    public void Refusals_of_create_service_have_awss_words() => ServiceWorld.Run(1, async world =>
    {
        await world.BalanceAsync();
        var good = await world.RequestAsync();
        var group = world.TargetGroup;
        await Refused(good with { NetworkConfiguration = null }, "Network Configuration must be provided when networkMode 'awsvpc' is specified.");
        await Refused(good with { NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [] } } }, "subnets can not be empty.");
        await Refused(With(new() { TargetGroupArn = group, ContainerName = "other", ContainerPort = 80 }), "The container other does not exist in the task definition.");
        await Refused(With(new() { TargetGroupArn = group, ContainerName = "web", ContainerPort = 81 }), "The container web did not have a container port 81 defined.");
        await Refused(good with { DesiredCount = -1 }, "The desired count must not be negative.");
        await Refused(good with { DeploymentConfiguration = new() { MinimumHealthyPercent = 100, MaximumPercent = 100 } },
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.");
        await Refused(good with { CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Weight = 1 }] },
            "Specify either Launch Type or Capacity Provider Strategy, but not both.");
        var instances = await GroupAsync(world, "instances", TargetTypeEnum.Instance);
        await Refused(With(new() { TargetGroupArn = instances, ContainerName = "web", ContainerPort = 80 }),
            $"The provided target group {instances} has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.");
        var lonely = await GroupAsync(world, "lonely", TargetTypeEnum.Ip);
        await Refused(With(new() { TargetGroupArn = lonely, ContainerName = "web", ContainerPort = 80 }),
            $"The target group with targetGroupArn {lonely} does not have an associated load balancer.");
        (await world.World.Throws<ClientException>(() => world.CreateAsync(good with { TaskDefinition = "nothing" }))).Message.ShouldBe("TaskDefinition not found.");
        (await world.World.Throws<ClusterNotFoundException>(() => world.CreateAsync(good with { Cluster = "nothing" }))).Message.ShouldBe("Cluster not found.");

        CreateServiceRequest With(LoadBalancer balancer) => good with { LoadBalancers = [balancer] };
        async Task Refused(CreateServiceRequest request, string message) =>
            (await world.World.Throws<InvalidParameterException>(() => world.CreateAsync(request))).Message.ShouldBe(message);
    });

    [Fact]
    public void An_exact_repeat_is_answered_and_anything_else_is_not_idempotent() => ServiceWorld.Run(2, async world =>
    {
        var request = await world.RequestAsync();
        var first = await world.CreateAsync(request with { ClientToken = "one" });
        var again = await world.CreateAsync(request with { ClientToken = "two" });
        again.Deployments?[0].Id.ShouldBe(first.Deployments?[0].Id);
        (await world.World.Throws<InvalidParameterException>(() => world.CreateAsync(request with { DesiredCount = 7 }))).Message
            .ShouldBe("Creation of service was not idempotent.");
    });

    [Fact]
    public void A_draining_name_cannot_be_taken_nor_updated() => ServiceWorld.Run(3, async world =>
    {
        var request = await world.RequestAsync();
        await world.CreateAsync(request);
        await world.StableAsync(TimeSpan.FromMinutes(1));
        await world.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, world.World.Caller, default);
        (await world.World.Throws<InvalidParameterException>(() => world.CreateAsync(request))).Message.ShouldBe("Unable to Start a service that is still Draining.");
        (await world.World.Throws<ServiceNotActiveException>(() => world.UpdateAsync(new() { Service = "web", DesiredCount = 1 }))).Message.ShouldBe("Service was not ACTIVE.");
        (await world.World.Throws<ServiceNotFoundException>(() => world.UpdateAsync(new() { Service = "other" }))).Message.ShouldBe("Service not found.");
    });

    [Fact]
    public void Only_a_change_of_content_starts_a_deployment() => ServiceWorld.Run(4, async world =>
    {
        var created = await world.CreateAsync();
        var id = created.Deployments?[0].Id;
        UpdateServiceRequest[] quiet =
        [
            new() { Service = "web", DesiredCount = 2 },
            new() { Service = "web", DeploymentConfiguration = new() { MinimumHealthyPercent = 50 } },
            new() { Service = "web", HealthCheckGracePeriodSeconds = 30 },
            new() { Service = "web", EnableExecuteCommand = true },
            new() { Service = "web", PropagateTags = PropagateTags.Service },
            new() { Service = "web", TaskDefinition = created.TaskDefinition },
            new() { Service = "web", NetworkConfiguration = created.NetworkConfiguration },
            new() { Service = "web", AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Disabled },
        ];
        foreach (var request in quiet) (await world.UpdateAsync(request)).Deployments?[0].Id.ShouldBe(id);
        var kept = await world.DescribeAsync();
        kept.DeploymentConfiguration?.MinimumHealthyPercent.ShouldBe(50);
        kept.DeploymentConfiguration?.MaximumPercent.ShouldBe(200);
        kept.HealthCheckGracePeriodSeconds.ShouldBe(30);

        UpdateServiceRequest[] loud =
        [
            new() { Service = "web", ForceNewDeployment = true },
            new() { Service = "web", TaskDefinition = await world.DefineAsync(ServiceWorld.Better) },
            new() { Service = "web", NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [(await world.SubnetsAsync())[0]] } } },
            new() { Service = "web", PlatformVersion = "1.4.0" },
        ];
        foreach (var request in loud)
        {
            var updated = await world.UpdateAsync(request);
            updated.Deployments?[0].Id.ShouldNotBe(id);
            id = updated.Deployments?[0].Id;
        }
    });

    [Fact]
    public void Described_services_have_what_clients_insist_on() => ServiceWorld.Run(5, async world =>
    {
        var request = await world.RequestAsync();
        await world.CreateAsync(request with
        {
            Tags = [new() { Key = "team", Value = "sea" }], AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Disabled, HealthCheckGracePeriodSeconds = 10,
        });
        var service = await world.DescribeAsync();
        service.Tags.ShouldBeNull();
        service.HealthCheckGracePeriodSeconds.ShouldBe(10);
        service.AvailabilityZoneRebalancing.ShouldBe(AvailabilityZoneRebalancing.Disabled);
        service.SchedulingStrategy.ShouldBe(SchedulingStrategy.Replica);
        service.DeploymentController?.Type.ShouldBe(DeploymentControllerType.Ecs);
        service.PlatformVersion.ShouldBe("LATEST");
        service.RoleArn.ShouldBe("arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS");
        service.CurrentServiceDeployment.ShouldNotBeNull().ShouldStartWith("arn:aws:ecs:us-east-1:123456789012:service-deployment/default/web/");
        var tagged = await world.Ecs.DescribeServicesAsync(
            new() { Services = [service.ServiceArn ?? "", "other"], Include = [ServiceField.Tags] }, world.World.Caller, default);
        tagged.Services?[0].Tags?[0].Value.ShouldBe("sea");
        tagged.Failures?[0].ShouldBe(new() { Arn = "arn:aws:ecs:us-east-1:123456789012:service/default/other", Reason = "MISSING" });
    });

    [Fact]
    public void Lists_of_services_have_ten_on_a_page() => ServiceWorld.Run(6, async world =>
    {
        var request = await world.RequestAsync(0);
        for (var i = 0; i < 12; i++) await world.CreateAsync(request with { ServiceName = $"service-{i:D2}" });
        var first = await world.Ecs.ListServicesAsync(new(), world.World.Caller, default);
        first.ServiceArns?.Length.ShouldBe(10);
        var rest = await world.Ecs.ListServicesAsync(new() { NextToken = first.NextToken }, world.World.Caller, default);
        rest.ServiceArns?.Length.ShouldBe(2);
        rest.NextToken.ShouldBeNull();
        (await world.Ecs.ListServicesAsync(new() { LaunchType = LaunchType.Ec2 }, world.World.Caller, default)).ServiceArns?.Length.ShouldBe(0);
        await world.World.Throws<InvalidParameterException>(() => world.Ecs.ListServicesAsync(new() { NextToken = "made-up" }, world.World.Caller, default));
    });

    [Fact]
    public void A_running_deployment_can_be_stopped_by_rolling_back() => ServiceWorld.Run(7, async world =>
    {
        await world.BalanceAsync();
        var before = await world.CreateAsync();
        await world.SettledAsync(TimeSpan.FromMinutes(3));
        var rolled = await world.RollAsync(ServiceWorld.Better);
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        var arn = rolled.CurrentServiceDeployment ?? "";
        await world.Ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = arn, StopType = StopServiceDeploymentStopType.Rollback }, world.World.Caller, default);
        await world.SettledAsync(TimeSpan.FromMinutes(3));
        (await world.DescribeAsync()).TaskDefinition.ShouldBe(before.TaskDefinition);
        var described = await world.Ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [arn] }, world.World.Caller, default);
        described.ServiceDeployments?[0].Status.ShouldBe(ServiceDeploymentStatus.RollbackSuccessful);
        described.ServiceDeployments?[0].Rollback?.ServiceRevisionArn.ShouldBe(before.CurrentServiceRevisions?[0].Arn);
        await world.World.Throws<ConflictException>(() => world.Ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = arn }, world.World.Caller, default));
    });

    [Fact]
    public void A_service_on_container_instances_says_when_there_is_none() => ServiceWorld.Run(8, async world =>
    {
        await world.Ecs.RegisterTaskDefinitionAsync(
            new() { Family = "bridge", ContainerDefinitions = [new() { Name = "web", Image = ServiceWorld.Good, Memory = 64 }] }, world.World.Caller, default);
        await world.CreateAsync(new CreateServiceRequest { ServiceName = "web", TaskDefinition = "bridge", DesiredCount = 1, LaunchType = LaunchType.Ec2 });
        await world.World.RunFor(TimeSpan.FromMinutes(1));
        (await world.EventsAsync()).ShouldBe(
        [
            "(service web) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were " +
            "found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
        ]);
        (await world.DescribeAsync()).PendingCount.ShouldBe(0);
        var version = world.World.Store.Current.Version;
        await world.World.RunFor(TimeSpan.FromMinutes(10));
        world.World.Store.Current.Version.ShouldBe(version); // A service that waits writes nothing.
    });

    [Fact]
    public void Engine_trouble_is_named_in_the_events_and_healed() => ServiceWorld.Run(9, async world =>
    {
        await world.CreateAsync(1);
        await world.SettledAsync(TimeSpan.FromMinutes(2));
        world.Host.Faults.DiskFull = true;
        world.Host.Faults.KillAll();
        await world.World.Eventually(async () => (await world.EventsAsync()).Any(e => e.Contains("no space left on device", StringComparison.Ordinal)), TimeSpan.FromMinutes(1), "disk full is told");
        world.Host.Faults.DiskFull = false;
        await world.World.Eventually(() => world.Running().Length == 1, TimeSpan.FromMinutes(2));
    });

    private static async Task<string> GroupAsync(ServiceWorld world, string name, TargetTypeEnum type) =>
        (await world.World.Client<IElasticLoadBalancingV2>().CreateTargetGroupAsync(
            new() { Name = name, Protocol = ProtocolEnum.Http, Port = 80, TargetType = type, VpcId = await world.VpcAsync() }, world.World.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
}
