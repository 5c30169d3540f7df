using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// What may not be taken away.
internal sealed partial class S3Api
{
    public Task<GetObjectLockConfigurationResponse> GetObjectLockConfigurationAsync(GetObjectLockConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketObjectLockConfiguration", expectedOwner: request.ExpectedBucketOwner);
        return bucket.ObjectLock is { } configuration ? Task.FromResult(new GetObjectLockConfigurationResponse { ObjectLockConfiguration = configuration })
            : throw S3Errors.MissingConfiguration("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", bucket.Name);
    }

    public async Task<PutObjectLockConfigurationResponse> PutObjectLockConfigurationAsync(PutObjectLockConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var asked = ObjectLocks.Check(request.ObjectLockConfiguration);
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketObjectLockConfiguration", request.ExpectedBucketOwner, b => b.Versioning is BucketVersioningStatus.Enabled
            ? b with { ObjectLock = asked } : throw new S3Exception("InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration", 409), ct);
        return new();
    }

    public Task<GetObjectRetentionResponse> GetObjectRetentionAsync(GetObjectRetentionRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:GetObjectRetention");
        if (!ObjectLocks.IsOn(bucket)) throw ObjectLocks.Missing();
        if (version.Lock is not { Mode: { } mode, Until: { } until }) throw NoLock();
        return Task.FromResult(new GetObjectRetentionResponse
        {
            Retention = new() { Mode = mode is ObjectLockMode.Compliance ? ObjectLockRetentionMode.Compliance : ObjectLockRetentionMode.Governance, RetainUntilDate = until },
        });
    }

    public async Task<PutObjectRetentionResponse> PutObjectRetentionAsync(PutObjectRetentionRequest request, Caller caller, CancellationToken ct)
    {
        await LockAsync(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:PutObjectRetention",
            version => ObjectLocks.Retain(version, request.Retention, clock.GetUtcNow(), request.BypassGovernanceRetention is true), ct);
        return new();
    }

    public Task<GetObjectLegalHoldResponse> GetObjectLegalHoldAsync(GetObjectLegalHoldRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:GetObjectLegalHold");
        if (!ObjectLocks.IsOn(bucket)) throw ObjectLocks.Missing();
        return version.Lock is { } held
            ? Task.FromResult(new GetObjectLegalHoldResponse { LegalHold = new() { Status = held.HasHold ? ObjectLockLegalHoldStatus.On : ObjectLockLegalHoldStatus.Off } }) : throw NoLock();
    }

    public async Task<PutObjectLegalHoldResponse> PutObjectLegalHoldAsync(PutObjectLegalHoldRequest request, Caller caller, CancellationToken ct)
    {
        var status = request.LegalHold?.Status ?? throw S3Errors.MalformedXml();
        await LockAsync(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:PutObjectLegalHold",
            version => (version.Lock ?? new(null, null, false)) with { HasHold = status is ObjectLockLegalHoldStatus.On }, ct);
        return new();
    }

    private async Task LockAsync(string name, string key, string? id, Caller caller, string? expectedOwner, string action, Func<VersionState, LockState> change, CancellationToken ct)
    {
        var bucket = Open(name, caller, action, Names.CheckKey(key), expectedOwner);
        if (!ObjectLocks.IsOn(bucket)) throw ObjectLocks.Missing();
        await store.UpdateAsync(tx =>
        {
            var version = FindVersion(tx, name, key, id);
            tx.Put(S3Tables.Versions, version with { Lock = change(version) });
        }, ct);
    }

    private static S3Exception NoLock() => new("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", 404);
}
