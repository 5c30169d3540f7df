using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Tests;

public sealed class ScheduledTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("at(2026-03-28T15:30:00)", null, "2026-03-28T15:30:00Z"), InlineData("at(2026-03-28T15:30:00)", "Asia/Tokyo", null)]
    [InlineData("at(2026-03-29T10:00:00)", "Asia/Tokyo", "2026-03-29T01:00:00Z"), InlineData("rate(2 hours)", null, "2026-03-28T14:00:00Z")]
    [InlineData("cron(30 9 * * ? *)", null, "2026-03-29T09:30:00Z"), InlineData("cron(30 9 * * ? *)", "America/New_York", "2026-03-28T13:30:00Z")]
    [InlineData("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-30T00:30:00Z")] // Half past two on the 29th is missing there: clocks go forward.
    [InlineData("cron(0 8 ? * MON-FRI *)", "Europe/Berlin", "2026-03-30T06:00:00Z")]
    public void The_next_time_is_by_the_clock_of_the_zone(string schedule, string? zone, string? next) =>
        Schedules.First(Action(schedule) with { TimeZone = zone }, s_now).ShouldBe(next is null ? null : DateTimeOffset.Parse(next));

    [Fact]
    public void A_start_time_is_the_first_one_and_an_end_time_the_last()
    {
        Schedules.First(Action("rate(2 hours)") with { StartAt = s_now.AddHours(5) }, s_now).ShouldBe(s_now.AddHours(5));
        Schedules.Next(Action("rate(2 hours)") with { StartAt = s_now.AddHours(5) }, s_now.AddHours(5)).ShouldBe(s_now.AddHours(7));
        Schedules.First(Action("rate(2 hours)") with { EndAt = s_now.AddHours(1) }, s_now).ShouldBeNull();
    }

    [Fact]
    public void A_scheduled_action_changes_the_bounds_for_good_and_then_the_count() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 10);
        await PutAsync(w, "morning", w.World.Time.GetUtcNow().AddHours(1), 5, 8);
        await w.World.RunFor(TimeSpan.FromMinutes(59));
        w.Ecs.Desired.ShouldBe(2);
        await w.World.RestartAsync();
        await w.World.RunFor(TimeSpan.FromMinutes(2));
        w.Ecs.Desired.ShouldBe(5);
        var target = (await w.Scaling.DescribeScalableTargetsAsync(new() { ServiceNamespace = ServiceNamespace.Ecs }, w.Caller, default)).ScalableTargets?[0];
        (target?.MinCapacity, target?.MaxCapacity).ShouldBe((5, 8));
        var activities = await w.ActivitiesAsync();
        activities.Select(a => a.Cause).ShouldBe(["minimum capacity was set to 5", "scheduled action name morning was triggered"], ignoreOrder: true);
        activities.ShouldContain(a => a.Description == "Setting min capacity to 5 and max capacity to 8");
    });

    [Fact]
    public void While_it_is_suspended_a_scheduled_action_is_skipped() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(1, 10, new() { ScheduledScalingSuspended = true });
        await PutAsync(w, "morning", w.World.Time.GetUtcNow().AddHours(1), 5, 8);
        await w.World.RunFor(TimeSpan.FromHours(2));
        await w.RegisterAsync(null, null, new() { ScheduledScalingSuspended = false });
        await w.World.RunFor(TimeSpan.FromHours(2));
        w.Ecs.Desired.ShouldBe(2);
    });

    [Theory]
    [InlineData("a:b"), InlineData("a/b"), InlineData("a|b"), InlineData(" a")]
    public void A_name_has_no_colon_slash_or_bar_and_no_blank_at_its_ends(string name) => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync();
        await w.World.Throws<ValidationException>(() => PutAsync(w, name, s_now, 1, 2));
    });

    [Fact]
    public void Schedules_and_zones_are_checked() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync();
        await w.World.Throws<ValidationException>(() => w.Scaling.PutScheduledActionAsync(Request("a", "sometimes", 1, 2), w.Caller, default));
        await w.World.Throws<ValidationException>(() => w.Scaling.PutScheduledActionAsync(Request("a", "rate(1 hour)", 1, 2) with { Timezone = "Moon/Base" }, w.Caller, default));
        await w.World.Throws<ValidationException>(() => w.Scaling.PutScheduledActionAsync(Request("a", "rate(1 hour)", null, null), w.Caller, default));
        await w.Scaling.PutScheduledActionAsync(Request("a", "rate(1 hour)", 1, 2), w.Caller, default);
        var shown = (await w.Scaling.DescribeScheduledActionsAsync(new() { ServiceNamespace = ServiceNamespace.Ecs }, w.Caller, default)).ScheduledActions.ShouldNotBeNull().ShouldHaveSingleItem();
        shown.ScheduledActionARN.ShouldMatch("^arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:[0-9a-f-]{36}:resource/ecs/service/prod/web:scheduledActionName/a$");
        await w.Scaling.DeleteScheduledActionAsync(
            new() { ServiceNamespace = ServiceNamespace.Ecs, ResourceId = ScalingWorld.Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount, ScheduledActionName = "a" }, w.Caller, default);
        await w.World.Throws<ObjectNotFoundException>(() => w.Scaling.DeleteScheduledActionAsync(
            new() { ServiceNamespace = ServiceNamespace.Ecs, ResourceId = ScalingWorld.Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount, ScheduledActionName = "a" }, w.Caller, default));
    });

    private static Task PutAsync(ScalingWorld w, string name, DateTimeOffset at, int min, int max) =>
        w.Scaling.PutScheduledActionAsync(Request(name, $"at({at:yyyy-MM-dd'T'HH:mm:ss})", min, max), w.Caller, default);

    private static PutScheduledActionRequest Request(string name, string schedule, int? min, int? max) => new()
    {
        ScheduledActionName = name, ServiceNamespace = ServiceNamespace.Ecs, ResourceId = ScalingWorld.Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount,
        Schedule = schedule, ScalableTargetAction = new() { MinCapacity = min, MaxCapacity = max },
    };

    private static ScheduledState Action(string schedule) =>
        new() { Key = new(new(new("123456789012", "us-east-1"), "service/prod/web"), "a"), Uuid = "u", Schedule = schedule, CreatedAt = s_now };
}
