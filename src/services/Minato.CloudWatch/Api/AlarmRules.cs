using System.Collections.Immutable;
using Minato.CloudWatch.Planning;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Api;

/// <summary>What PutMetricAlarm asks of its parameters beyond the model.</summary>
internal static class AlarmRules
{
    private const int MostActions = 5;
    private const int LongestWindow = 7 * 24 * 3600;
    private static readonly ImmutableArray<string> s_missing = ["missing", "ignore", "breaching", "notBreaching"];

    public static void Check(PutMetricAlarmRequest request)
    {
        CheckServed(request);
        Demand(request.MetricName, "MetricName");
        Demand(request.Namespace, "Namespace");
        Demand(request.Period, "Period");
        Demand(request.EvaluationPeriods, "EvaluationPeriods");
        Demand(request.Threshold, "Threshold");
        Demand(request.ComparisonOperator, "ComparisonOperator");
        if (request is { Statistic: null, ExtendedStatistic: null }) throw new MissingRequiredParameterException("The parameter Statistic or ExtendedStatistic is required.");
        if (request is { Statistic: not null, ExtendedStatistic: not null })
            throw new InvalidParameterCombinationException("Only one of Statistic and ExtendedStatistic can be specified.");
        if (request.ExtendedStatistic is { } extended && !StatisticNames.IsServed(extended))
            throw new InvalidParameterValueException($"The value {extended} for parameter ExtendedStatistic is not supported.");
        CheckPeriods(request);
        if (request.TreatMissingData is { } treat && !s_missing.Contains(treat))
            throw new InvalidParameterValueException($"The value {treat} is not supported for TreatMissingData parameter. Supported values are [breaching, notBreaching, ignore, missing].");
        foreach (var actions in new[] { request.AlarmActions, request.OKActions, request.InsufficientDataActions })
            if (actions is { Length: > MostActions }) throw new InvalidParameterValueException($"An alarm can have at most {MostActions} actions for a state.");
    }

    private static void CheckPeriods(PutMetricAlarmRequest request)
    {
        var (period, periods) = (request.Period ?? 0, request.EvaluationPeriods ?? 0);
        if (period is not (10 or 20 or 30) && (period < 60 || period % 60 != 0))
            throw new InvalidParameterValueException("Period must be 10, 20, 30 or a multiple of 60");
        if (request.DatapointsToAlarm > periods)
            throw new InvalidParameterCombinationException("DatapointsToAlarm should be less than or equal to EvaluationPeriods");
        if ((long)period * periods > LongestWindow)
            throw new InvalidParameterCombinationException("Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).");
    }

    private static void CheckServed(PutMetricAlarmRequest request)
    {
        if (request.Metrics is { Length: > 0 }) throw NotServed("alarms on metric math");
        if (request.ThresholdMetricId is not null || request.ComparisonOperator > ComparisonOperator.LessThanOrEqualToThreshold) throw NotServed("anomaly detection");
        if (request.EvaluationCriteria is not null || request.EvaluationInterval is not null) throw NotServed("alarms on queries");
        if (request.EvaluationWindow is not null || request.WarmUpConfiguration is not null) throw NotServed("evaluation windows and warm-up of alarms");
    }

    private static InvalidParameterValueException NotServed(string what) => new($"Minato does not serve {what} yet.");

    private static void Demand(object? value, string name)
    {
        if (value is null) throw new MissingRequiredParameterException($"The parameter {name} is required.");
    }
}
