using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.CloudWatch;

namespace Minato.ApplicationAutoScaling.Planning;

/// <summary>The metric of a target tracking policy, and the two alarms that the policy keeps on it.</summary>
internal static class ManagedAlarms
{
    private const double LowShare = 0.9;
    private const int HighPeriods = 3;
    private const int LowPeriods = 15;
    public const int Period = 60;

    public sealed record TrackedMetric(string Namespace, string Name, ImmutableArray<Dimension> Dimensions, Statistic Statistic, StandardUnit? Unit);

    public static TrackedMetric MetricOf(TargetKey target, TrackingRules rules) => rules switch
    {
        { Custom: { } custom } => new(custom.Namespace, custom.Name, [.. custom.Dimensions.Select(d => new Dimension { Name = d.Key, Value = d.Value })],
            StatisticExtensions.Parse(custom.Statistic) ?? Statistic.Average, custom.Unit is { } unit ? StandardUnitExtensions.Parse(unit) : null),
        { Predefined: "ALBRequestCountPerTarget", Label: { } label } => new("AWS/ApplicationELB", "RequestCountPerTarget", LoadBalancer(label), Statistic.Sum, null),
        { Predefined: "ECSServiceAverageMemoryUtilization" } => OfService(target, "MemoryUtilization"),
        _ => OfService(target, "CPUUtilization"),
    };

    public static IEnumerable<PutMetricAlarmRequest> Of(PolicyState policy)
    {
        if (policy.Tracking is not { } rules) yield break;
        var metric = MetricOf(policy.Key.Target, rules);
        if (policy.HighAlarm is { } high) yield return Alarm(policy, metric, high, ComparisonOperator.GreaterThanThreshold, rules.Target, HighPeriods);
        if (policy.LowAlarm is { } low) yield return Alarm(policy, metric, low, ComparisonOperator.LessThanThreshold, Math.Round(rules.Target * LowShare, 6), LowPeriods);
    }

    public static string NameOf(TargetKey target, string side, string uuid) => $"TargetTracking-{target.ResourceId}-Alarm{side}-{uuid}";

    public static string ActionOf(PolicyState policy) => $"{policy.Arn}:createdBy/{policy.CreatedBy}";

    private static PutMetricAlarmRequest Alarm(PolicyState policy, TrackedMetric metric, string name, ComparisonOperator comparison, double threshold, int periods) => new()
    {
        AlarmName = name, AlarmDescription = $"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {ActionOf(policy)}.", ActionsEnabled = true, AlarmActions = [ActionOf(policy)],
        MetricName = metric.Name, Namespace = metric.Namespace, Dimensions = metric.Dimensions, Statistic = metric.Statistic, Unit = metric.Unit,
        Period = Period, EvaluationPeriods = periods, Threshold = threshold, ComparisonOperator = comparison, TreatMissingData = "missing",
    };

    private static TrackedMetric OfService(TargetKey target, string name) => new("AWS/ECS", name,
        [new() { Name = "ClusterName", Value = target.Cluster }, new() { Name = "ServiceName", Value = target.Service }], Statistic.Average, StandardUnit.Percent);

    // app/LB/LBID/targetgroup/TG/TGID
    private static ImmutableArray<Dimension> LoadBalancer(string label)
    {
        var at = label.IndexOf("/targetgroup/", StringComparison.Ordinal);
        return [new() { Name = "LoadBalancer", Value = label[..at] }, new() { Name = "TargetGroup", Value = label[(at + 1)..] }];
    }
}
