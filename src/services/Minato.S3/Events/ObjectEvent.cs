using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Platform;
using Minato.S3.State;

namespace Minato.S3.Events;

/// <summary>What happened to an object, for EventBridge. On record together with it; gone when it is told.</summary>
internal sealed record ObjectEvent
{
    public required string Id { get; init; }
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public required string Bucket { get; init; }
    public required string DetailType { get; init; }
    public required string Detail { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>The events of a bucket whose notifications have EventBridge on.</summary>
internal static class ObjectEvents
{
    public const string Put = "PutObject";
    public const string Copy = "CopyObject";
    public const string Complete = "CompleteMultipartUpload";
    public const string Delete = "DeleteObject";
    public const string Expire = "Lifecycle Expiration";

    public static bool AreOn(BucketState bucket) => bucket.Notification?.EventBridgeConfiguration is not null;

    public static void Created(Transaction tx, BucketState bucket, VersionState version, string reason, Ids ids)
    {
        var kept = KeptAs(bucket, version);
        if (version.IsDeleteMarker) Tell(tx, bucket, "Object Deleted", version, kept, reason, "Delete Marker Created", version.ModifiedAt, ids);
        else Tell(tx, bucket, "Object Created", version, kept, version.UploadId is null ? reason : Complete, null, version.ModifiedAt, ids);
    }

    public static void Removed(Transaction tx, VersionState version, string reason, DateTimeOffset now, Ids ids)
    {
        if (tx.Find(S3Tables.Buckets, version.Key.Bucket) is not { } bucket) return;
        Tell(tx, bucket, "Object Deleted", version, KeptAs(bucket, version), reason, "Permanently Deleted", now, ids);
    }

    // AWS: versions are told of where they are kept.
    private static string? KeptAs(BucketState bucket, VersionState version) => bucket.Versioning is null ? null : version.Id;

    private static void Tell(Transaction tx, BucketState bucket, string type, VersionState version, string? id, string reason, string? deletion, DateTimeOffset at, Ids ids)
    {
        if (!AreOn(bucket)) return;
        var isThere = type == "Object Created";
        var thing = new JsonObject { ["key"] = version.Key.Key };
        if (isThere) (thing["size"], thing["etag"]) = (version.Size, version.ETag);
        if (id is not null) thing["version-id"] = id;
        // AWS: of two events of a key the one with the greater text came later.
        thing["sequencer"] = at.UtcTicks.ToString("X16", CultureInfo.InvariantCulture);
        var detail = new JsonObject
        {
            ["version"] = "0",
            ["bucket"] = new JsonObject { ["name"] = bucket.Name },
            ["object"] = thing,
            ["request-id"] = ids.Hex(16).ToUpperInvariant(),
            ["requester"] = reason == Expire ? "s3.amazonaws.com" : bucket.AccountId,
        };
        if (reason != Expire) detail["source-ip-address"] = "127.0.0.1";
        detail["reason"] = reason;
        if (deletion is not null) detail["deletion-type"] = deletion;
        tx.Put(S3Tables.Events, new ObjectEvent
        {
            Id = ids.Uuid(), AccountId = bucket.AccountId, Region = bucket.Region, Bucket = bucket.Name, DetailType = type, Detail = detail.ToJsonString(), At = at,
        });
    }
}
