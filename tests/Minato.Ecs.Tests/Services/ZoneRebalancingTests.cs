using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

public sealed class ZoneRebalancingTests
{
    [Theory]
    [InlineData("aaab", "b")]
    [InlineData("aaaabb", "b")]
    [InlineData("aab", "")] // a difference of one is even
    [InlineData("aabb", "")]
    [InlineData("aaa", "b")]
    [InlineData("aaaabbcc", "b", "abc")]
    [InlineData("cc", "a", "ab")] // a zone that is none of the service's any more
    [InlineData("aaa", "", "a")]
    [InlineData("aaa", "", "")]
    public void A_task_starts_in_the_zone_with_the_fewest(string tasks, string to, string zones = "ab") =>
        string.Concat(ServicePlanner.Plan(View(tasks, zones), Given.Noon).Starts.Select(s => s.RebalancedTo)).ShouldBe(to);

    [Fact]
    public void The_new_task_comes_before_the_old_one_goes()
    {
        var view = View("aaab", "ab");
        var fresh = Given.Task(1, 'P', 9) with { Zone = "b" };
        var moving = fresh with { Memory = fresh.Memory with { IsRebalancing = true } };
        ServicePlanner.Plan(view with { Tasks = view.Tasks.Add(moving) }, Given.Noon).Moves.ShouldBe((0, 0));
        ServicePlanner.Plan(view with { Tasks = view.Tasks.Add(fresh) }, Given.Noon).Moves.ShouldBe((0, 1), "any other surplus goes at once");
        var healthy = Given.Task(1, 'H', 9) with { Zone = "b" };
        var plan = ServicePlanner.Plan(view with { Tasks = view.Tasks.Add(healthy) }, Given.Noon);
        plan.Moves.ShouldBe((0, 1));
        view.Tasks.Single(t => t.Id == plan.Stops[0].TaskId).Zone.ShouldBe("a");
    }

    [Theory]
    [InlineData("1HHHP")]
    [InlineData("1HHHU")]
    [InlineData("1HHHS")]
    [InlineData("1HHHL")]
    public void Only_a_steady_service_is_rebalanced(string shape)
    {
        var view = View("aaab", "ab");
        view = view with { Tasks = [.. Given.Tasks(shape).Select((t, i) => t with { Zone = "aaab"[i..(i + 1)] })] };
        ServicePlanner.Plan(view, Given.Noon).Starts.ShouldAllBe(s => s.RebalancedTo == null);
    }

    [Fact]
    public void Not_during_a_deployment()
    {
        var view = View("aaab", "ab");
        view = view with { Deployments = [Given.Deployment(1, desired: 4)], Tasks = [.. view.Tasks.Select((t, i) => i > 0 ? t : t with { Targets = [] })] };
        ServicePlanner.Plan(view, Given.Noon).Starts.ShouldBeEmpty();
    }

    [Fact]
    public void Protected_tasks_are_not_moved()
    {
        var view = View("aaab", "ab");
        ServicePlanner.Plan(view with { Tasks = [.. view.Tasks.Select(t => t with { IsProtected = true })] }, Given.Noon).Starts.ShouldBeEmpty();
    }

    [Fact]
    public void Nor_without_room_above_the_desired_count() =>
        ServicePlanner.Plan(View("aaab", "ab") with { MaximumPercent = 110 }, Given.Noon).Starts.ShouldBeEmpty();

    [Fact]
    public void It_is_told_when_it_begins_and_when_it_ends()
    {
        var begun = ServicePlanner.Plan(View("aaab", "ab"), Given.Noon);
        begun.Events.Select(e => e.Message).ShouldContain(
            "(service web) is not AZ balanced with 3 tasks in a, 1 tasks in b. AZ Rebalancing in progress.");
        var ended = ServicePlanner.Plan(View("aabb", "ab") with { Deployments = begun.Deployments }, Given.Noon);
        ended.Events.Select(e => e.Message).ShouldContain("(service web) is AZ balanced with 2 tasks in a, 2 tasks in b.");
        ServicePlanner.Plan(View("aabb", "ab") with { Deployments = ended.Deployments }, Given.Noon).Events
            .ShouldAllBe(e => !e.Message.Contains("AZ balanced", StringComparison.Ordinal));
    }

    [Fact]
    public void Tasks_move_to_a_zone_that_comes_later() => ServiceWorld.Run(1, async services =>
    {
        var fleet = new Fleet(services);
        await fleet.AddAsync("us-east-1a");
        (await fleet.ReplicaAsync(4)).AvailabilityZoneRebalancing.ShouldBe(AvailabilityZoneRebalancing.Enabled);
        await fleet.SteadyAsync("web", 4);
        var late = await fleet.AddAsync("us-east-1b");
        var fewest = 4;
        await services.World.Eventually(async () =>
        {
            var running = await fleet.RunningOnAsync("web");
            fewest = Math.Min(fewest, running.Length);
            return running.Length == 4 && running.Count(i => i == late) == 2;
        }, TimeSpan.FromMinutes(10), "two in each zone");
        fewest.ShouldBe(4);
        var events = await services.EventsAsync();
        events.ShouldContain(e => e.StartsWith("(service web) has started 1 tasks in us-east-1b to AZ Rebalance: (task ", StringComparison.Ordinal));
        await services.World.Eventually(async () => (await services.EventsAsync())
            .Contains("(service web) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b."), TimeSpan.FromMinutes(2));
    });

    [Theory]
    [InlineData("max", "a maximumPercent of 100")]
    [InlineData("constraint", "a placement constraint on attribute:ecs.availability-zone")]
    [InlineData("strategy", "a placement strategy that does not begin with a spread over attribute:ecs.availability-zone")]
    public void What_rules_it_out_turns_it_off_or_is_refused(string what, string reason) => ServiceWorld.Run(1, async services =>
    {
        var request = new CreateServiceRequest { ServiceName = "web", TaskDefinition = await new Fleet(services).DefineAsync(), DesiredCount = 0, LaunchType = LaunchType.Ec2 };
        request = what switch
        {
            "max" => request with { DeploymentConfiguration = new() { MaximumPercent = 100, MinimumHealthyPercent = 50 } },
            "constraint" => request with { PlacementConstraints = [new() { Type = PlacementConstraintType.MemberOf, Expression = "attribute:ecs.availability-zone == us-east-1a" }] },
            _ => request with { PlacementStrategy = [new() { Type = PlacementStrategyType.Binpack, Field = "memory" }] },
        };
        (await services.World.Throws<InvalidParameterException>(
            () => services.CreateAsync(request with { AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Enabled })))
            .Message.ShouldBe($"Availability Zone rebalancing is not supported with {reason}.");
        (await services.CreateAsync(request)).AvailabilityZoneRebalancing.ShouldBe(AvailabilityZoneRebalancing.Disabled);
    });

    /// <param name="tasks">The zone of each healthy task.</param>
    private static ServiceView View(string tasks, string zones)
    {
        var view = Given.View(tasks.Length, [Given.Completed(1, tasks.Length)], "1" + new string('H', tasks.Length));
        return view with
        {
            Zones = [.. zones.Select(z => $"{z}")],
            Tasks = [.. view.Tasks.Select((t, i) => t with { Zone = $"{tasks[i]}" })],
        };
    }
}
