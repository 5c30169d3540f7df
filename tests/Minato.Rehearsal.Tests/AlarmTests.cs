using Minato.Contracts.CloudWatch;

namespace Minato.Rehearsal.Tests;

/// <summary>Deployment alarms of a rolling update: they act, and they make it bake.</summary>
public sealed class AlarmTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(6); // ECS looks at alarms every five.

    [Fact]
    public void An_alarm_that_goes_off_rolls_back_at_its_minute()
    {
        var result = Rehearsal.Run(Watched(bake: 10), new() { Alarms = [new("errors", TimeSpan.FromMinutes(5))] });
        result.Status.ShouldBe("ROLLBACK_SUCCESSFUL", string.Join('\n', result.Timeline));
        result.GivenUp.ShouldNotBeNull().At.ShouldBe(TimeSpan.FromMinutes(5), s_second);
        result.GivenUp.Reason.ShouldContain("alarm detected");
        result.Timeline.ShouldContain(s => s.What == "alarm errors goes off");
        result.LowestHealthy.Count.ShouldBe(3);
    }

    [Fact]
    public void Without_a_rollback_the_deployment_is_stopped()
    {
        var result = Rehearsal.Run(Watched(bake: 10, rollback: false), new() { Alarms = [new(null, TimeSpan.FromMinutes(1))] });
        (result.Status, result.IsSuccess).ShouldBe(("STOPPED", false));
    }

    [Fact]
    public void A_deployment_bakes_for_its_time_after_it_is_out()
    {
        var plain = Rehearsal.Run(Given.Web(), new()).Took ?? TimeSpan.Zero;
        (Rehearsal.Run(Watched(bake: 10), new()).Took ?? TimeSpan.Zero).ShouldBe(plain + TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Without_a_bake_time_it_bakes_as_long_as_the_real_alarm_looks_back()
    {
        var plain = Rehearsal.Run(Given.Web(), new()).Took ?? TimeSpan.Zero;
        var looks = Watched(bake: null) with { Alarms = [new MetricAlarm { AlarmName = "errors", Period = 60, EvaluationPeriods = 3, StateValue = StateValue.Ok }] };
        (Rehearsal.Run(looks, new()).Took ?? TimeSpan.Zero).ShouldBe(plain + TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void An_alarm_after_the_bake_time_comes_too_late() =>
        Rehearsal.Run(Watched(bake: 1), new() { Alarms = [new("errors", TimeSpan.FromMinutes(30))] }).Status.ShouldBe("SUCCESSFUL");

    [Fact]
    public void An_alarm_that_is_in_ALARM_already_is_not_watched_and_it_is_said()
    {
        var red = Watched(bake: 10) with { Alarms = [new MetricAlarm { AlarmName = "errors", Period = 60, EvaluationPeriods = 1, StateValue = StateValue.Alarm }] };
        var result = Rehearsal.Run(red, new() { Alarms = [new("errors", TimeSpan.FromMinutes(1))] });
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        result.Notes.ShouldHaveSingleItem().ShouldContain("does not watch its alarms");
    }

    [Fact]
    public void An_alarm_that_the_service_does_not_have_cannot_go_off()
    {
        Should.Throw<RehearsalException>(() => Rehearsal.Run(Watched(bake: 1), new() { Alarms = [new("other", default)] })).Message
            .ShouldBe("the service has no deployment alarm other, but errors.");
        Should.Throw<RehearsalException>(() => Rehearsal.Run(Given.Web(), new() { Alarms = [new(null, default)] })).Message.ShouldContain("no deployment alarms");
    }

    [Fact]
    public void Alarms_that_stay_quiet_are_said() => Rehearsal.Run(Watched(bake: 1), new()).Notes.ShouldHaveSingleItem().ShouldContain("--alarm, for example errors@5m");

    private static RehearsalInput Watched(int? bake, bool rollback = true) => Given.Web().With(c => c with
    {
        Alarms = new() { AlarmNames = ["errors"], Enable = true, Rollback = rollback }, BakeTimeInMinutes = bake,
    });
}
