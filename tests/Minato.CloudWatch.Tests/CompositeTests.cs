using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.Contracts.CloudWatch;
using Minato.Engines.Functions;
using Minato.Testing;
using static Minato.CloudWatch.Tests.CloudWatchWorld;

namespace Minato.CloudWatch.Tests;

public sealed class CompositeTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:sink";

    // a is in ALARM, b is OK, c has insufficient data.
    [Theory]
    [InlineData("ALARM(a)", true)]
    [InlineData("ALARM(b)", false)]
    [InlineData("OK(b) AND INSUFFICIENT_DATA(c)", true)]
    [InlineData("ALARM(b) OR ALARM(a)", true)]
    [InlineData("NOT ALARM(a)", false)]
    [InlineData("NOT (ALARM(b) AND OK(b))", true)]
    [InlineData("ALARM(b) AND ALARM(b) OR ALARM(a)", true)] // AND binds more
    [InlineData("ALARM(b) AND (ALARM(b) OR ALARM(a))", false)]
    [InlineData("TRUE AND NOT FALSE", true)]
    [InlineData("ALARM(\"a\") AND ALARM('a')", true)]
    [InlineData("ALARM(none)", false)]
    [InlineData("AT_LEAST(1, ALARM, (a, b, c))", true)]
    [InlineData("AT_LEAST(2, ALARM, (a, b, c))", false)]
    [InlineData("AT_LEAST(33%, OK, (a, b, c))", true)]
    [InlineData("AT_LEAST(50%, OK, (a, b, c))", false)]
    public void A_rule_of_the_states_of_other_alarms(string rule, bool holds) => AlarmRuleExpression.Parse(rule).Holds(name => name switch
    {
        "a" => StateValue.Alarm, "b" => StateValue.Ok, "c" => StateValue.InsufficientData, _ => null,
    }).ShouldBe(holds);

    [Theory]
    [InlineData("")]
    [InlineData("ALARM(a) AND")]
    [InlineData("ALARM a")]
    [InlineData("ALARMED(a)")]
    [InlineData("(ALARM(a)")]
    [InlineData("ALARM(a) ALARM(b)")]
    [InlineData("AT_LEAST(x, OK, (a))")]
    [InlineData("ALARM(\"a)")]
    public void What_is_no_rule_is_refused(string rule) => Should.Throw<FormatException>(() => AlarmRuleExpression.Parse(rule));

    [Theory]
    [InlineData("ALARM", 0, null)] // held back as long as it lasts
    [InlineData("OK", -600, 10)] // the suppressor has its time to go off
    [InlineData("OK", 5, 65)] // it was in ALARM: the extension runs from its end
    [InlineData("OK", -30, 30)]
    public void Actions_wait_for_the_suppressor(string state, int since, int? release)
    {
        var changed = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var suppressor = (state == "ALARM" ? StateValue.Alarm : StateValue.Ok, changed.AddSeconds(since));
        Suppression.ReleaseAt(changed, suppressor, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)).ShouldBe(release is { } seconds ? changed.AddSeconds(seconds) : null);
        Suppression.ReleaseAt(changed, null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)).ShouldBe(changed);
    }

    [Fact]
    public void A_composite_alarm_follows_its_children() => Run(async (w, cloudWatch) =>
    {
        await ChildrenAsync(w, cloudWatch);
        await cloudWatch.PutCompositeAlarmAsync(new() { AlarmName = "both", AlarmRule = "ALARM(a) AND ALARM(b)" }, w.Caller, default);
        await StateAsync(w, cloudWatch, StateValue.Ok);
        (await CompositeAsync(w, cloudWatch)).StateReason.ShouldBe("arn:aws:cloudwatch:us-east-1:123456789012:alarm:both was created and its alarm rule evaluates to OK");
        await SetAsync(w, cloudWatch, "a", StateValue.Alarm);
        await SetAsync(w, cloudWatch, "b", StateValue.Alarm);
        await StateAsync(w, cloudWatch, StateValue.Alarm);
        ((await CompositeAsync(w, cloudWatch)).StateReason ?? "").ShouldStartWith("arn:aws:cloudwatch:us-east-1:123456789012:alarm:b transitioned to ALARM at ");
        await SetAsync(w, cloudWatch, "a", StateValue.Ok);
        await StateAsync(w, cloudWatch, StateValue.Ok);
        (await cloudWatch.DescribeAlarmsAsync(new() { ChildrenOfAlarmName = "both" }, w.Caller, default)).MetricAlarms?.Select(a => a.AlarmName).ShouldBe(["a", "b"]);
        (await cloudWatch.DescribeAlarmsAsync(new() { ParentsOfAlarmName = "a" }, w.Caller, default)).CompositeAlarms?.Select(a => a.AlarmName).ShouldBe(["both"]);
        (await cloudWatch.DescribeAlarmsAsync(new(), w.Caller, default)).CompositeAlarms.ShouldBe([]); // Only to those who ask for them.
        (await cloudWatch.DescribeAlarmHistoryAsync(new() { AlarmName = "both", AlarmTypes = [AlarmType.CompositeAlarm], HistoryItemType = HistoryItemType.StateUpdate }, w.Caller, default)).AlarmHistoryItems?.Length.ShouldBe(3);
    });

    [Fact]
    public void A_child_that_is_asked_about_is_not_deleted_and_a_rule_names_alarms_that_are_there() => Run(async (w, cloudWatch) =>
    {
        await ChildrenAsync(w, cloudWatch);
        (await w.Throws<AwsException>(() => cloudWatch.PutCompositeAlarmAsync(new() { AlarmName = "both", AlarmRule = "ALARM(none)" }, w.Caller, default)))
            .Message.ShouldBe("Could not save the composite alarm as alarms [none] in the alarm rule do not exist");
        await w.Throws<AwsException>(() => cloudWatch.PutCompositeAlarmAsync(
            new() { AlarmName = "both", AlarmRule = "ALARM(a)", AlarmActions = ["arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1"] }, w.Caller, default));
        await cloudWatch.PutCompositeAlarmAsync(new() { AlarmName = "both", AlarmRule = "ALARM(a)" }, w.Caller, default);
        (await w.Throws<AwsException>(() => cloudWatch.DeleteAlarmsAsync(new() { AlarmNames = ["a"] }, w.Caller, default)))
            .Message.ShouldBe("You cannot delete a as there are composite alarm(s) depending on it.");
        await cloudWatch.DeleteAlarmsAsync(new() { AlarmNames = ["a", "both"] }, w.Caller, default);
    });

    [Fact]
    public void What_a_suppressor_held_back_is_done_when_it_lets_go() => Run(async (w, cloudWatch) =>
    {
        w.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        await ChildrenAsync(w, cloudWatch);
        await cloudWatch.PutCompositeAlarmAsync(new()
        {
            AlarmName = "both", AlarmRule = "ALARM(a)", AlarmActions = [Function], ActionsSuppressor = "b", ActionsSuppressorWaitPeriod = 5, ActionsSuppressorExtensionPeriod = 10,
        }, w.Caller, default);
        await SetAsync(w, cloudWatch, "b", StateValue.Alarm);
        await SetAsync(w, cloudWatch, "a", StateValue.Alarm);
        await StateAsync(w, cloudWatch, StateValue.Alarm);
        await w.RunFor(TimeSpan.FromSeconds(20));
        w.Functions.Invocations.ShouldBeEmpty();
        (await CompositeAsync(w, cloudWatch)).ActionsSuppressedBy.ShouldBe(ActionsSuppressedBy.Alarm);
        await SetAsync(w, cloudWatch, "b", StateValue.Ok);
        await w.RunFor(TimeSpan.FromSeconds(8));
        w.Functions.Invocations.ShouldBeEmpty();
        await w.RunFor(TimeSpan.FromSeconds(5));
        w.Functions.Invocations.Count.ShouldBe(1);
    });

    /// <summary>Alarms without points, whose state stays as a test has set it.</summary>
    private static async Task ChildrenAsync(World w, ICloudWatch cloudWatch)
    {
        foreach (var name in new[] { "a", "b" })
        {
            await cloudWatch.PutMetricAlarmAsync(Alarm(name) with { TreatMissingData = "ignore" }, w.Caller, default);
            await SetAsync(w, cloudWatch, name, StateValue.Ok);
        }
    }

    private static Task SetAsync(World w, ICloudWatch cloudWatch, string name, StateValue state) =>
        cloudWatch.SetAlarmStateAsync(new() { AlarmName = name, StateValue = state, StateReason = "a drill" }, w.Caller, default);

    private static async Task<CompositeAlarm> CompositeAsync(World w, ICloudWatch cloudWatch) =>
        (await cloudWatch.DescribeAlarmsAsync(new() { AlarmNames = ["both"], AlarmTypes = [AlarmType.CompositeAlarm] }, w.Caller, default)).CompositeAlarms?.Single() ?? throw new InvalidOperationException("Gone.");

    private static Task StateAsync(World w, ICloudWatch cloudWatch, StateValue state) =>
        w.Eventually(async () => (await CompositeAsync(w, cloudWatch)).StateValue == state, TimeSpan.FromSeconds(5));
}
