using Minato.ApplicationAutoScaling.State;
using Minato.Aws.Schedules;

namespace Minato.ApplicationAutoScaling.Planning;

/// <summary>When scheduled actions come.</summary>
internal static class Schedules
{
    /// <summary>The first time; AWS: a start time is the first one, whatever the recurrence says.</summary>
    public static DateTimeOffset? First(ScheduledState action, DateTimeOffset now)
    {
        if (action.StartAt is { } start && start > now && !action.Schedule.StartsWith("at(", StringComparison.Ordinal)) return Before(action, start);
        return Next(action, now);
    }

    /// <returns>Null when there is none any more.</returns>
    public static DateTimeOffset? Next(ScheduledState action, DateTimeOffset after) =>
        ScheduleExpression.TryParse(action.Schedule, out var schedule) && schedule.Next(action.StartAt ?? action.CreatedAt, after, ZoneOf(action.TimeZone)) is { } next ? Before(action, next) : null;

    /// <returns>Null for a name that is no zone's.</returns>
    public static TimeZoneInfo? ZoneOf(string? name) => name is null ? TimeZoneInfo.Utc : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    private static DateTimeOffset? Before(ScheduledState action, DateTimeOffset at) => action.EndAt is { } end && at > end ? null : at;
}
