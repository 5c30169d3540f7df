using System.Text;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.CloudTrail.Planning;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;
using Minato.Contracts.Eventbridge;
using Minato.Platform;

namespace Minato.CloudTrail.Reconcile;

/// <summary>Writes what waits, then tells EventBridge of it where a trail of the account takes it.</summary>
internal sealed partial class FlushReconciler(EventLog events, Store store, ILogger<FlushReconciler> log, IEventbridge? bridge = null) : IReconciler<FlushKey>
{
    private const int MostInPut = 10;
    private const int LargestDetail = 240 * 1024; // AWS: an entry of PutEvents has 256 KB, all in all.
    private const string DetailType = "AWS API Call via CloudTrail";
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(100);

    public async ValueTask<Next> ReconcileAsync(FlushKey key, CancellationToken ct)
    {
        await events.FlushAsync(ct);
        var written = events.TakeWritten();
        var next = events.HasSpentRows ? Next.After(s_again) : Next.Done;
        if (bridge is null) return next;
        foreach (var group in written.Where(IsTold).GroupBy(e => e.Home))
        {
            foreach (var some in group.Chunk(MostInPut)) await TellAsync(bridge, group.Key, some, ct);
        }

        return next;
    }

    private bool IsTold(RecordedEvent change) => change.Json.Length <= LargestDetail
        && store.Current.Where(CloudTrailTables.TrailsByAccount, change.Home.AccountId).Any(t => t.Records(change.Home) && Selection.Takes(t, change));

    private async ValueTask TellAsync(IEventbridge to, Home home, RecordedEvent[] some, CancellationToken ct)
    {
        try
        {
            await to.PutEventsAsync(
                new()
                {
                    Entries = [.. some.Select(e => new PutEventsRequestEntry
                    {
                        Source = $"aws.{e.Source.Split('.')[0]}", DetailType = DetailType, Time = e.At, Detail = Encoding.UTF8.GetString(e.Json.Span),
                    })],
                },
                Caller.ForService(home.AccountId, home.Region, "cloudtrail.amazonaws.com"), ct);
        }
        catch (AwsException e)
        {
            // The record stands; a bus that refuses it does not hold up the calls that come after.
            LogRefused(some.Length, e.Message);
        }
    }

    [LoggerMessage(3202, LogLevel.Warning, "EventBridge refused {Count} events of the audit: {Reason}")]
    private partial void LogRefused(int count, string reason);
}

/// <summary>What an earlier process left is written when the server starts, and what still waits when it ends.</summary>
internal sealed class FirstAndLastFlush(EventLog events, IWorkQueue<FlushKey> flushes) : IRoomService
{
    public async Task RunAsync(CancellationToken ct)
    {
        flushes.Enqueue(FlushKey.Only);
        var ended = new TaskCompletionSource();
        await using (ct.Register(ended.SetResult)) await ended.Task;
        do await events.FlushAsync(CancellationToken.None);
        while (events.HasSpentRows);
    }
}

/// <summary>Forgets what is older than AWS's event history shows.</summary>
internal sealed class RetentionReconciler(IAppendLog log, TimeProvider clock) : IReconciler<Home>
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);
    private static readonly TimeSpan s_again = TimeSpan.FromHours(6);

    public async ValueTask<Next> ReconcileAsync(Home key, CancellationToken ct)
    {
        await log.TrimAsync(key.Partition, (clock.GetUtcNow() - Kept).ToUnixTimeMilliseconds(), ct);
        return Next.After(s_again);
    }
}
