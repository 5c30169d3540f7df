using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Instance = Minato.Contracts.Ec2.Instance;
using LaunchTemplate = Minato.Contracts.Ec2.LaunchTemplate;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Instances of Auto Scaling groups: EC2 runs them, ECS registers them.</summary>
public sealed class GroupInstanceTests
{
    [Fact]
    public void A_group_of_a_launch_template_runs_its_instances_in_EC2() => Run(async (services, group) =>
    {
        await TemplateAsync(services, "m5.large", cluster: "default");
        await CreateAsync(services, desired: 2, zones: ["us-east-1a", "us-east-1b"]);
        var instances = await InstancesAsync(services, 2);
        instances.Select(i => i.InstanceType).ShouldBe(["m5.large", "m5.large"]);
        instances.Select(i => i.Placement?.AvailabilityZone).Order().ShouldBe(["us-east-1a", "us-east-1b"]);
        var template = await DescribeTemplateAsync(services);
        foreach (var instance in instances)
        {
            var tags = (instance.Tags ?? []).ToDictionary(t => t.Key ?? "", t => t.Value);
            tags.ShouldBe(new Dictionary<string, string?>
            {
                ["aws:autoscaling:groupName"] = "fleet", ["aws:ec2launchtemplate:id"] = template.LaunchTemplateId, ["aws:ec2launchtemplate:version"] = "1", ["team"] = "web",
            }, ignoreOrder: true);
        }

        (await group.DescribeAsync()).LaunchTemplate.ShouldBe(new Minato.Contracts.AutoScaling.LaunchTemplateSpecification
        {
            LaunchTemplateId = template.LaunchTemplateId, LaunchTemplateName = "fleet", Version = "$Default",
        });
        (await group.InstancesAsync()).ShouldAllBe(i => i.LaunchTemplate != null && i.LaunchTemplate.Version == "1" && i.ImageId == "ami-0");
    });

    [Fact]
    public void They_are_container_instances_as_large_as_their_type() => Run(async (services, group) =>
    {
        await TemplateAsync(services, "m5.large", cluster: "default");
        await CreateAsync(services, desired: 1, zones: ["us-east-1a"]);
        var instance = (await InstancesAsync(services, 1)).Single();
        var member = (await group.MembersAsync()).ShouldHaveSingleItem();
        member.Ec2InstanceId.ShouldBe(instance.InstanceId);
        Amount(member, "CPU").ShouldBe(2048);
        Amount(member, "MEMORY").ShouldBe(8192);
        member.Attributes?.Single(a => a.Name == "ecs.instance-type").Value.ShouldBe("m5.large");
        member.Attributes?.Single(a => a.Name == "ecs.availability-zone").Value.ShouldBe("us-east-1a");

        static int? Amount(ContainerInstance member, string name) => member.RegisteredResources?.Single(r => r.Name == name).IntegerValue;
    });

    [Fact]
    public void Gpus_of_a_type_are_registered_and_taken_by_tasks() => Run(async (services, group) =>
    {
        await TemplateAsync(services, "g4dn.12xlarge", cluster: "default");
        await CreateAsync(services, desired: 1, zones: ["us-east-1a"]);
        await InstancesAsync(services, 1);
        var definition = await services.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "gpu",
            ContainerDefinitions = [new() { Name = "gpu", Image = ServiceWorld.Good, Memory = 128, ResourceRequirements = [new() { Type = Minato.Contracts.Ecs.ResourceType.Gpu, Value = "3" }] }],
        }, services.World.Caller, default);
        var run = new RunTaskRequest { TaskDefinition = definition.TaskDefinition?.TaskDefinitionArn ?? "", LaunchType = LaunchType.Ec2 };
        (await services.Ecs.RunTaskAsync(run, services.World.Caller, default)).Failures.ShouldBe([]);
        (await services.Ecs.RunTaskAsync(run, services.World.Caller, default)).Failures?.Single().Reason.ShouldBe("RESOURCE:GPU");
        var member = (await group.MembersAsync()).ShouldHaveSingleItem();
        (Gpus(member.RegisteredResources), Gpus(member.RemainingResources)).ShouldBe((4, 1));

        static int? Gpus(ImmutableArray<Resource>? resources) => resources?.Single(r => r.Name == "GPU").StringSetValue?.Length;
    });

    [Fact]
    public void User_data_decides_the_cluster() => Run(async (services, group) =>
    {
        await services.Ecs.CreateClusterAsync(new() { ClusterName = "other" }, services.World.Caller, default);
        await TemplateAsync(services, "t3.micro", cluster: "other");
        await CreateAsync(services, desired: 1, zones: ["us-east-1a"]);
        await InstancesAsync(services, 1);
        (await group.MembersAsync()).ShouldBe([]);
        (await services.Ecs.ListContainerInstancesAsync(new() { Cluster = "other" }, services.World.Caller, default)).ContainerInstanceArns?.Length.ShouldBe(1);
    });

    [Fact]
    public void Its_subnets_decide_where_an_instance_is() => Run(async (services, group) =>
    {
        var subnet = (await services.World.Client<IEc2>().DescribeSubnetsAsync(new(), services.World.Caller, default)).Subnets?[1] ?? throw new InvalidOperationException();
        await TemplateAsync(services, "t3.micro", cluster: "default");
        await CreateAsync(services, desired: 1, subnets: subnet.SubnetId);
        (await InstancesAsync(services, 1)).Single().SubnetId.ShouldBe(subnet.SubnetId);
        (await group.DescribeAsync()).AvailabilityZones.ShouldBe([subnet.AvailabilityZone ?? ""]);
    });

    [Fact]
    public void What_the_group_gives_up_is_terminated_in_EC2() => Run(async (services, group) =>
    {
        await group.GroupAsync(desired: 2);
        await InstancesAsync(services, 2);
        await group.DesireAsync(0);
        await services.World.Eventually(async () => (await RunningAsync(services)).IsEmpty, TimeSpan.FromMinutes(2), "none runs");
        (await group.MembersAsync()).Count(m => m.Status == "ACTIVE").ShouldBe(0);
    });

    [Fact]
    public void An_instance_that_somebody_terminates_is_replaced() => Run(async (services, group) =>
    {
        await group.GroupAsync(desired: 1);
        var first = (await InstancesAsync(services, 1)).Single().InstanceId ?? "";
        await services.World.Client<IEc2>().TerminateInstancesAsync(new() { InstanceIds = [first] }, services.World.Caller, default);
        await services.World.Eventually(
            async () => (await RunningAsync(services)) is [var other] && other.InstanceId != first, TimeSpan.FromMinutes(3), "another one runs");
        var activities = await services.World.Client<IAutoScaling>().DescribeScalingActivitiesAsync(new() { AutoScalingGroupName = "fleet" }, services.World.Caller, default);
        activities.Activities.ShouldContain(a => a.Cause.Contains("in response to an EC2 health check"));
    });

    [Fact]
    public void A_spot_price_makes_spot_instances() => Run(async (services, group) =>
    {
        var scaling = services.World.Client<IAutoScaling>();
        await scaling.CreateLaunchConfigurationAsync(new() { LaunchConfigurationName = "spot", ImageId = "ami-0", InstanceType = "t3.micro", SpotPrice = "0.01" }, services.World.Caller, default);
        await scaling.CreateAutoScalingGroupAsync(new()
        {
            AutoScalingGroupName = "fleet", LaunchConfigurationName = "spot", MinSize = 1, MaxSize = 1, AvailabilityZones = ["us-east-1a"],
        }, services.World.Caller, default);
        (await InstancesAsync(services, 1)).Single().InstanceLifecycle.ShouldBe(InstanceLifecycleType.Spot);
        (await group.DescribeAsync()).LaunchConfigurationName.ShouldBe("spot");
    });

    [Fact]
    public void What_EC2_refuses_is_a_failed_activity_and_tried_again() => Run(async (services, _) =>
    {
        await TemplateAsync(services, "m5.large", cluster: "default");
        await CreateAsync(services, desired: 1, zones: ["us-east-1z"]);
        var scaling = services.World.Client<IAutoScaling>();
        await services.World.Eventually(async () => (await ActivitiesAsync()).Length > 2, TimeSpan.FromMinutes(5), "tried again");
        (await ActivitiesAsync()).ShouldAllBe(a => a.StatusCode == ScalingActivityStatusCode.Failed && a.StatusMessage != null && a.StatusMessage.Contains("us-east-1z"));
        await scaling.UpdateAutoScalingGroupAsync(new() { AutoScalingGroupName = "fleet", MinSize = 0, DesiredCapacity = 0 }, services.World.Caller, default);
        await scaling.DeleteAutoScalingGroupAsync(new() { AutoScalingGroupName = "fleet" }, services.World.Caller, default);
        await services.World.Eventually(async () => (await scaling.DescribeAutoScalingGroupsAsync(new(), services.World.Caller, default)).AutoScalingGroups.IsEmpty,
            TimeSpan.FromMinutes(6), "gone");

        async Task<ImmutableArray<Activity>> ActivitiesAsync() =>
            (await scaling.DescribeScalingActivitiesAsync(new() { AutoScalingGroupName = "fleet" }, services.World.Caller, default)).Activities;
    });

    [Fact]
    public void A_template_that_is_not_there_or_has_no_image_is_refused() => Run(async (services, _) =>
    {
        (await services.World.Throws<AwsException>(() => CreateAsync(services, 1, zones: ["us-east-1a"]))).Message
            .ShouldBe("You must use a valid fully-formed launch template. The specified launch template, with template name fleet, does not exist.");
        await services.World.Client<IEc2>().CreateLaunchTemplateAsync(
            new() { LaunchTemplateName = "fleet", LaunchTemplateData = new() { InstanceType = "m5.large" } }, services.World.Caller, default);
        (await services.World.Throws<AwsException>(() => CreateAsync(services, 1, zones: ["us-east-1a"]))).Message
            .ShouldBe("You must use a valid fully-formed launch template. The request must contain the parameter ImageId");
    });

    [Fact]
    public void A_crash_in_the_middle_of_launches_leaves_as_many_as_desired() => Run(async (services, group) =>
    {
        await group.GroupAsync(desired: 5);
        for (var i = 0; i < 3; i++)
        {
            await services.World.RunFor(TimeSpan.FromMilliseconds(1 + i));
            await services.World.RestartAsync(TimeSpan.FromSeconds(1));
        }

        await InstancesAsync(services, 5);
        await services.World.RunFor(TimeSpan.FromMinutes(3));
        (await RunningAsync(services)).Length.ShouldBe(5);
        (await group.MembersAsync()).Count(m => m.Status == "ACTIVE").ShouldBe(5);
    });

    private static async Task TemplateAsync(ServiceWorld services, string type, string cluster) => await services.World.Client<IEc2>().CreateLaunchTemplateAsync(new()
    {
        LaunchTemplateName = "fleet",
        LaunchTemplateData = new()
        {
            ImageId = "ami-0", InstanceType = type,
            UserData = Convert.ToBase64String(Encoding.UTF8.GetBytes($"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n")),
        },
    }, services.World.Caller, default);

    private static async Task CreateAsync(ServiceWorld services, int desired, ImmutableArray<string>? zones = null, string? subnets = null) =>
        await services.World.Client<IAutoScaling>().CreateAutoScalingGroupAsync(new()
        {
            AutoScalingGroupName = "fleet", LaunchTemplate = new() { LaunchTemplateName = "fleet" }, MinSize = 0, MaxSize = 10, DesiredCapacity = desired,
            AvailabilityZones = zones, VPCZoneIdentifier = subnets,
            Tags = [new() { Key = "team", Value = "web", PropagateAtLaunch = true }, new() { Key = "own", Value = "x", PropagateAtLaunch = false }],
        }, services.World.Caller, default);

    private static async Task<LaunchTemplate> DescribeTemplateAsync(ServiceWorld services) =>
        (await services.World.Client<IEc2>().DescribeLaunchTemplatesAsync(new(), services.World.Caller, default)).LaunchTemplates?.Single() ?? throw new InvalidOperationException();

    private static async Task<ImmutableArray<Instance>> InstancesAsync(ServiceWorld services, int count)
    {
        var scaling = services.World.Client<IAutoScaling>();
        await services.World.Eventually(async () => (await scaling.DescribeAutoScalingInstancesAsync(new(), services.World.Caller, default)).AutoScalingInstances is { } all
            && all.Count(i => i.LifecycleState == "InService") == count, TimeSpan.FromMinutes(2), "in service");
        return await RunningAsync(services);
    }

    /// <summary>Of groups: the machine itself has no such tag.</summary>
    private static async Task<ImmutableArray<Instance>> RunningAsync(ServiceWorld services)
    {
        var answer = await services.World.Client<IEc2>().DescribeInstancesAsync(new()
        {
            Filters = [new() { Name = "tag:aws:autoscaling:groupName", Values = ["fleet"] }, new() { Name = "instance-state-name", Values = ["running"] }],
        }, services.World.Caller, default);
        return [.. (answer.Reservations ?? []).SelectMany(r => r.Instances ?? [])];
    }

    private static void Run(Func<ServiceWorld, ScalingGroup, Task> test) => ServiceWorld.Run(1, services => test(services, new ScalingGroup(services)));
}
