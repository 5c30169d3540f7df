using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Api;

/// <summary>Configurations of policies as they come, checked.</summary>
internal static class PolicyRules
{
    public static StepRules Read(StepScalingPolicyConfiguration wire)
    {
        var type = wire.AdjustmentType ?? throw Invalid("AdjustmentType must be specified");
        ImmutableArray<StepRule> steps = [.. (wire.StepAdjustments ?? []).Select(s => new StepRule(s.MetricIntervalLowerBound, s.MetricIntervalUpperBound, s.ScalingAdjustment))];
        if (StepAdjustments.Fault(type, steps) is { } fault) throw Invalid(fault);
        if (wire.MinAdjustmentMagnitude is not null && type is not AdjustmentType.PercentChangeInCapacity)
            throw Invalid("MinAdjustmentMagnitude can only be specified with AdjustmentType PercentChangeInCapacity");
        return wire.Cooldown < 0 ? throw Invalid("Cooldown must not be negative") : new(type, steps, wire.MinAdjustmentMagnitude, wire.Cooldown, wire.MetricAggregationType);
    }

    public static TrackingRules Read(TargetTrackingScalingPolicyConfiguration wire)
    {
        if (wire.PredefinedMetricSpecification is null == wire.CustomizedMetricSpecification is null)
            throw Invalid("Either a predefined metric specification or a customized metric specification must be specified, but not both");
        if (wire.TargetValue <= 0) throw Invalid("TargetValue must be greater than 0");
        if (wire.ScaleInCooldown < 0 || wire.ScaleOutCooldown < 0) throw Invalid("Cooldown must not be negative");
        if (wire.PredefinedMetricSpecification is { } predefined) Check(predefined);
        return new()
        {
            Target = wire.TargetValue, Predefined = wire.PredefinedMetricSpecification?.PredefinedMetricType.ToWire(), Label = wire.PredefinedMetricSpecification?.ResourceLabel,
            Custom = wire.CustomizedMetricSpecification is { } custom ? Read(custom) : null, OutCooldown = wire.ScaleOutCooldown, InCooldown = wire.ScaleInCooldown,
            IsInDisabled = wire.DisableScaleIn,
        };
    }

    public static StepScalingPolicyConfiguration ToWire(StepRules step) => new()
    {
        AdjustmentType = step.AdjustmentType, MinAdjustmentMagnitude = step.MinMagnitude, Cooldown = step.Cooldown, MetricAggregationType = step.Aggregation,
        StepAdjustments = [.. step.Steps.Select(s => new StepAdjustment { MetricIntervalLowerBound = s.Lower, MetricIntervalUpperBound = s.Upper, ScalingAdjustment = s.Adjustment })],
    };

    public static TargetTrackingScalingPolicyConfiguration ToWire(TrackingRules rules) => new()
    {
        TargetValue = rules.Target, ScaleOutCooldown = rules.OutCooldown, ScaleInCooldown = rules.InCooldown, DisableScaleIn = rules.IsInDisabled,
        PredefinedMetricSpecification = rules.Predefined is { } name && MetricTypeExtensions.Parse(name) is { } type ? new() { PredefinedMetricType = type, ResourceLabel = rules.Label } : null,
        CustomizedMetricSpecification = rules.Custom is { } custom
            ? new()
            {
                Namespace = custom.Namespace, MetricName = custom.Name, Statistic = MetricStatisticExtensions.Parse(custom.Statistic), Unit = custom.Unit,
                Dimensions = [.. custom.Dimensions.Select(d => new MetricDimension { Name = d.Key, Value = d.Value })],
            }
            : null,
    };

    private static void Check(PredefinedMetricSpecification metric)
    {
        switch (metric.PredefinedMetricType)
        {
            case MetricType.ECSServiceAverageCPUUtilization or MetricType.ECSServiceAverageMemoryUtilization when metric.ResourceLabel is null:
                return;
            case MetricType.ECSServiceAverageCPUUtilization or MetricType.ECSServiceAverageMemoryUtilization:
                throw Invalid($"Resource label must not be specified for predefined metric type {metric.PredefinedMetricType.ToWire()}");
            case MetricType.ALBRequestCountPerTarget:
                // app/LB/LBID/targetgroup/TG/TGID
                if (metric.ResourceLabel?.Split('/') is not ["app", { Length: > 0 }, { Length: > 0 }, "targetgroup", { Length: > 0 }, { Length: > 0 }])
                    throw Invalid("Resource label must be specified for ALBRequestCountPerTarget in the format app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>");
                return;
            default:
                throw Invalid($"Predefined metric type {metric.PredefinedMetricType.ToWire()} is not supported for scalable dimension ecs:service:DesiredCount");
        }
    }

    private static CustomMetric Read(CustomizedMetricSpecification custom)
    {
        // Expressions over several metrics wait for alarms on them.
        if (custom.Metrics is { Length: > 0 }) throw Invalid("Metric math is not supported for customized metric specifications in this Region.");
        if (custom is not { Namespace: { Length: > 0 } space, MetricName: { Length: > 0 } name, Statistic: { } statistic })
            throw Invalid("Namespace, MetricName and Statistic must be specified for a customized metric specification");
        return new(space, name, [.. (custom.Dimensions ?? []).Select(d => KeyValuePair.Create(d.Name, d.Value))], statistic.ToWire(), custom.Unit);
    }

    private static ValidationException Invalid(string message) => new(message);
}
