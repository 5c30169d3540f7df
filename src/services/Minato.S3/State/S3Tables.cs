using System.Text.Json.Serialization;
using Minato.Platform;
using Minato.S3.Events;

namespace Minato.S3.State;

internal static class S3Tables
{
    public static readonly Table<string, BucketState> Buckets = new("s3.buckets", b => b.Name, () => S3Json.Default.BucketState);
    public static readonly Index<string, string, BucketState> BucketsByAccount = Buckets.AddIndex("account", b => b.AccountId);

    public static readonly Table<string, RestState> Resting = new("s3.resting-names", r => r.Name, () => S3Json.Default.RestState);

    public static readonly Table<VersionKey, VersionState> Versions = new("s3.versions", v => v.Key, () => S3Json.Default.VersionState);
    public static readonly Index<string, VersionKey, VersionState> VersionsByBucket = Versions.AddIndex("bucket", v => v.Key.Bucket);
    public static readonly Index<string, VersionKey, VersionState> CurrentByBucket =
        Versions.AddIndex("current", v => v is { IsLatest: true, IsDeleteMarker: false } ? v.Key.Bucket : null);
    public static readonly Index<string, VersionKey, VersionState> VersionsByDigest = Versions.AddIndex("digest", v => v.Digest);

    // A key has one at most, and mostly it is the latest, which is found without.
    public static readonly Index<(string Bucket, string Key), VersionKey, VersionState> OldNulls =
        Versions.AddIndex<(string Bucket, string Key)>("old-null", v => v is { IsNull: true, IsLatest: false } ? (v.Key.Bucket, v.Key.Key) : null);

    public static readonly Table<string, ObjectEvent> Events = new("s3.object-events", e => e.Id, () => S3Json.Default.ObjectEvent);

    public static readonly Table<UploadKey, UploadState> Uploads = new("s3.uploads", u => u.Key, () => S3Json.Default.UploadState);
    public static readonly Index<string, UploadKey, UploadState> UploadsByBucket = Uploads.AddIndex("bucket", u => u.Key.Bucket);

    public static readonly Table<PartKey, PartState> Parts = new("s3.parts", p => p.Key, () => S3Json.Default.PartState);
    public static readonly Index<string, PartKey, PartState> PartsByUpload = Parts.AddIndex("upload", p => p.Key.UploadId);
    public static readonly Index<string, PartKey, PartState> PartsByDigest = Parts.AddIndex("digest", p => p.Digest);
}

// Names, not numbers: an enumeration of the model may get new values in between.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(BucketState))]
[JsonSerializable(typeof(RestState))]
[JsonSerializable(typeof(VersionState))]
[JsonSerializable(typeof(UploadState))]
[JsonSerializable(typeof(PartState))]
[JsonSerializable(typeof(ObjectEvent))]
internal sealed partial class S3Json : JsonSerializerContext;
