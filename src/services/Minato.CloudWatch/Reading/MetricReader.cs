using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Reading;

/// <summary>Points of a metric, put together into periods.</summary>
internal sealed class MetricReader(IAppendLog log)
{
    private const int PageSize = 10_000;

    /// <summary>Periods with data by their beginning. They are counted from the range's beginning.</summary>
    /// <param name="metric">Which.</param>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="period">Longer than nothing.</param>
    /// <param name="unit">AWS: only points published with it; null for all.</param>
    /// <param name="ct">Cancels the reading.</param>
    public async ValueTask<SortedDictionary<DateTimeOffset, PeriodStatistics>> ReadAsync(
        MetricKey metric, DateTimeOffset from, DateTimeOffset to, TimeSpan period, StandardUnit? unit, CancellationToken ct)
    {
        var periods = new SortedDictionary<DateTimeOffset, PeriodStatistics>();
        var range = new AppendRange { FromMs = from.ToUnixTimeMilliseconds(), ToMs = to.ToUnixTimeMilliseconds(), Limit = PageSize };
        while (true)
        {
            var page = await log.ReadAsync(metric.Partition, range, ct);
            foreach (var stored in page)
            {
                var point = MetricPoint.Read(stored.Entry.Payload.Span);
                if (unit is not null && point.Unit != unit) continue;
                var ordinal = (stored.Entry.TimestampMs - from.ToUnixTimeMilliseconds()) / (long)period.TotalMilliseconds;
                var begin = from + ordinal * period;
                if (!periods.TryGetValue(begin, out var statistics)) periods[begin] = statistics = new();
                statistics.Add(point);
            }

            if (page.Count < PageSize) return periods;
            range = range with { After = page[^1].Position };
        }
    }
}
