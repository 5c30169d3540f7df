using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Tests.Planning;

/// <summary>Plans of tasks that a host runs as a whole, case by case.</summary>
public sealed class HostedTaskPlannerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClusterKey s_cluster = new(new("123456789012", "us-east-1"), "default");
    private static readonly HostView s_host = new() { IsConnected = true };

    private static TaskView View(HostView? host = null, Func<HostedProgress, HostedProgress>? hosted = null, HostReport? report = null, NetworkMode mode = NetworkMode.Bridge)
    {
        var definition = new TaskDefinitionState
        {
            Key = new(s_cluster.Scope, "web", 1),
            Definition = new() { NetworkMode = mode, ContainerDefinitions = [new() { Name = "app", Image = "app:1" }] },
        };
        var task = TaskState.Create(new() { Cluster = s_cluster, LaunchType = LaunchType.Ec2, ContainerInstance = "one" }, definition, new Ids(1), s_noon);
        var prepared = new HostedProgress { ExecutionKeysId = "e" };
        return new()
        {
            Task = task with { Report = report, Progress = task.Progress with { Hosted = hosted?.Invoke(prepared) ?? prepared } },
            Definition = definition, Host = host ?? s_host, InputsReady = true,
        };
    }

    private static HostedProgress Taken(HostedProgress h) => h with { IsOffered = true, IsTaken = true };

    private static HostReport Says(ReportedStatus status, ReportedStatus container, bool hasRun = true, string? reason = null) => new()
    {
        Status = status, Containers = [new() { Name = "app", Status = container, HasRun = hasRun, Reason = reason, ExitCode = container == ReportedStatus.Stopped && hasRun ? 1 : null }],
    };

    private static TaskView Stop(TaskView view) => view with { Task = view.Task.RequestStop(TaskStopCode.UserInitiated, "Task stopped by user", s_noon) };

    private static TaskPlan Plan(TaskView view) => TaskPlanner.Plan(view, s_noon);

    [Fact]
    public void A_connected_host_is_given_the_task() => Plan(View()).Moves.ShouldBe([new TaskMove.HandOver()]);

    [Fact]
    public void Secrets_are_read_before() => Plan(View() with { InputsReady = false }).Moves.ShouldBe([new TaskMove.ReadInputs()]);

    [Fact]
    public void A_host_that_is_away_is_waited_for() => Plan(View(s_host with { IsConnected = false })).Moves.ShouldBeEmpty();

    [Fact]
    public void An_order_on_its_way_is_not_given_twice() => Plan(View(s_host with { Start = new OrderState.InFlight() })).Moves.ShouldBeEmpty();

    [Fact]
    public void What_was_offered_and_not_taken_is_offered_again() =>
        Plan(View(hosted: h => h with { IsOffered = true })).Moves.ShouldBe([new TaskMove.HandOver()]);

    [Fact]
    public void What_was_taken_is_never_offered_again() => Plan(View(hosted: Taken)).Moves.ShouldBeEmpty();

    [Fact]
    public void A_report_stands_for_an_acknowledgement()
    {
        var plan = Plan(View(hosted: h => h with { IsOffered = true }, report: Says(ReportedStatus.Pending, ReportedStatus.Pending, hasRun: false)));
        plan.Moves.ShouldBeEmpty();
        plan.Progress.Hosted?.IsTaken.ShouldBeTrue();
    }

    [Fact]
    public void A_task_is_RUNNING_when_its_host_says_so()
    {
        var plan = Plan(View(hosted: Taken, report: Says(ReportedStatus.Running, ReportedStatus.Running)));
        (plan.Progress.LastStatus, plan.Progress.StartedAt).ShouldBe((TaskLastStatus.Running, s_noon));
    }

    [Fact]
    public void Targets_are_registered_before_it_is_RUNNING()
    {
        var view = View(hosted: Taken, report: Says(ReportedStatus.Running, ReportedStatus.Running));
        view = view with { Task = view.Task with { LoadBalancers = [new() { TargetGroupArn = "arn:tg", ContainerName = "app", ContainerPort = 80 }] } };
        var plan = Plan(view);
        plan.Moves.ShouldBe([new TaskMove.RegisterTargets()]);
        plan.Progress.LastStatus.ShouldBe(TaskLastStatus.Activating);
    }

    [Theory]
    [InlineData(true, TaskStopCode.EssentialContainerExited, "Essential container in task exited")]
    [InlineData(false, TaskStopCode.TaskFailedToStart, "Task failed to start")]
    public void An_end_that_nobody_asked_for_is_told_by_whether_it_ran(bool hasRun, TaskStopCode code, string reason)
    {
        var plan = Plan(View(hosted: Taken, report: Says(ReportedStatus.Stopped, ReportedStatus.Stopped, hasRun)));
        (plan.Progress.LastStatus, plan.Progress.StopCode, plan.Progress.StoppedReason).ShouldBe((TaskLastStatus.Stopped, code, reason));
        plan.Progress.IsCleanedUp.ShouldBeTrue();
    }

    [Fact]
    public void A_stop_is_ordered_and_waited_for()
    {
        var running = View(hosted: Taken, report: Says(ReportedStatus.Running, ReportedStatus.Running));
        Plan(Stop(running)).Moves.ShouldBe([new TaskMove.OrderStop()]);
        var ordered = Plan(Stop(running with { Host = s_host with { Stop = new OrderState.Taken() } }));
        ordered.Moves.ShouldBeEmpty();
        ordered.Progress.LastStatus.ShouldBe(TaskLastStatus.Stopping);
    }

    [Fact]
    public void The_order_to_stop_comes_after_the_one_to_start() =>
        Plan(Stop(View(s_host with { Start = new OrderState.InFlight() }, h => h with { IsOffered = true }))).Moves.ShouldBeEmpty();

    [Fact]
    public void What_was_never_offered_has_ended_at_once() => Plan(Stop(View())).Progress.LastStatus.ShouldBe(TaskLastStatus.Stopped);

    [Fact]
    public void What_may_have_arrived_is_stopped_like_what_has() =>
        Plan(Stop(View(hosted: h => h with { IsOffered = true }))).Moves.ShouldBe([new TaskMove.OrderStop()]);

    [Fact]
    public void A_stop_waits_for_a_host_that_is_away() =>
        Plan(Stop(View(s_host with { IsConnected = false }, Taken))).Progress.LastStatus.ShouldBe(TaskLastStatus.Pending);

    [Fact]
    public void A_deregistered_host_that_is_away_is_not_waited_for() =>
        Plan(Stop(View(s_host with { IsConnected = false, IsActive = false }, Taken))).Progress.LastStatus.ShouldBe(TaskLastStatus.Stopped);

    [Fact]
    public void A_deregistered_host_that_is_there_is_ordered_first_and_then_not_waited_for()
    {
        var host = s_host with { IsActive = false };
        Plan(Stop(View(host, Taken))).Moves.ShouldBe([new TaskMove.OrderStop()]);
        Plan(Stop(View(host with { Stop = new OrderState.Taken() }, Taken))).Progress.LastStatus.ShouldBe(TaskLastStatus.Stopped);
    }

    [Fact]
    public void An_order_that_could_not_be_made_is_why_the_task_does_not_start()
    {
        var plan = Plan(View(s_host with { Start = new OrderState.Refused("no such role") }, h => h with { IsOffered = true }));
        (plan.Progress.LastStatus, plan.Progress.StopCode, plan.Progress.StoppedReason).ShouldBe((TaskLastStatus.Stopped, TaskStopCode.TaskFailedToStart, "no such role"));
    }

    [Theory]
    [InlineData(16, false, false)]
    [InlineData(15, false, true)]
    [InlineData(60, true, true)]
    public void Keys_are_renewed_a_quarter_of_an_hour_early_or_when_the_agent_has_lost_them(int minutesLeft, bool needsKeys, bool renews)
    {
        var plan = Plan(View(s_host with { NeedsKeys = needsKeys }, h => Taken(h) with { KeysExpireAt = s_noon.AddMinutes(minutesLeft) }));
        plan.Moves.Contains(new TaskMove.RenewKeys()).ShouldBe(renews);
        if (!renews) plan.Wake.ShouldBe(s_noon.AddMinutes(minutesLeft - 15));
    }

    [Fact]
    public void Without_roles_there_is_nothing_to_renew() => Plan(View(s_host with { NeedsKeys = true }, Taken)).Moves.ShouldBeEmpty();

    [Fact]
    public void An_interface_of_its_own_is_refused_in_words() =>
        Plan(View(mode: NetworkMode.Awsvpc)).Progress.StoppedReason.ShouldNotBeNull().ShouldContain("awsvpc");
}
