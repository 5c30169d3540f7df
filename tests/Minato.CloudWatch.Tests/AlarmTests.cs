using Minato.Contracts.CloudWatch;
using Minato.Testing;
using static Minato.CloudWatch.Tests.CloudWatchWorld;

namespace Minato.CloudWatch.Tests;

public sealed class AlarmTests
{
    private static readonly TimeSpan s_evaluation = TimeSpan.FromSeconds(61);

    [Fact]
    public void A_new_alarm_has_insufficient_data_then_goes_off_and_comes_back() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { TreatMissingData = "notBreaching", AlarmActions = ["arn:aws:sns:us-east-1:123456789012:ops"] }, w.Caller, default);
        var alarm = await DescribeAsync(w, cloudWatch);
        (alarm.StateValue, alarm.StateReason).ShouldBe((StateValue.InsufficientData, "Unchecked: Initial alarm creation"));
        await w.RunFor(s_evaluation);
        (await DescribeAsync(w, cloudWatch)).StateValue.ShouldBe(StateValue.Ok);

        await PutAsync(w, cloudWatch, 99.5);
        await w.RunFor(s_evaluation);
        alarm = await DescribeAsync(w, cloudWatch);
        alarm.StateValue.ShouldBe(StateValue.Alarm);
        (alarm.StateReason ?? "").ShouldMatch(@"^Threshold Crossed: 1 out of the last 1 datapoints \[99\.5 \(\d\d/\d\d/\d\d \d\d:\d\d:00\)\] was greater than the threshold \(50\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.$");

        await w.RunFor(TimeSpan.FromMinutes(4));
        (await DescribeAsync(w, cloudWatch)).StateValue.ShouldBe(StateValue.Ok);
        var history = (await cloudWatch.DescribeAlarmHistoryAsync(new() { AlarmName = "errors", ScanBy = ScanBy.TimestampAscending }, w.Caller, default)).AlarmHistoryItems ?? [];
        history.Select(h => h.HistorySummary).ShouldBe(
        [
            "Alarm \"errors\" created", "Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM",
            "Failed to execute action arn:aws:sns:us-east-1:123456789012:ops", "Alarm updated from ALARM to OK",
        ]);
    });

    [Fact]
    public void A_state_that_was_set_stands_until_the_next_evaluation() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { TreatMissingData = "notBreaching" }, w.Caller, default);
        await w.RunFor(s_evaluation);
        await cloudWatch.SetAlarmStateAsync(new() { AlarmName = "errors", StateValue = StateValue.Alarm, StateReason = "a drill" }, w.Caller, default);
        await w.RunFor(TimeSpan.FromSeconds(1));
        (await DescribeAsync(w, cloudWatch)).StateReason.ShouldBe("a drill");
        await w.RunFor(s_evaluation);
        (await DescribeAsync(w, cloudWatch)).StateValue.ShouldBe(StateValue.Ok);
        await w.Throws<ResourceNotFound>(() => cloudWatch.SetAlarmStateAsync(new() { AlarmName = "none", StateValue = StateValue.Ok, StateReason = "x" }, w.Caller, default));
        await w.Throws<InvalidFormatFault>(() => cloudWatch.SetAlarmStateAsync(
            new() { AlarmName = "errors", StateValue = StateValue.Ok, StateReason = "x", StateReasonData = "{" }, w.Caller, default));
    });

    [Fact]
    public void An_update_keeps_the_state_and_replaces_the_configuration() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { AlarmDescription = "first", Tags = [new() { Key = "team", Value = "shop" }] }, w.Caller, default);
        await cloudWatch.SetAlarmStateAsync(new() { AlarmName = "errors", StateValue = StateValue.Ok, StateReason = "fine" }, w.Caller, default);
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { Threshold = 7 }, w.Caller, default);
        var alarm = await DescribeAsync(w, cloudWatch);
        (alarm.StateValue, alarm.Threshold, alarm.AlarmDescription).ShouldBe((StateValue.Ok, 7, null));
        var tags = await cloudWatch.ListTagsForResourceAsync(new() { ResourceARN = alarm.AlarmArn ?? "" }, w.Caller, default);
        (tags.Tags ?? []).Select(t => t.Value).ShouldBe(["shop"]);
    });

    [Fact]
    public void Alarms_are_found_by_prefix_state_and_metric_and_deleted_by_name() => Run(async (w, cloudWatch) =>
    {
        foreach (var name in new[] { "a1", "a2", "b" }) await cloudWatch.PutMetricAlarmAsync(Alarm(name), w.Caller, default);
        await cloudWatch.SetAlarmStateAsync(new() { AlarmName = "a2", StateValue = StateValue.Alarm, StateReason = "x" }, w.Caller, default);
        (await NamesAsync(new() { AlarmNamePrefix = "a" })).ShouldBe(["a1", "a2"]);
        (await NamesAsync(new() { StateValue = StateValue.Alarm })).ShouldBe(["a2"]);
        (await NamesAsync(new() { AlarmTypes = [AlarmType.CompositeAlarm] })).ShouldBeEmpty();
        var page = await cloudWatch.DescribeAlarmsAsync(new() { MaxRecords = 2 }, w.Caller, default);
        (await NamesAsync(new() { MaxRecords = 2, NextToken = page.NextToken })).ShouldBe(["b"]);
        (await cloudWatch.DescribeAlarmsForMetricAsync(new() { Namespace = "Shop", MetricName = "Errors" }, w.Caller, default)).MetricAlarms?.Length.ShouldBe(3);
        await cloudWatch.DeleteAlarmsAsync(new() { AlarmNames = ["a1", "unknown", "b"] }, w.Caller, default);
        (await NamesAsync(new())).ShouldBe(["a2"]);

        async Task<string[]> NamesAsync(DescribeAlarmsRequest request) =>
            [.. ((await cloudWatch.DescribeAlarmsAsync(request, w.Caller, default)).MetricAlarms ?? []).Select(a => a.AlarmName ?? "")];
    });

    [Fact]
    public void Disabled_actions_are_not_tried() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricAlarmAsync(Alarm() with { AlarmActions = ["arn:aws:sns:us-east-1:123456789012:ops"] }, w.Caller, default);
        await cloudWatch.DisableAlarmActionsAsync(new() { AlarmNames = ["errors"] }, w.Caller, default);
        (await DescribeAsync(w, cloudWatch)).ActionsEnabled.ShouldBe(false);
        await cloudWatch.SetAlarmStateAsync(new() { AlarmName = "errors", StateValue = StateValue.Alarm, StateReason = "x" }, w.Caller, default);
        var actions = await cloudWatch.DescribeAlarmHistoryAsync(new() { HistoryItemType = HistoryItemType.Action }, w.Caller, default);
        (actions.AlarmHistoryItems ?? []).ShouldBeEmpty();
    });

    [Fact]
    public void What_an_alarm_cannot_be_is_refused() => Run(async (w, cloudWatch) =>
    {
        await w.Throws<InvalidParameterValueException>(() => cloudWatch.PutMetricAlarmAsync(Alarm() with { Period = 45 }, w.Caller, default));
        await w.Throws<InvalidParameterCombinationException>(() => cloudWatch.PutMetricAlarmAsync(Alarm() with { DatapointsToAlarm = 2 }, w.Caller, default));
        await w.Throws<MissingRequiredParameterException>(() => cloudWatch.PutMetricAlarmAsync(Alarm() with { Statistic = null }, w.Caller, default));
        await w.Throws<InvalidParameterCombinationException>(() => cloudWatch.PutMetricAlarmAsync(Alarm() with { ExtendedStatistic = "p99" }, w.Caller, default));
        await w.Throws<InvalidParameterValueException>(() => cloudWatch.PutMetricAlarmAsync(Alarm() with { TreatMissingData = "guess" }, w.Caller, default));
    });
}
