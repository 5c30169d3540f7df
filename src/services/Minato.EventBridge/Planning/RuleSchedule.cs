using System.Diagnostics.CodeAnalysis;
using Minato.Aws.Schedules;

namespace Minato.EventBridge.Planning;

/// <summary>When a rule brings an event by itself: a rate or a cron expression in UTC.</summary>
internal static class RuleSchedule
{
    /// <summary>AWS: rules know no <c>at</c>, and the unit of their rates is singular for exactly one of it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ScheduleExpression? schedule)
    {
        schedule = null;
        var isOfRules = text.StartsWith("cron(", StringComparison.Ordinal)
            || (text.StartsWith("rate(", StringComparison.Ordinal) && text.EndsWith("s)", StringComparison.Ordinal) != text.StartsWith("rate(1 ", StringComparison.Ordinal));
        return isOfRules && ScheduleExpression.TryParse(text, out schedule);
    }
}
