using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// The life of a bucket.
internal sealed partial class S3Api
{
    private const string Classic = "us-east-1";
    private const int MostBuckets = 10_000;

    public async Task<CreateBucketResponse> CreateBucketAsync(CreateBucketRequest request, Caller caller, CancellationToken ct)
    {
        if (caller.IsAnonymous || caller.IsService) throw S3Errors.AccessDenied();
        var made = Make(request, caller);
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(S3Tables.Buckets, made.Name) is { } there)
            {
                CheckRepeat(there, made);
                return;
            }
            if (tx.Find(S3Tables.Resting, made.Name) is { } rest && rest.Until > clock.GetUtcNow() && (rest.AccountId, rest.Region) != (made.AccountId, made.Region))
                throw new S3Exception("OperationAborted", "A conflicting conditional operation is currently in progress against this resource. Please try again.", 409);
            tx.Delete(S3Tables.Resting, made.Name);
            tx.Put(S3Tables.Buckets, made);
        }, ct);
        return new() { Location = $"/{made.Name}", BucketArn = made.Arn };
    }

    private BucketState Make(CreateBucketRequest request, Caller caller)
    {
        var ownership = request.ObjectOwnership ?? ObjectOwnership.BucketOwnerEnforced;
        var canned = request.ACL?.ToWire();
        var grants = Acls.Of(canned, null, GrantsOf(request.GrantFullControl, request.GrantRead, request.GrantReadACP, request.GrantWrite, request.GrantWriteACP), caller.AccountId);
        var bucket = new BucketState
        {
            Name = Names.CheckBucket(request.Bucket), AccountId = caller.AccountId, CreatedAt = clock.GetUtcNow(), Ownership = ownership,
            Region = RegionOf(request.CreateBucketConfiguration?.LocationConstraint, caller.Region),
            // AWS: since 2023 every new bucket keeps the public out until it is told otherwise.
            PublicAccess = new() { BlockPublicAcls = true, IgnorePublicAcls = true, BlockPublicPolicy = true, RestrictPublicBuckets = true },
            // AWS: what is locked is versions, so that a bucket with locks keeps them.
            ObjectLock = request.ObjectLockEnabledForBucket is true ? new() { ObjectLockEnabled = ObjectLockEnabled.Enabled } : null,
            Versioning = request.ObjectLockEnabledForBucket is true ? BucketVersioningStatus.Enabled : null,
            Tags = Names.BucketTags((request.CreateBucketConfiguration?.Tags ?? []).Select(t => (t.Key, t.Value))),
        };
        if (grants is not null && ownership is ObjectOwnership.BucketOwnerEnforced && canned is not "private")
            throw new S3Exception("InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", 400);
        Acls.Check(bucket, canned, grants);
        return bucket with { Grants = grants };
    }

    // AWS: a Region's endpoint makes buckets of that Region, and wants to hear so; the oldest one makes them anywhere.
    private static string RegionOf(BucketLocationConstraint? constraint, string region)
    {
        var asked = constraint?.ToWire() switch { "EU" => "eu-west-1", var other => other };
        if (region is Classic or "") return asked ?? Classic;
        if (asked == region || (asked is null && BucketLocationConstraintExtensions.Parse(region) is null)) return region;
        throw new S3Exception("IllegalLocationConstraintException",
            $"The {asked ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.", 400);
    }

    private static void CheckRepeat(BucketState there, BucketState made)
    {
        if (there.AccountId != made.AccountId)
        {
            throw new S3Exception("BucketAlreadyExists",
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.", 409, ("BucketName", made.Name));
        }
        // AWS: the oldest Region alone takes a repeated wish for done.
        if (there.Region is Classic && made.Region is Classic) return;
        throw new S3Exception("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", 409, ("BucketName", made.Name));
    }

    public async Task<DeleteBucketResponse> DeleteBucketAsync(DeleteBucketRequest request, Caller caller, CancellationToken ct)
    {
        Open(request.Bucket, caller, "s3:DeleteBucket", expectedOwner: request.ExpectedBucketOwner);
        var until = clock.GetUtcNow() + options.NameRest;
        await store.UpdateAsync(tx =>
        {
            var bucket = tx.Find(S3Tables.Buckets, request.Bucket) ?? throw S3Errors.NoSuchBucket(request.Bucket);
            if (tx.Count(S3Tables.VersionsByBucket, bucket.Name) > 0)
            {
                throw new S3Exception("BucketNotEmpty", bucket.Versioning is null ? "The bucket you tried to delete is not empty"
                    : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.", 409, ("BucketName", bucket.Name));
            }
            foreach (var upload in tx.Where(S3Tables.UploadsByBucket, bucket.Name).ToArray())
            {
                tx.ForgetParts(upload.Key.Id);
                tx.Delete(S3Tables.Uploads, upload.Key);
            }
            tx.Delete(S3Tables.Buckets, bucket.Name);
            tx.Put(S3Tables.Resting, new(bucket.Name, bucket.AccountId, bucket.Region, until));
        }, ct);
        return new();
    }

    public Task<HeadBucketResponse> HeadBucketAsync(HeadBucketRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:ListBucket", expectedOwner: request.ExpectedBucketOwner, permission: Permission.Read);
        return Task.FromResult(new HeadBucketResponse { BucketRegion = bucket.Region, BucketArn = bucket.Arn, AccessPointAlias = false });
    }

    public Task<GetBucketLocationResponse> GetBucketLocationAsync(GetBucketLocationRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketLocation", expectedOwner: request.ExpectedBucketOwner);
        return Task.FromResult(new GetBucketLocationResponse { LocationConstraint = BucketLocationConstraintExtensions.Parse(bucket.Region) });
    }

    public Task<ListBucketsResponse> ListBucketsAsync(ListBucketsRequest request, Caller caller, CancellationToken ct)
    {
        if (caller.IsAnonymous) throw S3Errors.AccessDenied();
        var after = request.ContinuationToken is { } token ? Decode(nameof(ListBucketsAsync), token) : null;
        var most = request.MaxBuckets ?? MostBuckets;
        var found = store.Current.After(S3Tables.BucketsByAccount, caller.AccountId, after)
            .Where(b => b.Name.StartsWith(request.Prefix ?? "", StringComparison.Ordinal) && (request.BucketRegion is null || b.Region == request.BucketRegion))
            .Take(most + 1).ToImmutableArray();
        return Task.FromResult(new ListBucketsResponse
        {
            Owner = Acls.Owner(caller.AccountId), Prefix = request.Prefix,
            Buckets = [.. found.Take(most).Select(b => new Bucket { Name = b.Name, CreationDate = b.CreatedAt, BucketRegion = b.Region, BucketArn = b.Arn })],
            ContinuationToken = found.Length > most ? tokens.Encode(nameof(ListBucketsAsync), found[most - 1].Name) : null,
        });
    }

    private string Decode(string operation, string token) => tokens.Decode(operation, token)
        ?? throw S3Errors.Invalid("The continuation token provided is incorrect", ("ArgumentName", "continuation-token"), ("ArgumentValue", token));
}
