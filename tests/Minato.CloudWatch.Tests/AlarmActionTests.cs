using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Sns;
using Minato.Engines.Alarms;
using Minato.Engines.Functions;
using Minato.EventBridge;
using Minato.Sns;
using Minato.Testing;
using static Minato.CloudWatch.Tests.CloudWatchWorld;

namespace Minato.CloudWatch.Tests;

/// <summary>What an alarm does when its state changes.</summary>
public sealed class AlarmActionTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:sink";
    private const string Policy = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/ecs/service/default/web:policyName/up";

    [Fact]
    public void A_topic_gets_the_notification_that_AWS_sends() => Run(async (w, cloudWatch) =>
    {
        var topic = await TopicAsync(w);
        await cloudWatch.PutMetricAlarmAsync(Alarm() with
        {
            AlarmDescription = "too many", AlarmActions = [topic], Dimensions = [new() { Name = "Shop", Value = "north" }], TreatMissingData = "notBreaching",
        }, w.Caller, default);
        await SetAsync(w, cloudWatch, StateValue.Alarm);
        await w.Eventually(() => w.Functions.Invocations.Count == 1, TimeSpan.FromSeconds(10));
        var sns = JsonNode.Parse(w.Functions.Invocations.Single().Payload)?["Records"]?[0]?["Sns"];
        ((string?)sns?["Subject"]).ShouldBe("ALARM: \"errors\" in US East (N. Virginia)");
        var message = JsonNode.Parse((string?)sns?["Message"] ?? "")?.AsObject() ?? [];
        message.Select(m => m.Key).ShouldBe(
        [
            "AlarmName", "AlarmDescription", "AWSAccountId", "AlarmConfigurationUpdatedTimestamp", "NewStateValue", "NewStateReason", "StateChangeTime", "Region", "AlarmArn",
            "OldStateValue", "OKActions", "AlarmActions", "InsufficientDataActions", "Trigger",
        ]);
        ((string?)message["StateChangeTime"] ?? "").ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$");
        message["Trigger"]?.ToJsonString().ShouldBe(
            """{"MetricName":"Errors","Namespace":"Shop","StatisticType":"Statistic","Statistic":"SUM","Unit":null,"Dimensions":[{"value":"north","name":"Shop"}],"Period":60,"EvaluationPeriods":1,"ComparisonOperator":"GreaterThanThreshold","Threshold":50,"TreatMissingData":"notBreaching","EvaluateLowSampleCountPercentile":""}""");
        await w.Eventually(async () => (await ActionsAsync(w, cloudWatch)).Length == 1, TimeSpan.FromSeconds(10));
        var line = (await ActionsAsync(w, cloudWatch))[0];
        line.HistorySummary.ShouldBe($"Successfully executed action {topic}");
        var data = JsonNode.Parse(line.HistoryData ?? "");
        ((string?)data?["actionState"], (string?)data?["notificationResource"]).ShouldBe(("Succeeded", topic));
        ((string?)data?["publishedMessage"] ?? "").ShouldContain("\"NewStateValue\":\"ALARM\"");
    });

    [Fact]
    public void A_change_of_state_is_an_event() => Run(async (w, cloudWatch) =>
    {
        w.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        var events = w.Client<IEventbridge>();
        await events.PutRuleAsync(new() { Name = "alarms", EventPattern = """{"source":["aws.cloudwatch"],"detail-type":["CloudWatch Alarm State Change"]}""" }, w.Caller, default);
        await events.PutTargetsAsync(new() { Rule = "alarms", Targets = [new() { Id = "t", Arn = Function }] }, w.Caller, default);
        await cloudWatch.PutMetricAlarmAsync(Alarm(), w.Caller, default);
        await SetAsync(w, cloudWatch, StateValue.Alarm);
        await w.Eventually(() => w.Functions.Invocations.Count == 1, TimeSpan.FromSeconds(10));
        var told = JsonNode.Parse(w.Functions.Invocations.Single().Payload);
        ((string?)told?["resources"]?[0]).ShouldBe("arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors");
        var detail = told?["detail"];
        ((string?)detail?["alarmName"], (string?)detail?["state"]?["value"], (string?)detail?["previousState"]?["value"]).ShouldBe(("errors", "ALARM", "INSUFFICIENT_DATA"));
        detail?["configuration"]?["metrics"]?[0]?["metricStat"]?.ToJsonString().ShouldBe("""{"metric":{"namespace":"Shop","name":"Errors","dimensions":{}},"period":60,"stat":"Sum"}""");
    });

    [Fact]
    public void A_function_is_called_with_the_alarms_data() => Run(async (w, cloudWatch) =>
    {
        w.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { AlarmActions = [Function] }, w.Caller, default);
        await SetAsync(w, cloudWatch, StateValue.Alarm);
        await w.Eventually(() => w.Functions.Invocations.Count == 1, TimeSpan.FromSeconds(10));
        var got = JsonNode.Parse(w.Functions.Invocations.Single().Payload);
        ((string?)got?["source"], (string?)got?["alarmData"]?["alarmName"], (string?)got?["alarmData"]?["state"]?["value"]).ShouldBe(("aws.cloudwatch", "errors", "ALARM"));
    });

    [Fact]
    public void A_scaling_policy_is_told_at_each_evaluation_while_the_state_lasts() => World.Run(1, async w =>
    {
        var cloudWatch = w.Client<ICloudWatch>();
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { AlarmActions = [Policy], TreatMissingData = "breaching" }, w.Caller, default);
        await w.RunFor(TimeSpan.FromMinutes(3.5));
        var taker = w.Outside(_ => new Taker());
        taker.Told.Count.ShouldBe(3);
        taker.Told.ShouldAllBe(n => n.State == "ALARM" && n.ActionArn == Policy && n.Threshold == 50);
        (await ActionsAsync(w, cloudWatch)).Length.ShouldBe(1); // History has the first of them.
    }, (w, services) => Parts(services.AddSingleton<IAlarmActionTaker>(w.Outside(_ => new Taker()))));

    [Fact]
    public void What_cannot_be_done_is_history() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { AlarmActions = ["arn:aws:sns:us-east-1:123456789012:none", "arn:aws:automate:us-east-1:ec2:stop"] }, w.Caller, default);
        await SetAsync(w, cloudWatch, StateValue.Alarm);
        await w.Eventually(async () => (await ActionsAsync(w, cloudWatch)).Length == 2, TimeSpan.FromSeconds(10));
        var lines = await ActionsAsync(w, cloudWatch);
        lines.ShouldAllBe(l => l.HistorySummary != null && l.HistorySummary.StartsWith("Failed to execute action arn:", StringComparison.Ordinal));
        lines.Select(l => (string?)JsonNode.Parse(l.HistoryData ?? "")?["error"]).ShouldContain("Topic does not exist");
    });

    [Fact]
    public void Actions_are_carried_out_although_the_process_was_killed() => Run(async (w, cloudWatch) =>
    {
        w.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        w.Functions.Takes = TimeSpan.FromSeconds(5);
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { AlarmActions = [Function] }, w.Caller, default);
        await SetAsync(w, cloudWatch, StateValue.Alarm);
        await w.RestartAsync(TimeSpan.FromSeconds(1));
        await w.Eventually(() => w.Functions.Invocations.Count >= 1, TimeSpan.FromSeconds(30));
    });

    private sealed class Taker : IAlarmActionTaker
    {
        public List<AlarmNotice> Told { get; } = [];

        public bool Takes(string actionArn) => actionArn == Policy;

        public ValueTask<string?> TakeAsync(AlarmNotice notice, CancellationToken ct)
        {
            Told.Add(notice);
            return ValueTask.FromResult<string?>(null);
        }
    }

    private static void Run(Func<World, ICloudWatch, Task> test) => World.Run(1, w => test(w, w.Client<ICloudWatch>()), s => Parts(s));

    private static void Parts(IServiceCollection services) => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddCloudWatch().AddSns().AddEventBridge();

    private static Task SetAsync(World w, ICloudWatch cloudWatch, StateValue state) =>
        cloudWatch.SetAlarmStateAsync(new() { AlarmName = "errors", StateValue = state, StateReason = "a drill" }, w.Caller, default);

    private static async Task<AlarmHistoryItem[]> ActionsAsync(World w, ICloudWatch cloudWatch) =>
        [.. (await cloudWatch.DescribeAlarmHistoryAsync(new() { HistoryItemType = HistoryItemType.Action }, w.Caller, default)).AlarmHistoryItems ?? []];

    /// <summary>A topic whose messages a function gets.</summary>
    private static async Task<string> TopicAsync(World w)
    {
        w.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        var sns = w.Client<ISns>();
        var topic = (await sns.CreateTopicAsync(new() { Name = "ops" }, w.Caller, default)).TopicArn ?? "";
        await sns.SubscribeAsync(new() { TopicArn = topic, Protocol = "lambda", Endpoint = Function }, w.Caller, default);
        return topic;
    }
}
