using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Contracts.CloudWatch;
using Minato.CloudWatch.State;

namespace Minato.CloudWatch.Planning;

/// <summary>Why an alarm is in its state, in AWS's words and as data.</summary>
internal static class AlarmReasons
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff+0000";

    public static string Text(AlarmState alarm, AlarmRule rule, AlarmVerdict verdict, StateValue state)
    {
        if (state == StateValue.InsufficientData) return $"Insufficient Data: {Counted(verdict.Missing, "datapoint")} {Were(verdict.Missing)} unknown.";
        var told = verdict.Points.Where(p => rule.IsBreaching(p.Value ?? 0) == (state == StateValue.Alarm)).ToImmutableArray();
        if (told.IsEmpty)
            return $"Threshold Crossed: no datapoints were received for {Counted(verdict.Missing, "period")} and {Counted(verdict.Missing, "missing datapoint")} {Were(verdict.Missing)} treated as [{(state == StateValue.Alarm ? "Breaching" : "NonBreaching")}].";
        var list = string.Join(", ", told.Select(p => $"{Number(p.Value ?? 0)} ({p.At.UtcDateTime.ToString("dd'/'MM'/'yy HH:mm:ss", CultureInfo.InvariantCulture)})"));
        var compared = $"{Were(told.Length)} {(state == StateValue.Alarm ? "" : "not ")}{Compared(rule.Operator)} the threshold ({Number(rule.Threshold)})";
        if (alarm.State == StateValue.InsufficientData) return $"Threshold Crossed: {Counted(told.Length, "datapoint")} [{list}] {compared}.";
        var least = state == StateValue.Alarm ? rule.DatapointsToAlarm : rule.EvaluationPeriods - rule.DatapointsToAlarm + 1;
        return $"Threshold Crossed: {told.Length} out of the last {rule.EvaluationPeriods} datapoints [{list}] {compared}" +
            $" (minimum {Counted(least, "datapoint")} for {alarm.State.ToWire()} -> {state.ToWire()} transition).";
    }

    public static string Data(AlarmState alarm, AlarmRule rule, AlarmVerdict verdict, DateTimeOffset now) => new JsonObject
    {
        ["version"] = "1.0",
        ["queryDate"] = now.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture),
        ["startDate"] = verdict.Points.IsEmpty ? null : verdict.Points[^1].At.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture),
        ["statistic"] = alarm.Statistic,
        ["period"] = alarm.Asked.Period,
        ["recentDatapoints"] = new JsonArray([.. verdict.Points.Reverse().Select(p => (JsonNode?)p.Value)]),
        ["threshold"] = rule.Threshold,
        ["evaluatedDatapoints"] = new JsonArray([.. verdict.Points.Select(p => (JsonNode?)new JsonObject
        {
            ["timestamp"] = p.At.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture), ["sampleCount"] = p.SampleCount, ["value"] = p.Value,
        })]),
    }.ToJsonString();

    private static string Compared(ComparisonOperator by) => by switch
    {
        ComparisonOperator.GreaterThanOrEqualToThreshold => "greater than or equal to",
        ComparisonOperator.GreaterThanThreshold => "greater than",
        ComparisonOperator.LessThanThreshold => "less than",
        _ => "less than or equal to",
    };

    private static string Counted(int count, string noun) => $"{count.ToString(CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";

    private static string Were(int count) => count == 1 ? "was" : "were";

    private static string Number(double value) =>
        value == Math.Truncate(value) && Math.Abs(value) < 1e15 ? value.ToString("0.0", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
}
