using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>Deployments that watch an alarm, and breakers with thresholds of their own.</summary>
public sealed class AlarmStories
{
    private const string Alarm = "errors";

    [Theory, Seeds(1, 100)]
    public void An_alarm_that_goes_off_at_any_moment_ends_in_the_old_version_or_the_new_one_whole(ulong seed) => Story.Run(seed, async story =>
    {
        await MakeAsync(story);
        var before = await story.BeginAsync();
        await story.Services.UpdateAsync(new()
        {
            Service = "web",
            DeploymentConfiguration = new() { Alarms = new() { AlarmNames = [Alarm], Enable = true, Rollback = true }, BakeTimeInMinutes = story.Between(1, 3) },
        });
        var isCrash = story.OneIn(4);
        var next = await story.Services.RollAsync(ServiceWorld.Better);
        await story.WaitAsync(240);
        if (isCrash) await story.KillContainersAsync(1, within: 1);
        await story.Services.World.Client<ICloudWatch>().PutMetricDataAsync(
            new() { Namespace = "Shop", MetricData = [new() { MetricName = "Errors", Value = 9 }] }, story.Services.World.Caller, default);
        var after = await story.EndAsync();
        var outcome = (await story.Services.DeploymentsAsync())[0].Status;
        outcome.ShouldBeOneOf(ServiceDeploymentStatus.Successful, ServiceDeploymentStatus.RollbackSuccessful);
        after.TaskDefinition.ShouldBe(outcome == ServiceDeploymentStatus.Successful ? next.TaskDefinition : before.TaskDefinition);
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 100)]
    public void A_bad_version_is_given_up_at_the_threshold_that_was_asked_for(ulong seed) => Story.Run(seed, async story =>
    {
        var before = await story.BeginAsync();
        var type = new[] { ThresholdType.Count, ThresholdType.BoundedPercent, ThresholdType.UnboundedPercent }[story.Chance.Next(3)];
        var threshold = new ThresholdConfiguration { Type = type, Value = story.Between(1, 10) };
        await story.Services.UpdateAsync(new()
        {
            Service = "web",
            DeploymentConfiguration = new()
            {
                DeploymentCircuitBreaker = new() { Enable = true, Rollback = true, ThresholdConfiguration = threshold, ResetOnHealthyTask = story.OneIn(2) },
            },
        });
        await story.Services.RollAsync(ServiceWorld.Missing);
        var after = await story.EndAsync();
        after.TaskDefinition.ShouldBe(before.TaskDefinition);
        var record = (await story.Services.Ecs.DescribeServiceDeploymentsAsync(
            new() { ServiceDeploymentArns = [(await story.Services.DeploymentsAsync())[0].ServiceDeploymentArn ?? ""] }, story.Services.World.Caller, default)).ServiceDeployments?[0];
        var breaker = record?.DeploymentCircuitBreaker;
        breaker?.Status.ShouldBe(ServiceDeploymentRollbackMonitorsStatus.Triggered);
        // AWS: three tasks that could not find out what the image's tag stands for are enough, whatever the threshold.
        (breaker?.FailureCount ?? 0).ShouldBeGreaterThanOrEqualTo(Math.Min(breaker?.Threshold ?? int.MaxValue, 3));
    });

    private static async Task MakeAsync(Story story) => await story.Services.World.Client<ICloudWatch>().PutMetricAlarmAsync(
        new()
        {
            AlarmName = Alarm, Namespace = "Shop", MetricName = "Errors", Statistic = Statistic.Sum, Period = 60, EvaluationPeriods = 1, Threshold = 1,
            ComparisonOperator = ComparisonOperator.GreaterThanThreshold, TreatMissingData = "notBreaching",
        },
        story.Services.World.Caller, default);
}
