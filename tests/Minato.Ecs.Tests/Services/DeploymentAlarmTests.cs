using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Shouldly;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

public sealed class DeploymentAlarmTests
{
    private const string Errors = "errors";
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(2);
    private static readonly DeploymentState s_watched = Given.Deployment(2) with { Alarms = new() { IsWatched = true } };

    [Fact]
    public void An_alarm_that_goes_off_fails_the_deployment_and_rolls_back()
    {
        var plan = Plan("2H 1HHH", StateValue.Alarm, deployments: [s_watched, Given.Completed(1)]);
        plan.RolledBackTo.ShouldNotBeNull().Id.ShouldBe(Given.Id(1));
        plan.Events.Select(e => e.Message).ShouldContain($"(service web) (deployment {Given.Id(2)}) deployment failed: alarm detected.");
        plan.Deployments[1].RolloutReason.ShouldBe("ECS deployment failed: alarm detected.");
        plan.Outcomes.Single().Failure.ShouldNotBeNull().Alarms.ShouldBe([Errors]);
    }

    [Fact]
    public void Without_rollback_the_deployment_is_stopped()
    {
        var plan = Plan("2H 1HHH", StateValue.Alarm, rollback: false, deployments: [s_watched, Given.Completed(1)]);
        plan.RolledBackTo.ShouldBeNull();
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Failed);
        plan.Outcomes.Single().Status.ShouldBe(ServiceDeploymentStatus.Stopped);
    }

    [Fact]
    public void The_first_to_trip_decides_and_its_own_rollback_flag_applies()
    {
        var breaker = new BreakerSettings(true, false);
        Plan("2FFF 1HHH", StateValue.Ok, breaker: breaker, deployments: [s_watched, Given.Completed(1)]).RolledBackTo.ShouldBeNull();
        Plan("2FF 1HHH", StateValue.Alarm, breaker: breaker, deployments: [s_watched, Given.Completed(1)]).RolledBackTo.ShouldNotBeNull();
    }

    [Fact]
    public void An_alarm_in_ALARM_at_the_start_disables_the_watch_for_the_whole_deployment()
    {
        var plan = Plan("1HHH", StateValue.Alarm, deployments: [Given.Deployment(2), Given.Completed(1)]);
        plan.Deployments[0].Alarms.ShouldBe(new AlarmWatch { IsWatched = false });
        plan.RolledBackTo.ShouldBeNull();
        Plan("2H 1HHH", StateValue.Alarm, deployments: [.. plan.Deployments]).RolledBackTo.ShouldBeNull();
    }

    [Fact]
    public void The_deployment_is_completed_only_after_its_bake_time()
    {
        var plan = Plan("2HHH", StateValue.Ok, bake: TimeSpan.FromMinutes(10), deployments: s_watched);
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.InProgress);
        plan.Deployments[0].Alarms.ShouldNotBeNull().BakingSince.ShouldBe(Given.Noon);
        plan.WakeAt.ShouldBe(Given.Noon.AddMinutes(10));
        plan.Events.ShouldBeEmpty();
        Plan("2HHH", StateValue.Ok, bake: TimeSpan.FromMinutes(10), now: Given.Noon.AddMinutes(10), deployments: [.. plan.Deployments])
            .Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Completed);
    }

    [Fact]
    public void A_bake_time_nobody_asked_for_is_as_long_as_the_alarms_look_back() =>
        Plan("2HHH", StateValue.Ok, deployments: s_watched).WakeAt.ShouldBe(Given.Noon + s_window);

    [Fact]
    public void A_bake_time_begins_when_the_older_revision_is_gone() =>
        Plan("2HHH 1L", StateValue.Ok, deployments: [s_watched, Given.Completed(1)]).Deployments[0].Alarms.ShouldNotBeNull().BakingSince.ShouldBeNull();

    [Fact]
    public void A_rollback_is_not_watched()
    {
        var back = Given.Deployment(1) with { RollingBackServiceDeployment = "sd-2", IsOutcomeRecorded = true };
        Plan("1HHH", StateValue.Alarm, deployments: back).Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Completed);
    }

    [Fact]
    public void An_alarm_set_during_an_update_rolls_the_service_back() => ServiceWorld.Run(1, async world =>
    {
        var first = await BeginAsync(world);
        await world.RollAsync(ServiceWorld.Better);
        await world.World.RunFor(TimeSpan.FromSeconds(30));
        await world.World.Client<ICloudWatch>().SetAlarmStateAsync(
            new() { AlarmName = Errors, StateValue = StateValue.Alarm, StateReason = "a drill" }, world.World.Caller, default);
        await world.SettledAsync(TimeSpan.FromMinutes(30));
        (await world.DescribeAsync()).TaskDefinition.ShouldBe(first.TaskDefinition);
        var deployment = await NewestAsync(world);
        deployment.Status.ShouldBe(ServiceDeploymentStatus.RollbackSuccessful);
        deployment.Alarms.ShouldNotBeNull().Status.ShouldBe(ServiceDeploymentRollbackMonitorsStatus.Triggered);
        (deployment.Alarms.TriggeredAlarmNames ?? []).ShouldBe([Errors]);
        deployment.DeploymentCircuitBreaker.ShouldNotBeNull().Status.ShouldBe(ServiceDeploymentRollbackMonitorsStatus.MonitoringComplete);
    });

    [Fact]
    public void A_quiet_alarm_lets_the_update_end_after_the_bake_time() => ServiceWorld.Run(1, async world =>
    {
        await BeginAsync(world);
        await world.RollAsync(ServiceWorld.Better);
        await world.SettledAsync(TimeSpan.FromMinutes(30));
        var deployment = await NewestAsync(world);
        deployment.Status.ShouldBe(ServiceDeploymentStatus.Successful);
        deployment.Alarms.ShouldNotBeNull().Status.ShouldBe(ServiceDeploymentRollbackMonitorsStatus.MonitoringComplete);
        (deployment.FinishedAt - deployment.StartedAt).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(1));
    });

    private static async Task<Service> BeginAsync(ServiceWorld world)
    {
        await world.World.Client<ICloudWatch>().PutMetricAlarmAsync(
            new()
            {
                AlarmName = Errors, Namespace = "Shop", MetricName = "Errors", Statistic = Statistic.Sum, Period = 60, EvaluationPeriods = 1,
                Threshold = 1, ComparisonOperator = ComparisonOperator.GreaterThanThreshold, TreatMissingData = "ignore",
            },
            world.World.Caller, default);
        var request = await world.RequestAsync();
        await world.CreateAsync(request with
        {
            DeploymentConfiguration = new()
            {
                DeploymentCircuitBreaker = new() { Enable = true, Rollback = true }, Alarms = new() { AlarmNames = [Errors], Enable = true, Rollback = true },
            },
        });
        await world.SettledAsync(TimeSpan.FromMinutes(30));
        return await world.DescribeAsync();
    }

    private static async Task<ServiceDeployment> NewestAsync(ServiceWorld world) =>
        (await world.Ecs.DescribeServiceDeploymentsAsync(
            new() { ServiceDeploymentArns = [(await world.DeploymentsAsync())[0].ServiceDeploymentArn ?? ""] }, world.World.Caller, default))
        .ServiceDeployments?[0] ?? throw new InvalidOperationException("No service deployment came back.");

    private static ServicePlan Plan(
        string tasks, StateValue state, bool rollback = true, BreakerSettings? breaker = null, TimeSpan? bake = null, DateTimeOffset? now = null,
        params DeploymentState[] deployments) =>
        ServicePlanner.Plan(Given.View(3, [.. deployments], tasks) with
        {
            Breaker = breaker ?? BreakerSettings.Off,
            Alarms = new([Errors], rollback, bake),
            AlarmReadings = ImmutableDictionary<string, AlarmReading>.Empty.Add(Errors, new(state, s_window)),
        }, now ?? Given.Noon);
}
