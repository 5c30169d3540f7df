using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Planning;

/// <summary>What others are told of an alarm that changed its state: by SNS, by a call of a function, by an event. Pure.</summary>
internal static class AlarmMessages
{
    private const int LongestSubject = 100;
    private const string Stamp = "yyyy-MM-dd'T'HH:mm:ss.fff+0000";
    internal static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Subject(AlarmState alarm)
    {
        var text = $"{alarm.State.ToWire()}: \"{alarm.Key.Name}\" in {RegionNames.Of(alarm.Key.Home.Region)}";
        // AWS: a subject is plain and short, whatever the alarm is called.
        text = string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));
        return text.Length <= LongestSubject ? text : text[..(LongestSubject - 3)] + "...";
    }

    public static string Notification(AlarmState before, AlarmState after)
    {
        var json = new JsonObject
        {
            ["AlarmName"] = after.Key.Name,
            ["AlarmDescription"] = after.Asked.AlarmDescription,
            ["AWSAccountId"] = after.Key.Home.AccountId,
            ["AlarmConfigurationUpdatedTimestamp"] = Time(after.ConfiguredAt),
            ["NewStateValue"] = after.State.ToWire(),
            ["NewStateReason"] = after.Reason,
            ["StateChangeTime"] = Time(after.StateAt),
            ["Region"] = RegionNames.Of(after.Key.Home.Region),
            ["AlarmArn"] = after.Key.Arn,
            ["OldStateValue"] = before.State.ToWire(),
            ["OKActions"] = List(after.Asked.OKActions),
            ["AlarmActions"] = List(after.Asked.AlarmActions),
            ["InsufficientDataActions"] = List(after.Asked.InsufficientDataActions),
        };
        if (after.Composite is { } composite) json["AlarmRule"] = composite.AlarmRule;
        else json["Trigger"] = Trigger(after.Asked);
        return json.ToJsonString(Relaxed);
    }

    public static string FunctionEvent(AlarmState before, AlarmState after) => new JsonObject
    {
        ["source"] = "aws.cloudwatch",
        ["alarmArn"] = after.Key.Arn,
        ["accountId"] = after.Key.Home.AccountId,
        ["time"] = Time(after.StateAt),
        ["region"] = after.Key.Home.Region,
        ["alarmData"] = Detail(before, after),
    }.ToJsonString(Relaxed);

    /// <summary>The detail of the event <c>CloudWatch Alarm State Change</c>.</summary>
    public static JsonObject Detail(AlarmState before, AlarmState after) => new()
    {
        ["alarmName"] = after.Key.Name,
        ["state"] = StateOf(after),
        ["previousState"] = StateOf(before),
        ["configuration"] = Configuration(after),
    };

    private static JsonObject StateOf(AlarmState alarm)
    {
        var state = new JsonObject { ["value"] = alarm.State.ToWire(), ["reason"] = alarm.Reason };
        if (alarm.ReasonData is { } data) state["reasonData"] = data;
        state["timestamp"] = Time(alarm.StateAt);
        return state;
    }

    private static JsonObject Configuration(AlarmState alarm)
    {
        var configuration = new JsonObject();
        if (alarm.Asked.AlarmDescription is { } description) configuration["description"] = description;
        if (alarm.Composite is { } composite)
        {
            configuration["alarmRule"] = composite.AlarmRule;
            if (composite.ActionsSuppressor is { } suppressor)
            {
                configuration["actionsSuppressor"] = suppressor;
                configuration["actionsSuppressorWaitPeriod"] = composite.ActionsSuppressorWaitPeriod;
                configuration["actionsSuppressorExtensionPeriod"] = composite.ActionsSuppressorExtensionPeriod;
            }

            return configuration;
        }

        configuration["metrics"] = new JsonArray(new JsonObject
        {
            ["id"] = "m1",
            ["metricStat"] = new JsonObject
            {
                ["metric"] = new JsonObject
                {
                    ["namespace"] = alarm.Asked.Namespace,
                    ["name"] = alarm.Asked.MetricName,
                    ["dimensions"] = new JsonObject((alarm.Asked.Dimensions ?? []).Select(d => KeyValuePair.Create(d.Name, (JsonNode?)d.Value))),
                },
                ["period"] = alarm.Asked.Period,
                ["stat"] = alarm.Statistic,
            },
            ["returnData"] = true,
        });
        return configuration;
    }

    private static JsonObject Trigger(PutMetricAlarmRequest asked)
    {
        var trigger = new JsonObject { ["MetricName"] = asked.MetricName, ["Namespace"] = asked.Namespace };
        if (asked.ExtendedStatistic is { } extended) (trigger["StatisticType"], trigger["ExtendedStatistic"]) = ("ExtendedStatistic", extended);
        // AWS: in capitals, here alone.
        else (trigger["StatisticType"], trigger["Statistic"]) = ("Statistic", (asked.Statistic?.ToWire() ?? "").ToUpperInvariant());
        trigger["Unit"] = asked.Unit?.ToWire();
        trigger["Dimensions"] = new JsonArray([.. (asked.Dimensions ?? []).Select(d => (JsonNode?)new JsonObject { ["value"] = d.Value, ["name"] = d.Name })]);
        trigger["Period"] = asked.Period;
        trigger["EvaluationPeriods"] = asked.EvaluationPeriods;
        if (asked.DatapointsToAlarm is { } points) trigger["DatapointsToAlarm"] = points;
        trigger["ComparisonOperator"] = asked.ComparisonOperator?.ToWire();
        trigger["Threshold"] = asked.Threshold;
        trigger["TreatMissingData"] = asked.TreatMissingData ?? "";
        trigger["EvaluateLowSampleCountPercentile"] = asked.EvaluateLowSampleCountPercentile ?? "";
        return trigger;
    }

    private static JsonArray List(ImmutableArray<string>? actions) => new([.. (actions ?? []).Select(a => (JsonNode?)a)]);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture);
}

/// <summary>Regions in words, as AWS's notifications name them.</summary>
internal static class RegionNames
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["us-east-1"] = "US East (N. Virginia)", ["us-east-2"] = "US East (Ohio)", ["us-west-1"] = "US West (N. California)", ["us-west-2"] = "US West (Oregon)",
        ["af-south-1"] = "Africa (Cape Town)", ["ap-east-1"] = "Asia Pacific (Hong Kong)", ["ap-south-1"] = "Asia Pacific (Mumbai)", ["ap-south-2"] = "Asia Pacific (Hyderabad)",
        ["ap-northeast-1"] = "Asia Pacific (Tokyo)", ["ap-northeast-2"] = "Asia Pacific (Seoul)", ["ap-northeast-3"] = "Asia Pacific (Osaka)",
        ["ap-southeast-1"] = "Asia Pacific (Singapore)", ["ap-southeast-2"] = "Asia Pacific (Sydney)", ["ap-southeast-3"] = "Asia Pacific (Jakarta)",
        ["ap-southeast-4"] = "Asia Pacific (Melbourne)", ["ca-central-1"] = "Canada (Central)", ["ca-west-1"] = "Canada West (Calgary)",
        ["eu-central-1"] = "EU (Frankfurt)", ["eu-central-2"] = "Europe (Zurich)", ["eu-north-1"] = "EU (Stockholm)", ["eu-south-1"] = "EU (Milan)", ["eu-south-2"] = "Europe (Spain)",
        ["eu-west-1"] = "EU (Ireland)", ["eu-west-2"] = "EU (London)", ["eu-west-3"] = "EU (Paris)", ["il-central-1"] = "Israel (Tel Aviv)",
        ["me-central-1"] = "Middle East (UAE)", ["me-south-1"] = "Middle East (Bahrain)", ["sa-east-1"] = "South America (Sao Paulo)",
    };

    public static string Of(string region) => s_names.GetValueOrDefault(region, region);
}
