using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Platform;

namespace Minato.CloudWatch.Reconcile;

/// <summary>Forgets points that are too old, and metrics of which nothing is left.</summary>
internal sealed class MetricRetention(Store store, IAppendLog log, TimeProvider clock) : IReconciler<MetricKey>
{
    /// <summary>AWS keeps minutes for this long, and rolls them up for longer.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(15);

    private static readonly TimeSpan s_again = TimeSpan.FromHours(6);

    public async ValueTask<Next> ReconcileAsync(MetricKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudWatchTables.Metrics, key) is not { } metric) return Next.Done;
        var now = clock.GetUtcNow();
        await log.TrimAsync(key.Partition, (now - Kept).ToUnixTimeMilliseconds(), ct);
        if (now < metric.SeenAt + Kept) return Next.After(s_again);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(CloudWatchTables.Metrics, key, metric);
            tx.Delete(CloudWatchTables.Metrics, key);
        }, ct);
        return Next.Done;
    }
}

/// <summary>An alarm whose history is to be trimmed.</summary>
internal sealed record AlarmHistoryKey(AlarmKey Alarm);

/// <summary>Forgets the history of alarms that is too old.</summary>
internal sealed class HistoryRetention(IAppendLog log, TimeProvider clock) : IReconciler<AlarmHistoryKey>
{
    private static readonly TimeSpan s_again = TimeSpan.FromHours(24);

    public async ValueTask<Next> ReconcileAsync(AlarmHistoryKey key, CancellationToken ct)
    {
        var oldest = (clock.GetUtcNow() - AlarmHistory.Kept).ToUnixTimeMilliseconds();
        await log.TrimAsync(AlarmHistory.PartitionOf(key.Alarm), oldest, ct);
        await log.TrimAsync(AlarmHistory.PartitionOf(key.Alarm.Home), oldest, ct);
        return Next.After(s_again);
    }
}
