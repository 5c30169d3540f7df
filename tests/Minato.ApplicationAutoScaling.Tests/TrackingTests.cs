using Minato.Contracts.ApplicationAutoScaling;
using Minato.Contracts.CloudWatch;

namespace Minato.ApplicationAutoScaling.Tests;

public sealed class TrackingTests
{
    [Fact]
    public void A_policy_keeps_two_alarms_as_AWS_names_them() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync();
        var made = await w.TrackAsync(target: 70);
        made.PolicyARN.ShouldMatch("^arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:[0-9a-f-]{36}:resource/ecs/service/prod/web:policyName/cpu$");
        var alarms = (await w.CloudWatch.DescribeAlarmsAsync(new(), w.Caller, default)).MetricAlarms ?? [];
        made.Alarms?.Select(a => a.AlarmName).ShouldBe(alarms.Select(a => a.AlarmName ?? ""), ignoreOrder: true);
        var high = alarms.Single(a => a.AlarmName?.StartsWith("TargetTracking-service/prod/web-AlarmHigh-", StringComparison.Ordinal) is true);
        (high.Threshold, high.Period, high.EvaluationPeriods, high.ComparisonOperator, high.TreatMissingData).ShouldBe((70, 60, 3, ComparisonOperator.GreaterThanThreshold, "missing"));
        high.AlarmDescription.ShouldNotBeNull().ShouldStartWith($"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {made.PolicyARN}:createdBy/");
        high.AlarmActions?[0].ShouldStartWith($"{made.PolicyARN}:createdBy/");
        (high.Namespace, high.MetricName, high.Statistic, high.Unit).ShouldBe(("AWS/ECS", "CPUUtilization", Statistic.Average, StandardUnit.Percent));
        var low = alarms.Single(a => a.AlarmName?.Contains("-AlarmLow-", StringComparison.Ordinal) is true);
        (low.Threshold, low.EvaluationPeriods, low.ComparisonOperator).ShouldBe((63, 15, ComparisonOperator.LessThanThreshold));
        await w.TrackAsync(target: 80, disableIn: true); // Without scale-in there is no lower one.
        var left = (await w.CloudWatch.DescribeAlarmsAsync(new(), w.Caller, default)).MetricAlarms.ShouldNotBeNull().ShouldHaveSingleItem();
        (left.AlarmName, left.Threshold).ShouldBe((high.AlarmName, 80));
    });

    [Fact]
    public void Load_above_the_target_scales_out_and_load_below_it_scales_in() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 10);
        await w.TrackAsync(target: 50, outCooldown: 60, inCooldown: 60);
        await w.LoadAsync(100, 3);
        await w.World.Eventually(() => w.Ecs.Desired == 4, TimeSpan.FromMinutes(1)); // Three minutes over the target.
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        var activity = (await w.ActivitiesAsync())[0];
        activity.Cause.ShouldMatch("^monitor alarm TargetTracking-service/prod/web-AlarmHigh-[0-9a-f-]{36} in state ALARM triggered policy cpu$");
        activity.StatusCode.ShouldBe(ScalingActivityStatusCode.Successful);
        await w.LoadAsync(10, 17);
        w.Ecs.Desired.ShouldBe(1); // ceil(4 × 10 ÷ 50)
    });

    [Fact]
    public void While_the_alarm_stays_the_action_is_repeated() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 10);
        await w.TrackAsync(target: 50, outCooldown: 30);
        await w.LoadAsync(60, 8);
        w.Ecs.Desired.ShouldBeGreaterThan(4); // Each minute one more: one transition alone would have made three.
    });

    [Fact]
    public void At_the_maximum_the_reason_is_told_once() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 2);
        await w.TrackAsync(target: 50);
        await w.LoadAsync(90, 7);
        w.Ecs.Desired.ShouldBe(2);
        (await w.ActivitiesAsync()).ShouldBeEmpty();
        var told = (await w.ActivitiesAsync(all: true)).ShouldHaveSingleItem();
        told.Description.ShouldBe("Attempting to scale due to alarm triggered");
        told.NotScaledReasons?[0].ShouldBe(new() { Code = "AlreadyAtMaxCapacity", MaxCapacity = 2, CurrentCapacity = 2 });
    });

    [Fact]
    public void EventBridge_hears_when_a_target_came_to_its_maximum() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 3);
        await w.TrackAsync(target: 50);
        await w.LoadAsync(100, 5);
        var told = w.Told.Where(e => e.Source != "aws.cloudwatch").ShouldHaveSingleItem();
        (told.Source, told.DetailType).ShouldBe(("aws.application-autoscaling", "Application Auto Scaling Scaling Activity State Change"));
        told.Detail.ShouldNotBeNull().ShouldContain("\"newDesiredCapacity\":3,\"oldDesiredCapacity\":2,\"minCapacity\":1,\"maxCapacity\":3");
    });

    [Fact]
    public void A_count_that_ECS_does_not_reach_stays_in_progress_and_a_newer_one_overrides_it() => ScalingWorld.Run(async w =>
    {
        w.Ecs.IsQuick = false;
        await w.RegisterAsync(3, 10);
        await w.World.Eventually(() => w.Ecs.Desired == 3, TimeSpan.FromSeconds(5));
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.ActivitiesAsync())[0].StatusCode.ShouldBe(ScalingActivityStatusCode.InProgress);
        await w.RegisterAsync(5, 10);
        await w.World.Eventually(() => w.Ecs.Desired == 5, TimeSpan.FromSeconds(5));
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.ActivitiesAsync()).Select(a => a.StatusCode).ShouldBe([ScalingActivityStatusCode.InProgress, ScalingActivityStatusCode.Overridden]);
        w.Ecs.Running = 5;
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        (await w.ActivitiesAsync())[0].StatusCode.ShouldBe(ScalingActivityStatusCode.Successful);
    });

    [Fact]
    public void A_resumed_target_does_what_its_alarms_still_want() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 10, new() { DynamicScalingOutSuspended = true });
        await w.TrackAsync(target: 50);
        await w.LoadAsync(100, 5);
        w.Ecs.Desired.ShouldBe(2);
        await w.RegisterAsync(null, null, new() { DynamicScalingOutSuspended = false });
        await w.World.Eventually(() => w.Ecs.Desired == 4, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void A_step_policy_acts_for_the_alarms_that_name_it() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 10);
        var policy = await w.Scaling.PutScalingPolicyAsync(new()
        {
            PolicyName = "steps", ServiceNamespace = ServiceNamespace.Ecs, ResourceId = ScalingWorld.Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount,
            PolicyType = PolicyType.StepScaling,
            StepScalingPolicyConfiguration = new()
            {
                AdjustmentType = AdjustmentType.ChangeInCapacity, Cooldown = 600,
                StepAdjustments = [new() { MetricIntervalLowerBound = 0, MetricIntervalUpperBound = 20, ScalingAdjustment = 1 }, new() { MetricIntervalLowerBound = 20, ScalingAdjustment = 4 }],
            },
        }, w.Caller, default);
        await w.CloudWatch.PutMetricAlarmAsync(new()
        {
            AlarmName = "busy", AlarmActions = [policy.PolicyARN], Namespace = "AWS/ECS", MetricName = "CPUUtilization", Statistic = Statistic.Average, Period = 60, EvaluationPeriods = 1,
            Threshold = 60, ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
            Dimensions = [new() { Name = "ClusterName", Value = "prod" }, new() { Name = "ServiceName", Value = "web" }],
        }, w.Caller, default);
        await w.LoadAsync(70, 3);
        w.Ecs.Desired.ShouldBe(3);
        await w.LoadAsync(95, 2);
        w.Ecs.Desired.ShouldBe(6); // +4 in the cooldown of +1: three more.
        (await w.ActivitiesAsync())[0].Cause.ShouldBe("monitor alarm busy in state ALARM triggered policy steps");
    });

    [Theory]
    [InlineData(MetricType.ALBRequestCountPerTarget), InlineData(MetricType.LambdaProvisionedConcurrencyUtilization)]
    public void A_predefined_metric_fits_the_service_and_has_its_label(MetricType metric) => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync();
        await w.World.Throws<ValidationException>(() => w.TrackAsync(metric: metric));
    });
}
