using System.Globalization;
using Minato.EventBridge.Planning;

namespace Minato.EventBridge.Tests;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("cron(0 10 * * ? *)")]
    [InlineData("cron(0/15 * * * ? *)")]
    [InlineData("cron(15 10 ? * 6L 2019-2022)")]
    [InlineData("cron(0 2 ? * SAT#3 *)")]
    [InlineData("cron(5,35 14 * * ? *)")]
    [InlineData("cron(0/30 20-2 ? * MON-FRI *)")]
    [InlineData("rate(1 minute)")]
    [InlineData("rate(5 minutes)")]
    [InlineData("rate(1 day)")]
    public void Schedules_that_AWS_takes(string text) => RuleSchedule.TryParse(text, out _).ShouldBeTrue();

    [Theory]
    [InlineData("rate(1 minutes)")]
    [InlineData("rate(10 minute)")]
    [InlineData("rate(10 MINUTES)")]
    [InlineData("rate(0 minutes)")]
    [InlineData("rate(-10 minutes)")]
    [InlineData("rate(10 seconds)")]
    [InlineData("rate(10)")]
    [InlineData(" rate(10 minutes)")]
    [InlineData("rate(1 minutess)")]
    [InlineData("cron(0 1 * * * *)")]
    [InlineData("cron(0 1 ? * ? *)")]
    [InlineData("cron(71 8 1 * ? *)")]
    [InlineData("cron(7 20 * * NOT *)")]
    [InlineData("cron(0 2 ? * SAT#6 *)")]
    [InlineData("cron(0 2 * * ? 1969)")]
    [InlineData("cron(0/0 2 * * ? *)")]
    [InlineData("cron(0 2 * * ?)")]
    public void Schedules_that_AWS_refuses(string text) => RuleSchedule.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("at(2030-01-01T00:00:00)")]
    [InlineData("rate(2147483647 days)")]
    public void Rules_know_neither_single_times_nor_rates_beyond_a_century(string text) => RuleSchedule.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("cron(0 10 * * ? *)", "2026-03-01T09:59:59", "2026-03-01T10:00:00")]
    [InlineData("cron(0 10 * * ? *)", "2026-03-01T10:00:00", "2026-03-02T10:00:00")] // after, never at
    [InlineData("cron(0/15 * * * ? *)", "2026-03-01T23:46:00", "2026-03-02T00:00:00")]
    [InlineData("cron(5/20 * * * ? *)", "2026-03-01T10:26:00", "2026-03-01T10:45:00")]
    [InlineData("cron(0 8 1 * ? *)", "2026-01-31T12:00:00", "2026-02-01T08:00:00")]
    [InlineData("cron(0 8 L * ? *)", "2028-02-01T00:00:00", "2028-02-29T08:00:00")] // the last day of a month
    [InlineData("cron(0 8 3W * ? *)", "2026-05-01T00:00:00", "2026-05-04T08:00:00")] // 3 May 2026 is a Sunday
    [InlineData("cron(0 8 1W * ? *)", "2026-07-31T00:00:00", "2026-08-03T08:00:00")] // 1 August 2026 is a Saturday
    [InlineData("cron(15 10 ? * 6L *)", "2026-03-01T00:00:00", "2026-03-27T10:15:00")] // the last Friday
    [InlineData("cron(0 2 ? * SAT#3 *)", "2026-03-01T00:00:00", "2026-03-21T02:00:00")]
    [InlineData("cron(0 2 ? * 1 *)", "2026-03-02T00:00:00", "2026-03-08T02:00:00")] // 1 is Sunday
    [InlineData("cron(0/30 20-2 ? * MON-FRI *)", "2026-03-06T02:30:00", "2026-03-06T20:00:00")]
    [InlineData("cron(0 0 29 2 ? *)", "2026-01-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("cron(0 0 1 JAN ? 2030,2040)", "2030-06-01T00:00:00", "2040-01-01T00:00:00")]
    [InlineData("cron(0 0 1 1 ? 2019-2022)", "2026-01-01T00:00:00", null)] // never again
    [InlineData("cron(0 0 31 2 ? *)", "2026-01-01T00:00:00", null)]
    public void The_next_time_of_a_cron_expression(string text, string after, string? next) => Next(text, after, after).ShouldBe(next is null ? null : Time(next));

    [Theory]
    [InlineData("rate(5 minutes)", "2026-03-01T10:02:00", "2026-03-01T10:02:00", "2026-03-01T10:07:00")]
    [InlineData("rate(5 minutes)", "2026-03-01T10:02:00", "2026-03-01T10:07:00", "2026-03-01T10:12:00")]
    [InlineData("rate(1 hour)", "2026-03-01T10:02:00", "2026-03-03T00:00:00", "2026-03-03T00:02:00")]
    public void The_next_time_of_a_rate_counts_from_when_it_was_put(string text, string since, string after, string next) => Next(text, since, after).ShouldBe(Time(next));

    private static DateTimeOffset? Next(string text, string since, string after) =>
        RuleSchedule.TryParse(text, out var schedule) ? schedule.Next(Time(since), Time(after)) : throw new InvalidOperationException(text);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
