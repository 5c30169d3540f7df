using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Events;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Objects end.
internal sealed partial class S3Api
{
    /// <param name="Id">Of the version that was made or taken away; null where versions are not kept.</param>
    private sealed record Deleted(string? Id, bool IsMarker);

    public async Task<DeleteObjectResponse> DeleteObjectAsync(DeleteObjectRequest request, Caller caller, CancellationToken ct)
    {
        var key = Names.CheckKey(request.Key);
        var bucket = Open(request.Bucket, caller, request.VersionId is null ? "s3:DeleteObject" : "s3:DeleteObjectVersion", key, request.ExpectedBucketOwner);
        var deleted = await store.UpdateAsync(tx => Delete(tx, bucket.Name, key, request.VersionId, request.IfMatch, request.BypassGovernanceRetention is true), ct);
        return new() { VersionId = deleted.Id, DeleteMarker = deleted.IsMarker ? true : null };
    }

    public async Task<DeleteObjectsResponse> DeleteObjectsAsync(DeleteObjectsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Delete.Objects.Length is 0 or > MostAtOnce) throw S3Errors.MalformedXml();
        var bucket = Open(request.Bucket, caller, "s3:DeleteObject", "*", request.ExpectedBucketOwner);
        var errors = ImmutableArray.CreateBuilder<Error>();
        var deleted = await store.UpdateAsync(tx =>
        {
            errors.Clear();
            return request.Delete.Objects.Select(o => DeleteOne(tx, bucket.Name, o, request.BypassGovernanceRetention is true, errors)).OfType<DeletedObject>().ToImmutableArray();
        }, ct);
        return new() { Deleted = request.Delete.Quiet is true ? null : deleted, Errors = errors.Count > 0 ? errors.ToImmutable() : null };
    }

    private DeletedObject? DeleteOne(Transaction tx, string bucket, ObjectIdentifier one, bool mayBypass, ImmutableArray<Error>.Builder errors)
    {
        try
        {
            var done = Delete(tx, bucket, Names.CheckKey(one.Key), one.VersionId, one.ETag, mayBypass);
            return new()
            {
                Key = one.Key, VersionId = one.VersionId, DeleteMarker = done.IsMarker ? true : null, DeleteMarkerVersionId = done.IsMarker ? done.Id : null,
            };
        }
        catch (S3Exception e)
        {
            errors.Add(new() { Key = one.Key, VersionId = one.VersionId, Code = e.Code, Message = e.Message });
            return null;
        }
    }

    // AWS: what is not there is deleted with success.
    private Deleted Delete(Transaction tx, string bucketName, string key, string? id, string? ifMatch, bool mayBypass)
    {
        var bucket = tx.Find(S3Tables.Buckets, bucketName) ?? throw S3Errors.NoSuchBucket(bucketName);
        if (id is not null) return DeleteVersion(tx, bucketName, key, id, mayBypass);
        var latest = tx.Latest(bucketName, key);
        new Conditions(ifMatch, null).CheckWrite(latest, key);
        if (bucket.Versioning is null)
        {
            if (latest is not null) tx.Remove(latest, ObjectEvents.Delete, clock.GetUtcNow(), ids);
            return new(null, false);
        }
        var marker = tx.Add(bucket, key, new() { Key = VersionKey.Before(bucketName, key), Id = VersionIds.Null, ModifiedAt = clock.GetUtcNow(), IsDeleteMarker = true }, ObjectEvents.Delete, ids);
        return new(marker.Id, true);
    }

    private Deleted DeleteVersion(Transaction tx, string bucket, string key, string id, bool mayBypass)
    {
        if (id != VersionIds.Null && VersionIds.OrderOf(id) is null) throw S3Errors.Invalid("Invalid version id specified", ("ArgumentName", "versionId"), ("ArgumentValue", id));
        if (tx.Version(bucket, key, id) is not { } version) return new(id, false);
        var now = clock.GetUtcNow();
        if (ObjectLocks.Holds(version, now, mayBypass)) throw ObjectLocks.Protected();
        tx.Remove(version, ObjectEvents.Delete, now, ids);
        return new(version.Id, version.IsDeleteMarker);
    }
}
