using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Events;

namespace Minato.S3.State;

/// <summary>How versions follow one another. All of it inside a transaction: of a key one version is the latest at any time.</summary>
internal static class VersionWrites
{
    public static VersionState? Latest(this IReadState state, string bucket, string key) =>
        state.After(S3Tables.VersionsByBucket, bucket, VersionKey.Before(bucket, key)).FirstOrDefault() is { } first && first.Key.Key == key ? first : null;

    /// <summary>The version of this id; for <c>null</c> the one without.</summary>
    public static VersionState? Version(this IReadState state, string bucket, string key, string id)
    {
        if (id == VersionIds.Null)
            return state.Latest(bucket, key) is { IsNull: true } latest ? latest : state.Where(S3Tables.OldNulls, (bucket, key)).FirstOrDefault();
        return VersionIds.OrderOf(id) is { } order && state.Find(S3Tables.Versions, new(bucket, key, order)) is { } found && found.Id == id ? found : null;
    }

    /// <summary>Makes it the latest of its key, as the bucket keeps versions.</summary>
    /// <param name="made">Its key and id are given here.</param>
    /// <param name="reason">What events say it was.</param>
    public static VersionState Add(this Transaction tx, BucketState bucket, string key, VersionState made, string reason, Ids ids)
    {
        var latest = tx.Latest(bucket.Name, key);
        var order = long.MaxValue - 1 - made.ModifiedAt.UtcTicks;
        if (latest is not null && latest.Key.Order <= order) order = latest.Key.Order - 1;
        var keeps = bucket.Versioning is BucketVersioningStatus.Enabled;
        if (!keeps && tx.Version(bucket.Name, key, VersionIds.Null) is { } former)
        {
            tx.Forget(former);
            if (former.IsLatest) latest = null;
        }
        if (latest is not null) tx.Put(S3Tables.Versions, latest with { IsLatest = false });
        made = made with { Key = new(bucket.Name, key, order), Id = keeps ? VersionIds.Make(order, ids) : VersionIds.Null, IsLatest = true };
        tx.Put(S3Tables.Versions, made);
        ObjectEvents.Created(tx, bucket, made, reason, ids);
        return made;
    }

    /// <summary>Takes one version away for good; the next newest follows a latest.</summary>
    public static void Remove(this Transaction tx, VersionState version, string reason, DateTimeOffset now, Ids ids)
    {
        ObjectEvents.Removed(tx, version, reason, now, ids);
        tx.Forget(version);
        if (version.IsLatest && tx.Latest(version.Key.Bucket, version.Key.Key) is { } next) tx.Put(S3Tables.Versions, next with { IsLatest = true });
    }

    public static void ForgetParts(this Transaction tx, string uploadId)
    {
        foreach (var part in tx.Where(S3Tables.PartsByUpload, uploadId).ToArray()) tx.Delete(S3Tables.Parts, part.Key);
    }

    private static void Forget(this Transaction tx, VersionState version)
    {
        tx.Delete(S3Tables.Versions, version.Key);
        if (version.UploadId is { } upload) tx.ForgetParts(upload);
    }
}
