using Minato.Contracts.Ecs;

namespace Minato.Rehearsal.Tests;

/// <summary>Deployments that shift traffic: their steps, their hooks, their way back.</summary>
public sealed class TrafficTests
{
    private const string Function = "arn:aws:lambda:eu-west-1:111122223333:function:check";

    [Fact]
    public void A_linear_deployment_shifts_step_by_step_and_bakes_between()
    {
        var result = Rehearsal.Run(Shifting(DeploymentStrategy.Linear), new());
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        Weights(result).ShouldBe(["25", "50", "75", "100"]);
        result.Took.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(3 * 2 + 5)); // Three bakes between four steps, and the last.
        (result.LowestHealthy.Count, result.HighestTasks.Count).ShouldBe((3, 6));
    }

    [Fact]
    public void A_canary_takes_its_share_then_all()
    {
        var result = Rehearsal.Run(Shifting(DeploymentStrategy.Canary), new());
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        Weights(result).ShouldBe(["10", "100"]);
        result.Took.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(4 + 5));
    }

    [Theory]
    [InlineData(DeploymentStrategy.Linear), InlineData(DeploymentStrategy.Canary), InlineData(DeploymentStrategy.BlueGreen)]
    public void A_sick_version_never_gets_traffic(DeploymentStrategy strategy)
    {
        var result = Rehearsal.Run(Shifting(strategy), new() { FailureRate = 1 });
        result.Status.ShouldBe("ROLLBACK_SUCCESSFUL", string.Join('\n', result.Timeline));
        Weights(result).ShouldBeEmpty();
        result.LowestHealthy.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(DeploymentStrategy.Linear), InlineData(DeploymentStrategy.Canary), InlineData(DeploymentStrategy.BlueGreen)]
    public void An_alarm_in_the_middle_of_a_shift_takes_the_traffic_back(DeploymentStrategy strategy)
    {
        var input = Shifting(strategy).With(c => c with { Alarms = new() { AlarmNames = ["errors"], Enable = true, Rollback = true } });
        var result = Rehearsal.Run(input, new() { Alarms = [new("errors", TimeSpan.FromMinutes(3))] });
        result.Status.ShouldBe("ROLLBACK_SUCCESSFUL", string.Join('\n', result.Timeline));
        result.GivenUp.ShouldNotBeNull().At.ShouldBe(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(10));
        Weights(result)[^1].ShouldBe("0");
    }

    [Theory]
    [InlineData(HookEnd.Succeeded, "SUCCESSFUL"), InlineData(HookEnd.Failed, "ROLLBACK_SUCCESSFUL")]
    public void A_hook_answers_after_its_time(object says, string status)
    {
        var after = TimeSpan.FromMinutes(10);
        var result = Rehearsal.Run(Hooked(), new() { Hooks = [new(DeploymentLifecycleHookStage.PostTestTrafficShift, (HookEnd)says, after)] });
        result.Status.ShouldBe(status, string.Join('\n', result.Timeline));
        var answers = result.Timeline.Where(s => s.What.StartsWith("hook in POST_TEST_TRAFFIC_SHIFT", StringComparison.Ordinal)).ToList();
        answers[0].What.ShouldEndWith("IN_PROGRESS");
        var end = answers[^1].At;
        (end - answers[0].At).ShouldBe(after, TimeSpan.FromSeconds(2));
        result.Timeline.Where(s => s.What.Contains("100 %", StringComparison.Ordinal)).ShouldAllBe(s => s.At >= end, "the traffic waits for the hook");
    }

    [Fact]
    public void A_hook_that_never_ends_runs_into_its_timeout()
    {
        var input = Hooked(minutes: 30);
        var result = Rehearsal.Run(input, new() { Hooks = [new(DeploymentLifecycleHookStage.PostTestTrafficShift, HookEnd.InProgress, default)] });
        result.Status.ShouldBe("ROLLBACK_SUCCESSFUL", string.Join('\n', result.Timeline));
        result.GivenUp.ShouldNotBeNull().At.ShouldBeGreaterThan(TimeSpan.FromMinutes(30));
    }

    [Theory]
    [InlineData(HookEnd.Succeeded, "SUCCESSFUL"), InlineData(HookEnd.Failed, "ROLLBACK_SUCCESSFUL"), InlineData(HookEnd.InProgress, "IN_PROGRESS")]
    public void A_pause_waits_for_a_person_who_comes_or_does_not(object end, string status)
    {
        var pause = new DeploymentLifecycleHook { TargetType = DeploymentLifecycleHookTargetType.Pause, LifecycleStages = [DeploymentLifecycleHookStage.PostScaleUp] };
        var input = Given.BlueGreen().With(c => c with { LifecycleHooks = [pause] });
        var result = Rehearsal.Run(input, new() { Hooks = [new(DeploymentLifecycleHookStage.PostScaleUp, (HookEnd)end, TimeSpan.FromMinutes(20))] });
        result.Status.ShouldBe(status, string.Join('\n', result.Timeline));
        if (result.Took is { } took) took.ShouldBeGreaterThan(TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void Hooks_that_nobody_scripted_succeed_and_it_is_said()
    {
        var result = Rehearsal.Run(Hooked(), new());
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        result.Notes.ShouldHaveSingleItem().ShouldContain("lifecycle hooks succeed at once");
    }

    [Fact]
    public void A_stage_without_hooks_cannot_be_scripted() => Should.Throw<RehearsalException>(() => Rehearsal.Run(
        Hooked(), new() { Hooks = [new(DeploymentLifecycleHookStage.PreScaleUp, HookEnd.Failed, default)] })).Message.ShouldContain("its hooks are in POST_TEST_TRAFFIC_SHIFT.");

    private static RehearsalInput Hooked(int? minutes = null) => Given.BlueGreen().With(c => c with
    {
        LifecycleHooks =
        [
            new()
            {
                HookTargetArn = Function, RoleArn = "arn:aws:iam::111122223333:role/hooks", LifecycleStages = [DeploymentLifecycleHookStage.PostTestTrafficShift],
                TimeoutConfiguration = minutes is null ? null : new() { TimeoutInMinutes = minutes, Action = DeploymentLifecycleHookAction.Rollback },
            },
        ],
    });

    private static RehearsalInput Shifting(DeploymentStrategy strategy) => Given.BlueGreen().With(c => c with
    {
        Strategy = strategy,
        LinearConfiguration = strategy is DeploymentStrategy.Linear ? new() { StepPercent = 25, StepBakeTimeInMinutes = 2 } : null,
        CanaryConfiguration = strategy is DeploymentStrategy.Canary ? new() { CanaryPercent = 10, CanaryBakeTimeInMinutes = 4 } : null,
    });

    /// <summary>Percentages of traffic that the new version got, in order.</summary>
    private static string[] Weights(RehearsalResult result) => [.. result.Timeline.Where(s => s.What.EndsWith("% of traffic to the new version", StringComparison.Ordinal))
        .Select(s => s.What.Split(", ")[1].Split(' ')[0])];
}
