using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.CloudTrail.Planning;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;
using Minato.Contracts.S3;
using Minato.Platform;

namespace Minato.CloudTrail.Reconcile;

internal sealed record TrailKey(string Arn);

/// <summary>
/// Every five minutes, delivers what happened since the last time to the trail's bucket: one file a region. A crash between the file and the note
/// of it delivers it again; AWS delivers at least once, too.
/// </summary>
internal sealed partial class DeliveryReconciler(Store store, IAppendLog log, Ids ids, TimeProvider clock, ILogger<DeliveryReconciler> logger, IS3? s3 = null) : IReconciler<TrailKey>
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    private const int BlocksAtOnce = 200;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public async ValueTask<Next> ReconcileAsync(TrailKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudTrailTables.Trails, key.Arn) is not { IsLogging: true, StartedAt: { } started } trail || s3 is null) return Next.Done;
        var now = clock.GetUtcNow();
        var due = DueAt(started, now);
        var last = store.Current.Where(CloudTrailTables.DeliveriesByTrail, trail.Arn).Max(d => d.AttemptedAt) ?? started;
        if (last < due)
        {
            foreach (var home in store.Current.Where(CloudTrailTables.HomesByAccount, trail.Home.AccountId).Select(h => h.Home).Where(trail.Covers).ToArray())
                await DeliverAsync(s3, trail, home, started, now, ct);
        }

        return Next.At(due + Every);
    }

    // Counted from the start of the logging: the last moment of the kind that has come.
    private static DateTimeOffset DueAt(DateTimeOffset started, DateTimeOffset now) => started + (Every * Math.Floor((now - started) / Every));

    private async ValueTask DeliverAsync(IS3 to, TrailState trail, Home home, DateTimeOffset started, DateTimeOffset now, CancellationToken ct)
    {
        var before = store.Current.Find(CloudTrailTables.Deliveries, DeliveryState.KeyOf(trail.Arn, home))
            ?? new() { TrailArn = trail.Arn, Home = home, TimestampMs = started.ToUnixTimeMilliseconds() - 1, Sequence = long.MaxValue };
        while (true)
        {
            var blocks = await log.ReadAsync(home.Partition, new() { After = new(before.TimestampMs, before.Sequence), Limit = BlocksAtOnce }, ct);
            if (blocks.Count == 0) break;
            var events = blocks.SelectMany(b => EventBlock.ReadAll(b.Entry.Payload, home)).Where(e => e.At >= started && Selection.Takes(trail, e)).OrderBy(e => e.At).ToList();
            var error = events.Count == 0 ? null : await PutAsync(to, trail, home, events, now, ct);
            var end = blocks[^1].Position;
            var after = error is null
                ? before with { TimestampMs = end.TimestampMs, Sequence = end.Sequence, AttemptedAt = now, DeliveredAt = events.Count == 0 ? before.DeliveredAt : now, Error = null }
                : before with { AttemptedAt = now, Error = error };
            await store.UpdateAsync(tx =>
            {
                if (tx.Find(CloudTrailTables.Trails, trail.Arn) is not null) tx.Put(CloudTrailTables.Deliveries, after);
            }, ct);
            if (error is not null) return; // In five minutes again, from the same place on.
            before = after;
        }
    }

    private async ValueTask<string?> PutAsync(IS3 to, TrailState trail, Home home, List<RecordedEvent> events, DateTimeOffset now, CancellationToken ct)
    {
        var unique = string.Create(16, ids, static (text, chance) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = Letters[chance.Next(Letters.Length)];
        });
        var content = LogFiles.Content(events);
        try
        {
            await to.PutObjectAsync(
                new()
                {
                    Bucket = trail.Bucket, Key = LogFiles.Key(trail, home, now, unique), Body = new MemoryStream(content), ContentLength = content.Length,
                    ContentType = "application/json", ContentEncoding = "gzip", ACL = ObjectCannedACL.BucketOwnerFullControl,
                },
                Caller.ForService(trail.Home.AccountId, trail.Home.Region, "cloudtrail.amazonaws.com"), ct);
            return null;
        }
        catch (AwsException e)
        {
            LogNotDelivered(trail.Name, trail.Bucket, e.Message);
            return e.Code;
        }
    }

    [LoggerMessage(3203, LogLevel.Warning, "Trail {Trail} could not be delivered to {Bucket}: {Reason}")]
    private partial void LogNotDelivered(string trail, string bucket, string reason);
}
