using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;

namespace Minato.Ecs.Tests.Services.Traffic;

/// <summary>Rules of the course, each as a plan.</summary>
public sealed class TrafficPlannerTests
{
    private const string Alternate = Given.TargetGroup + "-alternate";
    private const string Rule = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/1/2/3";
    private static readonly DeploymentConfiguration s_blueGreen = new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 10 };

    [Theory]
    [InlineData(DeploymentStrategy.BlueGreen, 1, 100)]
    [InlineData(DeploymentStrategy.Linear, 1, 10)] // 10 percent unless asked otherwise
    [InlineData(DeploymentStrategy.Linear, 9, 90)]
    [InlineData(DeploymentStrategy.Linear, 10, 100)]
    [InlineData(DeploymentStrategy.Canary, 1, 5)] // 5 percent unless asked otherwise
    [InlineData(DeploymentStrategy.Canary, 2, 100)]
    public void Steps_of_a_shift(DeploymentStrategy strategy, int step, double percent) =>
        TrafficSteps.Percent(new() { Strategy = strategy }, step).ShouldBe(percent);

    [Theory]
    [InlineData(33.3, 1, 33.3)]
    [InlineData(33.3, 3, 99.9)]
    [InlineData(33.3, 4, 100)]
    [InlineData(100.0, 1, 100)]
    public void A_linear_shift_ends_at_a_hundred(double step, int number, double percent) =>
        TrafficSteps.Percent(new() { Strategy = DeploymentStrategy.Linear, LinearConfiguration = new() { StepPercent = step } }, number).ShouldBe(percent);

    [Theory]
    [InlineData(DeploymentStrategy.Linear, 50, 6)]
    [InlineData(DeploymentStrategy.Linear, 100, 0)] // not applied after 100 percent
    [InlineData(DeploymentStrategy.Canary, 5, 10)]
    [InlineData(DeploymentStrategy.Canary, 100, 0)]
    [InlineData(DeploymentStrategy.BlueGreen, 100, 0)]
    public void A_step_is_watched_before_the_next(DeploymentStrategy strategy, double percent, int minutes) =>
        TrafficSteps.Bake(new() { Strategy = strategy }, percent).ShouldBe(TimeSpan.FromMinutes(minutes));

    [Theory]
    [InlineData(0, 0, 100)]
    [InlineData(0.1, 1, 999)]
    [InlineData(12.5, 125, 875)]
    [InlineData(99.9, 999, 1)]
    [InlineData(60, 60, 40)]
    [InlineData(100, 100, 0)]
    public void Weights_are_whole_and_at_most_999(double percent, int green, int blue)
    {
        var shares = Shares.Between("g", "b", percent);
        (Shares.Weight(shares, "g"), Shares.Weight(shares, "b")).ShouldBe((green, blue));
        shares.Sum(s => s.Percent).ShouldBe(100);
    }

    [Theory]
    [InlineData(nameof(TrafficStage.PreScaleUp), "1HHH", 0, 0)]
    [InlineData(nameof(TrafficStage.ScaleUp), "1HHH", 3, 0)] // green in full, whatever maximumPercent says
    [InlineData(nameof(TrafficStage.ScaleUp), "2HHS 1HHH", 0, 0)]
    [InlineData(nameof(TrafficStage.ScaleUp), "2HH 1HH", 1 + 1, 0)] // blue is kept in full, too
    [InlineData(nameof(TrafficStage.BakeTime), "2HHH 1HHH", 0, 0)] // blue runs for the whole bake time
    [InlineData(nameof(TrafficStage.CleanUp), "2HHH 1HHH", 0, 3)]
    public void Tasks_of_a_stage(string name, string tasks, int starts, int stops)
    {
        var stage = Enum.Parse<TrafficStage>(name);
        var percent = stage >= TrafficStage.PostProductionTrafficShift ? 100 : 0;
        // In the stages before SCALE_UP a plan goes on to the next one as soon as it may: a pause holds it.
        var view = View(stage, tasks, percent, percent);
        if (stage == TrafficStage.PreScaleUp) view = Changed(view, t => t with { Configuration = t.Configuration with { LifecycleHooks = [TrafficScene.Pause(DeploymentLifecycleHookStage.PreScaleUp)] } });
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((starts, stops));
    }

    [Fact]
    public void A_shift_is_asked_for_only_when_green_is_healthy()
    {
        Plan(TrafficStage.ProductionTrafficShift, "2HHS 1HHH", asked: 100, live: 0).Shifts.ShouldBeEmpty();
        var shift = Plan(TrafficStage.ProductionTrafficShift, "2HHH 1HHH", asked: 100, live: 0).Shifts.Single();
        shift.Rule.ShouldBe(Rule);
        shift.To.Single().ShouldBe(new GroupShare(Alternate, 100));
    }

    [Fact]
    public void A_rule_that_is_shifted_already_is_not_written_again()
    {
        var plan = Plan(TrafficStage.ProductionTrafficShift, "2HHH 1HHH", asked: 100, live: 100);
        plan.Shifts.ShouldBeEmpty();
        plan.Deployments[0].Traffic?.Stage.ShouldBe(TrafficStage.BakeTime);
    }

    [Fact]
    public void What_was_about_to_be_written_before_a_crash_is_ours()
    {
        var view = View(TrafficStage.ProductionTrafficShift, "2HHH 1HHH", asked: 50, live: 25);
        var ours = Changed(view, t => t with { Rules = [new() { Rule = Rule, Seen = Of(0), Asked = Of(25) }] });
        ServicePlanner.Plan(ours, Given.Noon).Shifts.Length.ShouldBe(1);
        var foreign = Changed(view, t => t with { Rules = [new() { Rule = Rule, Seen = Of(0), Asked = Of(50) }] });
        var plan = ServicePlanner.Plan(foreign, Given.Noon);
        plan.Shifts.ShouldBeEmpty();
        (plan.Deployments[0].Traffic?.Obstacle ?? "").ShouldContain("was changed outside of Amazon ECS");
    }

    [Theory]
    [InlineData(23.9, false)]
    [InlineData(24, true)]
    public void A_stage_lasts_24_hours_at_most(double hours, bool isOver)
    {
        var plan = ServicePlanner.Plan(View(TrafficStage.ScaleUp, "2SSS 1HHH", 0, 0), Given.Noon.AddHours(hours));
        (plan.Deployments[0].Traffic?.IsGoingBack).ShouldBe(isOver);
    }

    [Fact]
    public void A_stage_waits_for_a_person_for_longer()
    {
        var pause = TrafficScene.Pause(DeploymentLifecycleHookStage.PostScaleUp) with { TimeoutConfiguration = new() { TimeoutInMinutes = 20160 } };
        var view = Changed(View(TrafficStage.PostScaleUp, "2HHH 1HHH", 0, 0), t => t with { Configuration = t.Configuration with { LifecycleHooks = [pause] } });
        var paused = ServicePlanner.Plan(view, Given.Noon);
        paused.WakeAt.ShouldNotBeNull();
        var later = view with { Deployments = paused.Deployments };
        ServicePlanner.Plan(later, Given.Noon.AddDays(13)).Deployments[0].Traffic?.IsGoingBack.ShouldBe(false);
        var expired = ServicePlanner.Plan(later, Given.Noon.AddDays(14)).Deployments[0].Traffic;
        (expired?.IsGoingBack, expired?.Hooks[0].Status).ShouldBe((true, DeploymentLifecycleHookStatus.TimedOut));
    }

    [Fact]
    public void A_deployment_lasts_30_days_at_most()
    {
        var view = Changed(View(TrafficStage.BakeTime, "2HHH 1HHH", 100, 100), t => t with { StartedAt = Given.Noon.AddDays(-30) });
        ServicePlanner.Plan(view, Given.Noon).Deployments[0].Traffic?.BackBecause.ShouldBe("Service deployment exceeded the limit of 30 days.");
    }

    [Fact]
    public void A_rollback_that_cannot_reach_its_rule_fails_after_24_hours()
    {
        var view = Changed(View(TrafficStage.ProductionTrafficShift, "2HHH 1HHH", 0, live: 50), t => t with
        {
            BackBecause = "because", Rules = [new() { Rule = Rule, Seen = Of(100) }],
        });
        ServicePlanner.Plan(view, Given.Noon.AddHours(23)).Outcomes.ShouldBeEmpty();
        var plan = ServicePlanner.Plan(view, Given.Noon.AddHours(24));
        plan.Outcomes.Single().Status.ShouldBe(ServiceDeploymentStatus.RollbackFailed);
        plan.Moves.ShouldBe((0, 0)); // Whoever still gets traffic keeps running.
    }

    [Fact]
    public void A_rollback_waits_for_a_healthy_task_of_blue()
    {
        var back = Changed(View(TrafficStage.ProductionTrafficShift, "2HHH 1S", 0, live: 100), t => t with { BackBecause = "because", Rules = [new() { Rule = Rule, Seen = Of(100) }] });
        ServicePlanner.Plan(back, Given.Noon).Shifts.ShouldBeEmpty();
        ServicePlanner.Plan(back with { Tasks = Given.Tasks("2HHH 1H") }, Given.Noon).Shifts.Length.ShouldBe(1);
        ServicePlanner.Plan(back with { Tasks = Given.Tasks("2U 1S") }, Given.Noon).Shifts.Length.ShouldBe(1); // Nobody is healthy.
    }

    [Theory]
    [InlineData(true, ServiceDeploymentStatus.RollbackInProgress)]
    [InlineData(false, ServiceDeploymentStatus.Stopped)]
    public void The_circuit_breaker_decides_with_its_own_rollback_flag(bool rollback, ServiceDeploymentStatus outcome)
    {
        var view = View(TrafficStage.ScaleUp, "2PPP 1HHH", 0, 0) with { Breaker = View(TrafficStage.ScaleUp, "", 0, 0).Breaker with { Enable = true, Rollback = rollback } };
        var tripped = view with { Deployments = view.Deployments.SetItem(0, view.Deployments[0] with { Breaker = new() { FailureCount = 3 } }) };
        ServicePlanner.Plan(tripped, Given.Noon).Outcomes.Single().Status.ShouldBe(outcome);
    }

    [Theory]
    [InlineData(true, ServiceDeploymentStatus.RollbackInProgress)]
    [InlineData(false, ServiceDeploymentStatus.Stopped)]
    public void An_alarm_in_bake_time_decides_with_its_own_rollback_flag(bool rollback, ServiceDeploymentStatus outcome)
    {
        var view = View(TrafficStage.BakeTime, "2HHH 1HHH", 100, 100) with
        {
            Alarms = new(["errors"], rollback, null),
            AlarmReadings = ImmutableDictionary<string, AlarmReading>.Empty.Add("errors", new(Contracts.CloudWatch.StateValue.Alarm, TimeSpan.FromMinutes(1))),
        };
        var watched = view with { Deployments = view.Deployments.SetItem(0, view.Deployments[0] with { Alarms = new() { IsWatched = true } }) };
        ServicePlanner.Plan(watched, Given.Noon).Outcomes.Single().Status.ShouldBe(outcome);
    }

    [Fact]
    public void A_network_load_balancer_settles_for_ten_minutes_after_a_shift()
    {
        const string listener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/web/1/2";
        var view = View(TrafficStage.ProductionTrafficShift, "2HHH 1HHH", 100, 100);
        var green = view.Deployments[0] with { Spec = Spec(2, listener) };
        var shifted = view with
        {
            Deployments = view.Deployments.SetItem(0, green with { Traffic = green.Traffic is { } t ? t with { ShiftedAt = Given.Noon } : null }),
            Rules = view.Rules.Add(listener, new RuleReading.Forwarding(Of(100))),
        };
        ServicePlanner.Plan(shifted, Given.Noon.AddMinutes(9)).Deployments[0].Traffic?.Stage.ShouldBe(TrafficStage.ProductionTrafficShift);
        ServicePlanner.Plan(shifted, Given.Noon.AddMinutes(10)).Deployments[0].Traffic?.Stage.ShouldBe(TrafficStage.BakeTime);
    }

    [Theory]
    [InlineData(Given.TargetGroup, Alternate)]
    [InlineData(Alternate, Given.TargetGroup)]
    public void A_new_deployment_takes_the_group_that_does_not_serve(string serving, string taken)
    {
        var blue = Given.Completed(1) with { Spec = Spec(1), TargetGroups = [serving] };
        TrafficRoles.Cast(Given.Deployment(2) with { Spec = Spec(2) }, [blue], s_blueGreen).TargetGroups.ShouldBe([taken]);
        // A rolling update stays where the traffic is.
        TrafficRoles.Cast(Given.Deployment(2) with { Spec = Spec(2) }, [blue], new() { Strategy = DeploymentStrategy.Rolling }).TargetGroups.ShouldBe([serving]);
    }

    [Theory]
    [InlineData(nameof(TrafficStage.BakeTime), null, 1)]
    [InlineData(nameof(TrafficStage.CleanUp), null, 2)] // the tasks of 1 are told to stop: nobody goes back to them
    [InlineData(nameof(TrafficStage.CleanUp), "it failed", 1)]
    public void A_deployment_that_supersedes_a_shift_takes_over_from_the_one_that_serves(string stage, string? backBecause, int source)
    {
        var older = View(Enum.Parse<TrafficStage>(stage), "2HHH 1HHH", 100, 100).Deployments;
        older = older.SetItem(0, older[0] with { Traffic = older[0].Traffic is { } t ? t with { BackBecause = backBecause } : null });
        var cast = TrafficRoles.Cast(Given.Deployment(3) with { Spec = Spec(3) }, older, s_blueGreen);
        cast.Traffic.ShouldNotBeNull().SourceId.ShouldBe(Given.Completed(source).Id);
        cast.TargetGroups.ShouldBe([source == 1 ? Alternate : Given.TargetGroup]);
    }

    private static ServicePlan Plan(TrafficStage stage, string tasks, double asked, double live) => ServicePlanner.Plan(View(stage, tasks, asked, live), Given.Noon);

    /// <summary>Deployment 2 takes over from deployment 1, and the rule is as 2 wrote it.</summary>
    private static ServiceView View(TrafficStage stage, string tasks, double asked, double live)
    {
        var green = Given.Deployment(2) with
        {
            Spec = Spec(2),
            TargetGroups = [Alternate],
            Traffic = new()
            {
                Configuration = s_blueGreen, SourceId = Given.Id(1), Stage = stage, StartedAt = Given.Noon, EnteredAt = Given.Noon,
                ProductionPercent = asked, TestPercent = asked, Step = 1, Rules = [new() { Rule = Rule, Seen = Of(live) }],
            },
        };
        var blue = Given.Completed(1) with { Spec = Spec(1), TargetGroups = [Given.TargetGroup] };
        return Given.View(3, [green, blue], tasks) with
        {
            Rules = ImmutableDictionary<string, RuleReading>.Empty.Add(Rule, new RuleReading.Forwarding(Of(live))),
        };
    }

    private static ImmutableArray<GroupShare> Of(double percent) => Shares.Between(Alternate, Given.TargetGroup, percent);

    private static ServiceView Changed(ServiceView view, Func<TrafficState, TrafficState> change) => view with
    {
        Deployments = view.Deployments.SetItem(0, view.Deployments[0] with { Traffic = view.Deployments[0].Traffic is { } traffic ? change(traffic) : null }),
    };

    private static ServiceSpec Spec(int number, string rule = Rule) => Given.Deployment(number).Spec with
    {
        LoadBalancers = [new LoadBalancer
        {
            TargetGroupArn = Given.TargetGroup, ContainerName = "web", ContainerPort = 80,
            AdvancedConfiguration = new() { AlternateTargetGroupArn = Alternate, ProductionListenerRule = rule, RoleArn = "arn:aws:iam::123456789012:role/ecs" },
        }],
    };
}
