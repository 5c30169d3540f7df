using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Minato.EventBridge.Planning;

/// <summary>When a rule brings an event by itself.</summary>
internal abstract record RuleSchedule
{
    /// <param name="since">When the schedule was put or switched on.</param>
    /// <param name="after">The first time after this one is wanted.</param>
    /// <returns>Null when there is none any more.</returns>
    public abstract DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after);

    public static bool TryParse(string text, [NotNullWhen(true)] out RuleSchedule? schedule)
    {
        schedule = Inside(text, "rate(") is { } rate ? Rate(rate)
            : Inside(text, "cron(") is { } cron && CronExpression.TryParse(cron, out var expression) ? new Cron(expression) : null;
        return schedule is not null;
    }

    private static string? Inside(string text, string start) =>
        text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(')') ? text[start.Length..^1] : null;

    /// <summary>AWS: the unit is singular for exactly one of it.</summary>
    private static Every? Rate(string text)
    {
        if (text.Split(' ') is not [var number, var unit] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1) return null;
        TimeSpan? one = (value == 1 ? unit + "s" : unit) switch
        {
            "minutes" => TimeSpan.FromMinutes(1),
            "hours" => TimeSpan.FromHours(1),
            "days" => TimeSpan.FromDays(1),
            _ => null,
        };
        return one is { } span && (value != 1 || !unit.EndsWith('s')) ? new(span * value) : null;
    }

    private sealed record Every(TimeSpan Interval) : RuleSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after) =>
            since + Interval * (Math.Max(0, (after - since).Ticks / Interval.Ticks) + 1);
    }

    private sealed record Cron(CronExpression Expression) : RuleSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset since, DateTimeOffset after) => Expression.Next(after);
    }
}
