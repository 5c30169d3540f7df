using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Api;

/// <summary>What PutMetricData and the reading operations ask of their parameters beyond the model.</summary>
internal static class MetricRules
{
    private const int MostMetrics = 1000;
    private const int MostValues = 150;
    private static readonly double s_largest = Math.Pow(2, 360);
    private static readonly TimeSpan s_oldest = TimeSpan.FromDays(14);
    private static readonly TimeSpan s_newest = TimeSpan.FromHours(2);

    public static void Check(PutMetricDataRequest request, Caller caller, DateTimeOffset now)
    {
        if (request.Namespace.StartsWith(':')) throw new InvalidParameterValueException("The value for parameter Namespace is invalid: it must not start with a colon.");
        if (request.Namespace.StartsWith("AWS/", StringComparison.Ordinal) && !caller.IsService)
            throw new InvalidParameterValueException("The value AWS/ for parameter Namespace is invalid.");
        var data = request.MetricData ?? [];
        if (data.IsEmpty) throw new MissingRequiredParameterException("The parameter MetricData is required.");
        if (data.Length > MostMetrics) throw new InvalidParameterValueException($"The collection MetricData must not have a size greater than {MostMetrics}.");
        for (var i = 0; i < data.Length; i++) Check(data[i], $"MetricData.member.{i + 1}", now);
    }

    public static void CheckStatistic(string statistic)
    {
        if (!StatisticNames.IsServed(statistic)) throw new InvalidParameterValueException($"Minato does not serve the statistic {statistic} yet.");
    }

    public static void CheckPeriod(int period)
    {
        if (period is not (1 or 5 or 10 or 20 or 30) && (period < 60 || period % 60 != 0))
            throw new InvalidParameterValueException("Period must be 1, 5, 10, 20, 30 or a multiple of 60");
    }

    private static void Check(MetricDatum datum, string where, DateTimeOffset now)
    {
        var ways = (datum.Value is null ? 0 : 1) + (datum.StatisticValues is null ? 0 : 1) + (datum.Values is { Length: > 0 } ? 1 : 0);
        if (ways == 0) throw new MissingRequiredParameterException($"At least one of the parameters must be specified: {where}.Value, {where}.StatisticValues, {where}.Values.");
        if (ways > 1) throw new InvalidParameterCombinationException($"The parameters {where}.Value, {where}.StatisticValues and {where}.Values are mutually exclusive and you have specified more than one.");
        if (datum.Values?.Length > MostValues) throw new InvalidParameterValueException($"The collection {where}.Values must not have a size greater than {MostValues}.");
        if (datum.Counts is { } counts && counts.Length != (datum.Values?.Length ?? 0))
            throw new InvalidParameterValueException($"The parameters {where}.Values and {where}.Counts must be of the same size.");
        double[] numbers = [datum.Value ?? 0, .. datum.Values ?? [], .. datum.Counts ?? [], .. Numbers(datum.StatisticValues)];
        if (numbers.Any(n => !double.IsFinite(n) || Math.Abs(n) > s_largest)) throw new InvalidParameterValueException($"The value for parameter {where}.Value is invalid: it must be a number between -2^360 and 2^360.");
        if (datum.StorageResolution is not (null or 1 or 60)) throw new InvalidParameterValueException($"The value {datum.StorageResolution} for parameter {where}.StorageResolution is invalid.");
        if (datum.Timestamp is { } at && (at < now - s_oldest || at > now + s_newest))
            throw new InvalidParameterValueException($"The parameter {where}.Timestamp must specify a time within the past two weeks and no more than two hours in the future.");
    }

    private static double[] Numbers(StatisticSet? set) => set is null ? [] : [set.SampleCount, set.Sum, set.Minimum, set.Maximum];
}
