using Minato.CloudWatch;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudFormation.Tests;

public sealed class RollbackTriggerTests
{
    private const string Arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors";

    private static void Run(Func<CfnWorld, Task> test) => CfnWorld.RunWith(services => services.AddCloudWatch(), test);

    private static string Thing(string value) => $$"""
        Resources:
          A: { Type: Test::Cloud::Thing, Properties: { Name: a, Value: {{value}} } }
        """;

    private static RollbackConfiguration Watch(int minutes) => new() { MonitoringTimeInMinutes = minutes, RollbackTriggers = [new() { Arn = Arn, Type = "AWS::CloudWatch::Alarm" }] };

    private static Task PutAlarmAsync(CfnWorld w) => w.World.Client<ICloudWatch>().PutMetricAlarmAsync(new()
    {
        AlarmName = "errors", Namespace = "Shop", MetricName = "Errors", Statistic = Statistic.Sum, Period = 60, EvaluationPeriods = 1, Threshold = 50, TreatMissingData = "ignore",
        ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
    }, w.Caller, default);

    private static Task SoundAsync(CfnWorld w) =>
        w.World.Client<ICloudWatch>().SetAlarmStateAsync(new() { AlarmName = "errors", StateValue = StateValue.Alarm, StateReason = "test" }, w.Caller, default);

    [Fact]
    public void An_alarm_in_the_time_of_watching_rolls_an_update_back() => Run(async w =>
    {
        await PutAlarmAsync(w);
        await w.MadeAsync(Thing("1"));
        await w.UpdateAsync(Thing("2"), with: r => r with { RollbackConfiguration = Watch(10) });
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.UpdateInProgress);
        await SoundAsync(w);
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        w.PropertiesOf("A")["Value"]?.ToString().ShouldBe("1");
        (await w.TellAsync()).ShouldContain($"demo UPDATE_ROLLBACK_IN_PROGRESS Rollback trigger {Arn} went to ALARM state.");
    });

    [Fact]
    public void An_alarm_while_resources_are_made_cancels_them() => Run(async w =>
    {
        await PutAlarmAsync(w);
        w.Cloud.Takes = _ => TimeSpan.FromMinutes(10);
        await w.CreateAsync(Thing("1"), with: r => r with { RollbackConfiguration = Watch(0) });
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        await SoundAsync(w);
        await w.ReachAsync(StackStatus.RollbackComplete);
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void A_trigger_that_is_not_there_fails_the_operation() => Run(async w =>
    {
        await w.CreateAsync(Thing("1"), with: r => r with { RollbackConfiguration = Watch(5) });
        await w.ReachAsync(StackStatus.RollbackComplete);
        (await w.TellAsync()).ShouldContain(t => t.Contains($"Rollback trigger {Arn} does not exist.", StringComparison.Ordinal));
    });

    [Fact]
    public void A_stack_is_complete_when_its_time_of_watching_is_over() => Run(async w =>
    {
        await PutAlarmAsync(w);
        await w.CreateAsync(Thing("1"), with: r => r with { RollbackConfiguration = Watch(5) });
        await w.World.RunFor(TimeSpan.FromMinutes(4));
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.CreateInProgress);
        await w.ReachAsync(StackStatus.CreateComplete);
        // AWS: the triggers are the stack's from then on.
        await w.UpdateAsync(Thing("2"));
        await w.World.RunFor(TimeSpan.FromMinutes(4));
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.UpdateInProgress);
        await w.ReachAsync(StackStatus.UpdateComplete);
    });
}
