using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Minato.Aws.Schedules;

/// <summary>When something happens by itself: <c>rate(…)</c>, <c>cron(…)</c> or <c>at(…)</c>, as several services write it.</summary>
public abstract record ScheduleExpression
{
    private static readonly TimeSpan s_longestRate = TimeSpan.FromDays(36_500); // Longer ones would leave the calendar.

    private ScheduleExpression()
    {
    }

    /// <param name="since">When the schedule began; rates count from it.</param>
    /// <param name="after">The first time after this one is wanted.</param>
    /// <param name="zone">Whose clock cron and at mean; UTC unless given.</param>
    /// <returns>Null when there is none any more.</returns>
    public abstract DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after, TimeZoneInfo? zone = null);

    /// <summary>Between two times; null when it is no rate.</summary>
    public virtual TimeSpan? Interval => null;

    public static bool TryParse(string text, [NotNullWhen(true)] out ScheduleExpression? schedule)
    {
        schedule = Inside(text, "rate(") is { } rate ? RateOf(rate)
            : Inside(text, "at(") is { } at ? AtOf(at)
            : Inside(text, "cron(") is { } cron && CronExpression.TryParse(cron, out var expression) ? new Cron(expression) : null;
        return schedule is not null;
    }

    private static string? Inside(string text, string start) =>
        text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(')') ? text[start.Length..^1] : null;

    private static Rate? RateOf(string text)
    {
        if (text.Split(' ') is not [var number, var unit] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1) return null;
        TimeSpan? one = unit switch
        {
            "minute" or "minutes" => TimeSpan.FromMinutes(1),
            "hour" or "hours" => TimeSpan.FromHours(1),
            "day" or "days" => TimeSpan.FromDays(1),
            _ => null,
        };
        return one is { } span && value <= s_longestRate / span ? new(span * value) : null;
    }

    private static At? AtOf(string text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? new(time) : null;

    private sealed record Rate(TimeSpan Every) : ScheduleExpression
    {
        public override TimeSpan? Interval => Every;

        public override DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after, TimeZoneInfo? zone = null) =>
            after < since ? since + Every : since + (Every * (((after - since).Ticks / Every.Ticks) + 1));
    }

    private sealed record Cron(CronExpression Expression) : ScheduleExpression
    {
        public override DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after, TimeZoneInfo? zone = null) => Expression.Next(after, zone);
    }

    private sealed record At(DateTime Time) : ScheduleExpression
    {
        public override DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after, TimeZoneInfo? zone = null)
        {
            var there = zone ?? TimeZoneInfo.Utc;
            var at = new DateTimeOffset(Time, there.GetUtcOffset(Time)).ToUniversalTime();
            return at > after ? at : null;
        }
    }
}
