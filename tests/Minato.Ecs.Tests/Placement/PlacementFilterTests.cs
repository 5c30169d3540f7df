using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Tests.Placement;

/// <summary>Why an instance cannot take a task, and what of that RunTask and a service tell.</summary>
public sealed class PlacementFilterTests
{
    private static InstanceView But(InstanceView view, Func<ContainerInstanceState, ContainerInstanceState> change) =>
        InstanceView.Empty(change(view.Instance));

    [Fact]
    public void An_instance_without_agent_takes_nothing() =>
        InstancePlacement.Explain(But(Given.Instance("a"), i => i with { AgentConnected = false }), Given.Task()).ShouldBe("AGENT");

    [Theory]
    [InlineData(2049, 1, "RESOURCE:CPU")]
    [InlineData(1, 4097, "RESOURCE:MEMORY")]
    [InlineData(2048, 4096, null)]
    public void Cpu_and_memory_have_to_fit(int cpu, int memory, string? reason) =>
        InstancePlacement.Explain(Given.Instance("a"), Given.Task(cpu, memory)).ShouldBe(reason);

    [Fact]
    public void Gpus_have_to_fit()
    {
        var request = Given.Task() with { Demand = new(1, 1, [], []) { Gpus = 1 } };
        InstancePlacement.Explain(Given.Instance("a"), request).ShouldBe("RESOURCE:GPU");
        var two = But(Given.Instance("a"), i => i with { GpuIds = ["GPU-0", "GPU-1"] });
        InstancePlacement.Explain(two.With(request.Demand, "g"), request).ShouldBeNull();
        InstancePlacement.Explain(two.With(request.Demand, "g").With(request.Demand, "g"), request).ShouldBe("RESOURCE:GPU");
    }

    [Fact]
    public void A_fixed_port_is_given_once_for_each_protocol()
    {
        var used = Given.Instance("a").With(new TaskDemand(0, 0, [8080], []), "g");
        InstancePlacement.Explain(used, Given.Task() with { Demand = new(0, 0, [8080], []) }).ShouldBe("RESOURCE:PORTS");
        InstancePlacement.Explain(used, Given.Task() with { Demand = new(0, 0, [], [8080]) }).ShouldBeNull();
    }

    [Fact]
    public void Network_interfaces_run_out()
    {
        var demand = new TaskDemand(0, 0, [], []) { Interfaces = 1 };
        var small = But(Given.Instance("a"), i => i with { Interfaces = 2 });
        InstancePlacement.Explain(small.With(demand, "g"), Given.Task() with { Demand = demand }).ShouldBeNull();
        InstancePlacement.Explain(small.With(demand, "g").With(demand, "g"), Given.Task() with { Demand = demand }).ShouldBe("RESOURCE:ENI");
        InstancePlacement.Explain(Given.Instance("b").With(demand, "g"), Given.Task() with { Demand = demand }).ShouldBeNull("nothing limits it");
    }

    [Fact]
    public void A_required_capability_has_to_be_there()
    {
        var request = Given.Task() with { RequiredAttributes = [new() { Name = "ecs.capability.task-eni" }] };
        InstancePlacement.Explain(Given.Instance("a"), request).ShouldBe("ATTRIBUTE");
        InstancePlacement.Explain(Given.Instance("a", attributes: ("ecs.capability.task-eni", "")), request).ShouldBeNull();
    }

    [Fact]
    public void The_subnets_decide_the_zone()
    {
        InstancePlacement.Explain(Given.Instance("a"), Given.Task() with { Zones = ["us-east-1b"] }).ShouldBe("LOCATION");
        InstancePlacement.Explain(Given.Instance("a"), Given.Task() with { Zones = ["us-east-1b", "us-east-1a"] }).ShouldBeNull();
        InstancePlacement.Explain(Given.Instance("a", type: ContainerInstanceState.WholeMachine), Given.Task() with { Zones = ["us-east-1b"] }).ShouldBeNull();
    }

    [Fact]
    public void DistinctInstance_is_about_the_own_group()
    {
        var request = Given.Task() with { Constraints = [new() { Type = PlacementConstraintType.DistinctInstance }] };
        InstancePlacement.Explain(Given.Instance("a").With(1), request).ShouldBe("DistinctInstance placement constraint unsatisfied.");
        InstancePlacement.Explain(Given.Instance("a").With(1, group: "service:other"), request).ShouldBeNull();
    }

    [Fact]
    public void Every_memberOf_has_to_hold()
    {
        var request = Given.Task() with { Constraints = [Given.MemberOf("attribute:ecs.instance-type =~ m5.*"), Given.MemberOf("attribute:stack == prod")] };
        InstancePlacement.Explain(Given.Instance("a"), request).ShouldBe("MemberOf placement constraint unsatisfied.");
        InstancePlacement.Explain(Given.Instance("a", attributes: ("stack", "prod")), request).ShouldBeNull();
    }

    [Fact]
    public void The_closest_match_passed_most_filters()
    {
        var refused = InstancePlacement.Choose(
            [Given.Instance("small", cpu: 128, memory: 9000), Given.Instance("ports").With(new TaskDemand(0, 0, [80], []), "g"), Given.Instance("tight", memory: 100)],
            Given.Task() with { Demand = new(256, 512, [80], []) }, new Ids(1)).ShouldBeOfType<PlacementOutcome.Refused>();
        refused.Nearest?.Id.ShouldBe("ports");
        refused.Reason.ShouldBe("RESOURCE:PORTS");
        refused.Failures.Select(f => f.Reason).ShouldBe(["RESOURCE:CPU", "RESOURCE:PORTS", "RESOURCE:MEMORY"]);
    }

    [Theory]
    [InlineData(null, "", "Reason: No Container Instances were found in your cluster.")]
    [InlineData("abc", "RESOURCE:CPU", "The closest matching (container-instance abc) has insufficient CPU units available.")]
    [InlineData("abc", "RESOURCE:MEMORY", "The closest matching (container-instance abc) has insufficient memory available.")]
    [InlineData("abc", "RESOURCE:PORTS", "The closest matching (container-instance abc) is already using a port required by your task.")]
    [InlineData("abc", "ATTRIBUTE", "The closest matching (container-instance abc) is missing an attribute required by your task.")]
    [InlineData("abc", "AGENT", "The closest matching (container-instance abc) encountered error \"AGENT\".")]
    [InlineData("abc", "MemberOf placement constraint unsatisfied.", "The closest matching (container-instance abc) encountered error \"MemberOf placement constraint unsatisfied\".")]
    public void A_service_tells_the_refusal_in_words(string? nearest, string reason, string words) =>
        ServiceEvents.NoInstance("web", nearest, reason).ShouldBe(
            "(service web) was unable to place a task because no container instance met all of its requirements. " + words +
            " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.");

    [Fact]
    public void What_awaited_daemons_need_is_left_for_them_alone()
    {
        var daemon = new DaemonShare(Given.Task(1024, 2048, "service:agent") with { IsDaemon = true });
        var view = Given.Instance("a") with { Awaited = [daemon] };
        InstancePlacement.Explain(view, Given.Task(1024, 2048)).ShouldBeNull();
        InstancePlacement.Explain(view, Given.Task(1025, 2048)).ShouldBe("RESOURCE:CPU");
        InstancePlacement.Explain(view, Given.Task(1024, 2049)).ShouldBe("RESOURCE:MEMORY");
        InstancePlacement.Explain(view, daemon.Request with { Demand = new(2048, 4096, [], []) }).ShouldBeNull();
        InstancePlacement.Explain(view.With(daemon.Demand, "service:agent"), Given.Task(1024, 2048)).ShouldBeNull("it is there");
        daemon.IsAwaitedOn(Given.Instance("b").With(1, "service:agent")).ShouldBeFalse();
        new DaemonShare(daemon.Request with { Constraints = [Given.MemberOf("attribute:disk == ssd")] }).IsAwaitedOn(Given.Instance("b")).ShouldBeFalse();
    }
}
