using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Api;

internal sealed partial class CloudWatchApi
{
    private const int MetricsOnAPage = 500;

    /// <summary>How exactly the store knows when a metric came last.</summary>
    private static readonly TimeSpan s_seenExactly = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_listed = TimeSpan.FromDays(14);
    private static readonly TimeSpan s_recently = TimeSpan.FromHours(3);

    public async Task<PutMetricDataResponse> PutMetricDataAsync(PutMetricDataRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (request.EntityMetricData is { Length: > 0 }) throw new InvalidParameterValueException("Minato does not serve EntityMetricData yet.");
        MetricRules.Check(request, caller, now);
        var home = Home.Of(caller);
        var metrics = (request.MetricData ?? []).GroupBy(d => MetricKey.Of(home, request.Namespace, d.MetricName, d.Dimensions)).ToArray();
        await SeeAsync([.. metrics.Select(m => m.Key)], now, ct);
        foreach (var metric in metrics)
        {
            LogEntry[] points = [.. metric.Select(d => new LogEntry((d.Timestamp ?? now).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), MetricPoint.Of(d).ToBytes()))];
            await log.AppendAsync(metric.Key.Partition, points, ct);
        }

        return new();
    }

    public Task<ListMetricsResponse> ListMetricsAsync(ListMetricsRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var state = store.Current;
        var since = clock.GetUtcNow() - (request.RecentlyActive is null ? s_listed : s_recently + s_seenExactly);
        var after = Position("ListMetrics", request.NextToken);
        var all = request.Namespace is { } ns ? state.Where(CloudWatchTables.MetricsByNamespace, (home, ns)) : state.Where(CloudWatchTables.MetricsByHome, home);
        var found = all.Where(m => m.SeenAt > since)
            .Where(m => after is null || string.CompareOrdinal(m.Key.Partition, after) > 0)
            .Where(m => request.MetricName is not { } name || m.Key.Name == name)
            .Select(m => (m.Key, Dimensions: DimensionSet.Parse(m.Key.Dimensions)))
            .Where(m => (request.Dimensions ?? []).All(f => m.Dimensions.Any(d => d.Name == f.Name && (f.Value is null || d.Value == f.Value))))
            .OrderBy(m => m.Key.Partition, StringComparer.Ordinal);
        var (page, next) = Page("ListMetrics", found, MetricsOnAPage, m => m.Key.Partition);
        return Task.FromResult(new ListMetricsResponse
        {
            Metrics = [.. page.Select(m => new Metric { Namespace = m.Key.Namespace, MetricName = m.Key.Name, Dimensions = m.Dimensions })], NextToken = next,
        });
    }

    /// <summary>Puts metrics on record that are new, or were not seen for long.</summary>
    private async ValueTask SeeAsync(ImmutableArray<MetricKey> metrics, DateTimeOffset now, CancellationToken ct)
    {
        var state = store.Current;
        var news = metrics.Where(m => state.Find(CloudWatchTables.Metrics, m) is not { } known || known.SeenAt < now - s_seenExactly).ToArray();
        if (news.Length == 0) return;
        await store.UpdateAsync(tx =>
        {
            foreach (var metric in news) tx.Put(CloudWatchTables.Metrics, new MetricState { Key = metric, SeenAt = now });
        }, ct);
    }
}
