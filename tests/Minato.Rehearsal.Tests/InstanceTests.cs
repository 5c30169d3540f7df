using Minato.Contracts.Ecs;

namespace Minato.Rehearsal.Tests;

/// <summary>Services on container instances: placement, ports, DAEMON, room that runs out, a zone that is lost.</summary>
public sealed class InstanceTests
{
    [Fact]
    public void Tasks_are_placed_on_instances_of_the_size_that_was_asked_for()
    {
        var result = Rehearsal.Run(Given.Web().OnInstances(), new() { Instances = new(3, "m5.large") });
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        (result.LowestHealthy.Count, result.HighestTasks.Count).ShouldBe((3, 6));
        result.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Without_room_for_one_more_the_update_does_not_begin_and_says_why()
    {
        var full = Given.Web(breaker: false).OnInstances(cpu: 1024); // Two tasks an instance of two cores: three of four places are taken.
        var result = Rehearsal.Run(full.With(c => c with { MaximumPercent = 200 }), new() { Instances = new(1, "m5.xlarge"), Horizon = TimeSpan.FromMinutes(30) });
        result.Status.ShouldBe("SUCCESSFUL", "one at a time fits beside them");
        var none = Rehearsal.Run(Given.Web(breaker: false).OnInstances(cpu: 1300), new() { Instances = new(1, "m5.xlarge"), Horizon = TimeSpan.FromMinutes(30) });
        none.Status.ShouldBe("IN_PROGRESS");
        none.Timeline.ShouldContain(s => s.What.Contains("was unable to place a task", StringComparison.Ordinal) && s.What.Contains("CPU", StringComparison.Ordinal), string.Join('\n', none.Timeline));
    }

    [Fact]
    public void A_fixed_port_lets_one_task_on_an_instance()
    {
        var fixedPort = WithPort(Given.Web(desired: 2, min: 50, max: 100).OnInstances(), 8080);
        Rehearsal.Run(fixedPort, new() { Instances = new(2, "m5.large") }).ShouldSatisfyAllConditions(
            r => r.Status.ShouldBe("SUCCESSFUL", string.Join('\n', r.Timeline)), r => r.HighestTasks.Count.ShouldBe(2), r => r.LowestHealthy.Count.ShouldBe(1));
        Should.Throw<RehearsalException>(() => Rehearsal.Run(fixedPort, new() { Instances = new(1, "m5.large") })).Message.ShouldContain("these container instances");
    }

    [Fact]
    public void Real_instances_count_with_what_the_services_own_tasks_take_of_them()
    {
        var input = Given.Web(desired: 2).OnInstances(cpu: 512, memory: 1024);
        var busy = input with { Instances = [Instance("one", cpu: 512, memory: 1024), Instance("two", cpu: 512, memory: 1024)] };
        Should.Throw<RehearsalException>(() => Rehearsal.Run(busy with { Service = busy.Service with { DesiredCount = 4 } }, new())).Message.ShouldContain("these container instances");
        var own = busy with { Tasks = [Own("one"), Own("two")] };
        Rehearsal.Run(own, new()).ShouldSatisfyAllConditions(r => r.Status.ShouldBe("SUCCESSFUL", string.Join('\n', r.Timeline)), r => r.HighestTasks.Count.ShouldBe(4));
    }

    [Fact]
    public void A_daemon_is_replaced_instance_by_instance()
    {
        var result = Rehearsal.Run(Daemon(), new() { Instances = new(4, "t3.small") });
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        (result.Desired, result.HighestTasks.Count).ShouldBe((4, 4));
        result.LowestHealthy.Count.ShouldBeLessThan(4);
    }

    [Fact]
    public void A_daemon_without_instances_says_what_it_needs() =>
        Should.Throw<RehearsalException>(() => Rehearsal.Run(Daemon(), new())).Message.ShouldContain("--instances 3:m5.large");

    [Fact]
    public void An_unknown_type_is_refused_in_words() =>
        Should.Throw<RehearsalException>(() => Rehearsal.Run(Daemon(), new() { Instances = new(1, "z9.huge") })).Message.ShouldStartWith("z9.huge: ");

    [Fact]
    public void Instances_make_no_difference_to_Fargate() =>
        Should.Throw<RehearsalException>(() => Rehearsal.Run(Given.Web(), new() { Instances = new(1, "m5.large") })).Message.ShouldContain("runs on Fargate");

    [Fact]
    public void A_lost_zone_takes_its_instances_and_the_others_take_their_tasks()
    {
        var result = Rehearsal.Run(Given.Web().OnInstances(), new() { Instances = new(3, "m5.large"), LostZone = new("eu-west-1b", TimeSpan.FromMinutes(5)) });
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        result.LowestHealthy.ShouldSatisfyAllConditions(l => l.Count.ShouldBe(2), l => l.At.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(5)));
    }

    [Theory]
    [InlineData(0, "SUCCESSFUL"), InlineData(1, "ROLLBACK_SUCCESSFUL")]
    public void Without_a_load_balancer_the_containers_own_health_check_decides(double failureRate, string status)
    {
        var checkedOnly = Given.Web() with { TargetGroups = [] };
        var input = checkedOnly with
        {
            Service = checkedOnly.Service with { LoadBalancers = null },
            Before = Checked(checkedOnly.Before), After = Checked(checkedOnly.After),
        };
        var result = Rehearsal.Run(input, new() { FailureRate = failureRate });
        result.Status.ShouldBe(status, string.Join('\n', result.Timeline));
        result.LowestHealthy.Count.ShouldBe(3);
    }

    private static TaskDefinition Checked(TaskDefinition definition) => definition with
    {
        ContainerDefinitions = [.. (definition.ContainerDefinitions ?? []).Select(c => c with { HealthCheck = new() { Command = ["CMD-SHELL", "true"], Interval = 5, Retries = 2 } })],
    };

    private static RehearsalInput Daemon()
    {
        var web = Given.Web().OnInstances();
        return web with
        {
            TargetGroups = [],
            Service = web.Service with
            {
                SchedulingStrategy = SchedulingStrategy.Daemon, DesiredCount = null, LoadBalancers = null,
                DeploymentConfiguration = new() { MinimumHealthyPercent = 50, MaximumPercent = 100 },
            },
        };
    }

    private static RehearsalInput WithPort(RehearsalInput input, int port) => input with { Before = WithPort(input.Before, port), After = WithPort(input.After, port) };

    private static TaskDefinition WithPort(TaskDefinition definition, int port) => definition with
    {
        ContainerDefinitions = [.. (definition.ContainerDefinitions ?? []).Select(c => c with { PortMappings = [new() { ContainerPort = 80, HostPort = port }] })],
    };

    private static ContainerInstance Instance(string id, int cpu, int memory) => new()
    {
        ContainerInstanceArn = $"arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/{id}", Status = "ACTIVE",
        RemainingResources = [new() { Name = "CPU", Type = "INTEGER", IntegerValue = cpu }, new() { Name = "MEMORY", Type = "INTEGER", IntegerValue = memory }],
        Attributes = [new() { Name = "ecs.availability-zone", Value = "eu-west-1a" }],
    };

    private static Contracts.Ecs.Task Own(string instance) => new()
    {
        ContainerInstanceArn = $"arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/{instance}", Cpu = "512", Memory = "1024",
    };
}
