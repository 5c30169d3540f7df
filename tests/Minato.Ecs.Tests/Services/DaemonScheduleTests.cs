using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;

namespace Minato.Ecs.Tests.Services;

public sealed class DaemonScheduleTests
{
    [Theory]
    [InlineData("abc", "", "abc", "")] // one task on every instance
    [InlineData("abc", "1HHH", "", "")]
    [InlineData("abcd", "1HHH", "d", "")] // a new instance
    [InlineData("abc", "1HHL", "", "")] // the last task still takes its place
    [InlineData("abc", "1HHX", "c", "")]
    [InlineData("abc", "1HHC", "c", "")] // a crashed task is replaced where it was
    [InlineData("abc", "1HHU", "", "1u2")] // unhealthy: stopped first, there is no room beside it
    [InlineData("abX", "1HHH", "", "1h2")] // constraints no longer hold
    [InlineData("abX", "1HH", "", "")] // nothing is started where it does not belong
    [InlineData("aby", "1HH", "", "")] // nor where nobody listens
    public void One_task_on_every_wanted_instance(string instances, string tasks, string starts, string stops) =>
        Moves(Given.Completed(1), instances, tasks).ShouldBe((starts, stops));

    [Theory]
    [InlineData(0, "1HHHH", "1h0 1h1 1h2 1h3")] // the default: all at once
    [InlineData(50, "1HHHH", "1h0 1h1")]
    [InlineData(75, "1HHHH", "1h0")]
    [InlineData(75, "1UHHH", "1u0")] // what is not healthy counts for nothing
    [InlineData(75, "2P 1HHH", "")]
    [InlineData(75, "2S 1HHH", "")]
    [InlineData(75, "2H 1HHH", "1h1")]
    [InlineData(50, "2HP 1HH", "1h2")]
    [InlineData(75, "2HHHH", "")]
    public void A_rolling_update_stops_first_and_keeps_the_minimum(int min, string tasks, string stops) =>
        Moves([Given.Deployment(2, desired: 4), Given.Completed(1, desired: 4)], "abcd", tasks, min).ShouldBe(("", stops));

    [Fact]
    public void A_minimum_that_blocks_a_deployment_is_told()
    {
        var plan = ServicePlanner.Plan(View([Given.Deployment(2, desired: 1), Given.Completed(1, 1)], "a", "1H", 50), Given.Noon);
        plan.Moves.ShouldBe((0, 0));
        plan.Events.ShouldContain(new PlannedEvent(ServiceEvents.Blocked("web"), IsRepeatable: false));
    }

    [Fact]
    public void The_new_revision_starts_where_the_old_one_left() =>
        Moves([Given.Deployment(2, desired: 3), Given.Completed(1)], "abc", "1XHH", min: 60).ShouldBe(("a", ""));

    [Fact]
    public void On_a_draining_instance_it_is_the_last_to_stop()
    {
        var view = View([Given.Completed(1)], "abc", "1HHH", 0);
        view = view with { Tasks = [.. view.Tasks.Select((t, i) => t with { IsDisplaced = i == 2 })] };
        var instances = view.Daemon ?? [];
        var busy = view with { Daemon = instances.SetItem(2, new("c", IsWanted: false, HasReplicas: true)) };
        ServicePlanner.Plan(busy, Given.Noon).Moves.ShouldBe((0, 0));
        var left = view with { Daemon = instances.SetItem(2, new("c", IsWanted: false)) };
        ServicePlanner.Plan(left, Given.Noon).Stops.Select(s => s.TaskId).ShouldBe(["1h2"]);
    }

    [Fact]
    public void Never_two_on_one_instance()
    {
        var view = View([Given.Completed(1)], "ab", "1HHH", 0);
        view = view with { Tasks = [.. view.Tasks.Select((t, i) => t with { Instance = i == 2 ? "a" : t.Instance })] };
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((0, 1));
    }

    [Fact]
    public void The_desired_count_is_the_number_of_wanted_instances()
    {
        var plan = ServicePlanner.Plan(View([Given.Deployment(1, desired: 0)], "abX", "", 0), Given.Noon);
        plan.Deployments[0].DesiredCount.ShouldBe(2);
    }

    [Fact]
    public void What_does_not_start_waits_before_the_next_try()
    {
        var waiting = Given.Deployment(1) with { Backoff = new() { Level = 2, RetryAt = Given.Noon.AddSeconds(2) } };
        var plan = ServicePlanner.Plan(View([waiting], "abc", "", 0), Given.Noon);
        plan.Starts.ShouldBeEmpty();
        plan.WakeAt.ShouldBe(Given.Noon.AddSeconds(2));
    }

    [Fact]
    public void A_deployment_that_was_given_up_leaves_the_rest_of_the_older_tasks()
    {
        var failed = Given.Deployment(2, DeploymentRolloutState.Failed);
        Moves([failed, Given.Completed(1)], "abc", "1HHD").ShouldBe(("c", ""));
    }

    private static (string Starts, string Stops) Moves(DeploymentState deployment, string instances, string tasks) =>
        Moves([deployment], instances, tasks);

    private static (string Starts, string Stops) Moves(ImmutableArray<DeploymentState> deployments, string instances, string tasks, int min = 0)
    {
        var plan = ServicePlanner.Plan(View(deployments, instances, tasks, min), Given.Noon);
        return (string.Concat(plan.Starts.Select(s => s.Instance)), string.Join(' ', plan.Stops.Select(s => s.TaskId)));
    }

    /// <param name="instances">One letter each; X is not wanted, y is not connected. The first task is on the first of them, and so on.</param>
    private static ServiceView View(ImmutableArray<DeploymentState> deployments, string instances, string tasks, int min)
    {
        ImmutableArray<DaemonInstance> daemon = [.. instances.Select(i => new DaemonInstance($"{i}", i != 'X', i != 'y'))];
        var view = Given.View(daemon.Count(i => i.IsWanted), deployments, tasks);
        return view with
        {
            Daemon = daemon,
            MinimumHealthyPercent = min,
            MaximumPercent = 100,
            Tasks = [.. view.Tasks.Select((t, i) => t with { Instance = daemon[Math.Min(i, daemon.Length - 1)].Id })],
        };
    }
}
