using System.Collections.Immutable;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Events;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Reconcile;

/// <summary>Looks at every bucket with rules once a day, at midnight UTC as AWS does, some objects a step.</summary>
internal sealed class LifecycleReconciler(Store store, Ids ids, TimeProvider clock) : IReconciler<BucketKey>
{
    private const int KeysAtOnce = 1000;

    public async ValueTask<Next> ReconcileAsync(BucketKey key, CancellationToken ct)
    {
        if (store.Current.Find(S3Tables.Buckets, key.Name) is not { Lifecycle.Length: > 0 } bucket) return Next.Done;
        var now = clock.GetUtcNow();
        foreach (var upload in store.Current.Where(S3Tables.UploadsByBucket, key.Name).Where(u => LifecyclePlanner.Abort(bucket.Lifecycle, u)?.At <= now).ToArray())
        {
            await store.UpdateAsync(tx =>
            {
                tx.ForgetParts(upload.Key.Id);
                tx.Delete(S3Tables.Uploads, upload.Key);
            }, ct);
        }
        foreach (var some in KeysOf(store.Current, key.Name).Chunk(KeysAtOnce))
        {
            if (some.SelectMany(versions => LifecyclePlanner.Expired(bucket.Lifecycle, versions, now)).Any(v => v.IsLatest || !ObjectLocks.Holds(v, now, mayBypass: false)))
                await store.UpdateAsync(tx => Expire(tx, bucket.Name, some.Select(v => v[0].Key.Key), now), ct);
        }
        return Next.At(LifecyclePlanner.NextMidnight(now));
    }

    private void Expire(Transaction tx, string name, IEnumerable<string> keys, DateTimeOffset now)
    {
        if (tx.Find(S3Tables.Buckets, name) is not { } bucket) return;
        foreach (var key in keys)
        {
            // What came between the look and this may have another fate.
            var versions = VersionsOf(tx, name, key);
            if (versions.Length == 0) continue;
            foreach (var version in LifecyclePlanner.Expired(bucket.Lifecycle, versions, now).ToArray())
            {
                // AWS: where versions are kept, the current one only gets a marker before it.
                if (version is { IsLatest: true, IsDeleteMarker: false } && bucket.Versioning is not null)
                    tx.Add(bucket, key, new() { Key = VersionKey.Before(name, key), Id = VersionIds.Null, ModifiedAt = now, IsDeleteMarker = true }, ObjectEvents.Expire, ids);
                else if (!ObjectLocks.Holds(version, now, mayBypass: false)) tx.Remove(version, ObjectEvents.Expire, now, ids);
            }
        }
    }

    private static ImmutableArray<VersionState> VersionsOf(IReadState state, string bucket, string key) =>
        [.. state.After(S3Tables.VersionsByBucket, bucket, VersionKey.Before(bucket, key)).TakeWhile(v => v.Key.Key == key)];

    private static IEnumerable<IReadOnlyList<VersionState>> KeysOf(IReadState state, string bucket)
    {
        var versions = new List<VersionState>();
        foreach (var version in state.Where(S3Tables.VersionsByBucket, bucket))
        {
            if (versions.Count > 0 && versions[0].Key.Key != version.Key.Key)
            {
                yield return versions;
                versions = [];
            }
            versions.Add(version);
        }
        if (versions.Count > 0) yield return versions;
    }
}
