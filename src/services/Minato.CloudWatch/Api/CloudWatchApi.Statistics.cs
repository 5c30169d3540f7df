using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Api;

internal sealed partial class CloudWatchApi
{
    private const int MostDatapoints = 1440;
    private const int MostQueries = 500;
    private const int MostReturned = 100_800;

    public async Task<GetMetricStatisticsResponse> GetMetricStatisticsAsync(GetMetricStatisticsRequest request, Caller caller, CancellationToken ct)
    {
        ImmutableArray<string> statistics = [.. (request.Statistics ?? []).Select(s => s.ToWire()), .. request.ExtendedStatistics ?? []];
        if (statistics.IsEmpty) throw new MissingRequiredParameterException("The parameter Statistics or ExtendedStatistics must be set.");
        foreach (var statistic in statistics) MetricRules.CheckStatistic(statistic);
        var (from, period) = Range(request.StartTime, request.EndTime, request.Period);
        var count = (request.EndTime - from).Ticks / period.Ticks;
        if (count > MostDatapoints)
            throw new InvalidParameterCombinationException($"You have requested up to {count} datapoints, which exceeds the limit of {MostDatapoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.");
        var metric = MetricKey.Of(Home.Of(caller), request.Namespace, request.MetricName, request.Dimensions);
        var periods = await reader.ReadAsync(metric, from, request.EndTime, period, request.Unit, ct);
        return new() { Label = request.MetricName, Datapoints = [.. periods.Select(p => ToWire(p.Key, p.Value, request))] };
    }

    public async Task<GetMetricDataResponse> GetMetricDataAsync(GetMetricDataRequest request, Caller caller, CancellationToken ct)
    {
        if (request.MetricDataQueries.Length > MostQueries) throw new InvalidParameterValueException($"The collection MetricDataQueries must not have a size greater than {MostQueries}.");
        if (request.NextToken is not null) throw new InvalidNextToken("The token is not valid.");
        foreach (var query in request.MetricDataQueries) Check(query);
        var results = ImmutableArray.CreateBuilder<MetricDataResult>();
        var left = request.MaxDatapoints ?? MostReturned;
        foreach (var query in request.MetricDataQueries.Where(q => q.ReturnData ?? true))
        {
            var result = await ReadAsync(query, request, Home.Of(caller), left, ct);
            left -= result.Values?.Length ?? 0;
            results.Add(result);
        }

        return new() { MetricDataResults = results.ToImmutable(), Messages = [] };
    }

    private static void Check(MetricDataQuery query)
    {
        if (query.Expression is not null) throw new InvalidParameterValueException("Minato does not serve metric math yet.");
        if (query.Id.Length == 0 || !char.IsAsciiLetterLower(query.Id[0]))
            throw new InvalidParameterValueException($"The value for parameter MetricDataQueries.member.Id is invalid: {query.Id} must start with a lower-case letter.");
        if (query.MetricStat is not { } stat) throw new MissingRequiredParameterException("Either MetricStat or Expression must be specified.");
        MetricRules.CheckStatistic(stat.Stat);
    }

    private async ValueTask<MetricDataResult> ReadAsync(MetricDataQuery query, GetMetricDataRequest request, Home home, int most, CancellationToken ct)
    {
        if (query.MetricStat is not { } stat) return new() { Id = query.Id };
        var (from, period) = Range(request.StartTime, request.EndTime, stat.Period);
        var metric = MetricKey.Of(home, stat.Metric.Namespace, stat.Metric.MetricName, stat.Metric.Dimensions);
        var periods = await reader.ReadAsync(metric, from, request.EndTime, period, stat.Unit, ct);
        var points = periods.Select(p => (At: p.Key, Value: p.Value.Value(stat.Stat))).Where(p => p.Value is not null).ToList();
        if (request.ScanBy != ScanBy.TimestampAscending) points.Reverse();
        var isWhole = points.Count <= most;
        if (!isWhole) points.RemoveRange(most, points.Count - most);
        return new()
        {
            Id = query.Id,
            Label = query.Label ?? stat.Metric.MetricName,
            Timestamps = [.. points.Select(p => p.At)],
            Values = [.. points.Select(p => p.Value ?? 0)],
            StatusCode = isWhole ? StatusCode.Complete : StatusCode.PartialData,
        };
    }

    /// <summary>AWS: the beginning is rounded down to a period; the end is not in the range.</summary>
    private static (DateTimeOffset From, TimeSpan Period) Range(DateTimeOffset start, DateTimeOffset end, int seconds)
    {
        MetricRules.CheckPeriod(seconds);
        if (start >= end) throw new InvalidParameterCombinationException("The parameter StartTime must be less than the parameter EndTime.");
        var period = TimeSpan.FromSeconds(seconds);
        return (start - new TimeSpan((start.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) % period.Ticks), period);
    }

    private static Datapoint ToWire(DateTimeOffset at, PeriodStatistics period, GetMetricStatisticsRequest asked)
    {
        var extended = (asked.ExtendedStatistics ?? []).Select(s => (Name: s, Value: period.Value(s))).Where(s => s.Value is not null)
            .ToImmutableDictionary(s => s.Name, s => s.Value ?? 0, StringComparer.Ordinal);
        return new()
        {
            Timestamp = at,
            SampleCount = Asked(Statistic.SampleCount),
            Average = Asked(Statistic.Average),
            Sum = Asked(Statistic.Sum),
            Minimum = Asked(Statistic.Minimum),
            Maximum = Asked(Statistic.Maximum),
            Unit = period.Unit,
            ExtendedStatistics = extended.IsEmpty ? null : extended,
        };

        double? Asked(Statistic statistic) => asked.Statistics?.Contains(statistic) == true ? period.Value(statistic.ToWire()) : null;
    }
}
