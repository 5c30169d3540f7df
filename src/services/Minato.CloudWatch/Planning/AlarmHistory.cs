using System.Text;
using System.Text.Json.Nodes;
using Minato.Contracts.CloudWatch;
using Minato.CloudWatch.State;
using Minato.Platform;

namespace Minato.CloudWatch.Planning;

/// <summary>A line of an alarm's history. It outlives the alarm.</summary>
internal sealed record AlarmHistory(string AlarmName, DateTimeOffset At, HistoryItemType Type, string Summary, string Data)
{
    /// <summary>AWS: two weeks in the console, thirty days in the API.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static string PartitionOf(Home home) => $"cloudwatch/{home}/history";

    public static string PartitionOf(AlarmKey alarm) => $"cloudwatch/{alarm.Home}/history/{alarm.Name}";

    public static AlarmHistory Configured(AlarmState alarm, string how, DateTimeOffset now) => new(
        alarm.Key.Name, now, HistoryItemType.ConfigurationUpdate, $"Alarm \"{alarm.Key.Name}\" {how}",
        new JsonObject { ["version"] = "1.0", ["type"] = how == "created" ? "Create" : how == "deleted" ? "Delete" : "Update" }.ToJsonString()) { AlarmType = TypeOf(alarm) };

    public static AlarmHistory Updated(AlarmState before, AlarmState after) => new(
        after.Key.Name, after.StateAt, HistoryItemType.StateUpdate, $"Alarm updated from {before.State.ToWire()} to {after.State.ToWire()}",
        new JsonObject { ["version"] = "1.0", ["oldState"] = StateOf(before), ["newState"] = StateOf(after) }.ToJsonString()) { AlarmType = TypeOf(after) };

    /// <param name="published">What was sent, where something is.</param>
    /// <param name="error">Why it was not done; null when it was.</param>
    public static AlarmHistory CarriedOut(AlarmState alarm, string action, string? published, string? error, DateTimeOffset now) => new(
        alarm.Key.Name, now, HistoryItemType.Action, $"{(error is null ? "Successfully executed" : "Failed to execute")} action {action}",
        new JsonObject
        {
            ["actionState"] = error is null ? "Succeeded" : "Failed", ["stateUpdateTimestamp"] = alarm.StateAt.ToUnixTimeMilliseconds(), ["notificationResource"] = action,
            ["publishedMessage"] = published, ["error"] = error,
        }.ToJsonString(AlarmMessages.Relaxed)) { AlarmType = TypeOf(alarm) };

    public AlarmType AlarmType { get; init; } = AlarmType.MetricAlarm;

    public LogEntry ToEntry() => new(At.ToUnixTimeMilliseconds(), At.ToUnixTimeMilliseconds(), Encoding.UTF8.GetBytes(new JsonObject
    {
        ["name"] = AlarmName, ["alarm"] = AlarmType.ToWire(), ["type"] = Type.ToWire(), ["summary"] = Summary, ["data"] = Data,
    }.ToJsonString()));

    public static AlarmHistory Read(LogEntry entry)
    {
        var line = JsonNode.Parse(entry.Payload.Span);
        return new(
            Text("name"), DateTimeOffset.FromUnixTimeMilliseconds(entry.TimestampMs), HistoryItemTypeExtensions.Parse(Text("type")) ?? HistoryItemType.StateUpdate,
            Text("summary"), Text("data")) { AlarmType = AlarmTypeExtensions.Parse(Text("alarm")) ?? AlarmType.MetricAlarm };

        string Text(string member) => line?[member]?.GetValue<string>() ?? "";
    }

    private static AlarmType TypeOf(AlarmState alarm) => alarm.Composite is null ? AlarmType.MetricAlarm : AlarmType.CompositeAlarm;

    private static JsonObject StateOf(AlarmState alarm) => new()
    {
        ["stateValue"] = alarm.State.ToWire(),
        ["stateReason"] = alarm.Reason,
        ["stateReasonData"] = alarm.ReasonData is { } data ? JsonNode.Parse(data) : null,
    };
}
