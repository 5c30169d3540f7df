using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Who may do what: policies, lists, and what keeps the public out.
internal sealed partial class S3Api
{
    public Task<GetBucketPolicyResponse> GetBucketPolicyAsync(GetBucketPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketPolicy", expectedOwner: request.ExpectedBucketOwner);
        return Task.FromResult(new GetBucketPolicyResponse { Policy = bucket.Policy ?? throw NoPolicy(bucket) });
    }

    public Task<GetBucketPolicyStatusResponse> GetBucketPolicyStatusAsync(GetBucketPolicyStatusRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketPolicyStatus", expectedOwner: request.ExpectedBucketOwner);
        return Task.FromResult(new GetBucketPolicyStatusResponse { PolicyStatus = new() { IsPublic = BucketPolicy.Parse(bucket.Policy ?? throw NoPolicy(bucket)).IsPublic } });
    }

    public async Task<PutBucketPolicyResponse> PutBucketPolicyAsync(PutBucketPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var policy = BucketPolicy.Check(request.Policy, $"arn:aws:s3:::{request.Bucket}");
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketPolicy", request.ExpectedBucketOwner, b =>
        {
            if (policy.IsPublic && b.PublicAccess?.BlockPublicPolicy is true)
            {
                throw new S3Exception("AccessDenied",
                    $"User: {caller.PrincipalArn} is not authorized to perform: s3:PutBucketPolicy on resource: \"{b.Arn}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.", 403);
            }
            return b with { Policy = request.Policy };
        }, ct);
        return new();
    }

    public async Task<DeleteBucketPolicyResponse> DeleteBucketPolicyAsync(DeleteBucketPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:DeleteBucketPolicy", request.ExpectedBucketOwner, b => b with { Policy = null }, ct);
        return new();
    }

    private static S3Exception NoPolicy(BucketState bucket) => S3Errors.MissingConfiguration("NoSuchBucketPolicy", "The bucket policy does not exist", bucket.Name);

    public Task<GetPublicAccessBlockResponse> GetPublicAccessBlockAsync(GetPublicAccessBlockRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketPublicAccessBlock", expectedOwner: request.ExpectedBucketOwner);
        return Task.FromResult(new GetPublicAccessBlockResponse
        {
            PublicAccessBlockConfiguration = bucket.PublicAccess
                ?? throw S3Errors.MissingConfiguration("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", bucket.Name),
        });
    }

    public async Task<PutPublicAccessBlockResponse> PutPublicAccessBlockAsync(PutPublicAccessBlockRequest request, Caller caller, CancellationToken ct)
    {
        var asked = request.PublicAccessBlockConfiguration;
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketPublicAccessBlock", request.ExpectedBucketOwner, b => b with
        {
            PublicAccess = new()
            {
                BlockPublicAcls = asked.BlockPublicAcls ?? false, IgnorePublicAcls = asked.IgnorePublicAcls ?? false,
                BlockPublicPolicy = asked.BlockPublicPolicy ?? false, RestrictPublicBuckets = asked.RestrictPublicBuckets ?? false,
            },
        }, ct);
        return new();
    }

    public async Task<DeletePublicAccessBlockResponse> DeletePublicAccessBlockAsync(DeletePublicAccessBlockRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketPublicAccessBlock", request.ExpectedBucketOwner, b => b with { PublicAccess = null }, ct);
        return new();
    }

    public Task<GetBucketOwnershipControlsResponse> GetBucketOwnershipControlsAsync(GetBucketOwnershipControlsRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketOwnershipControls", expectedOwner: request.ExpectedBucketOwner);
        return bucket.Ownership is { } rule ? Task.FromResult(new GetBucketOwnershipControlsResponse { OwnershipControls = new() { Rules = [new() { ObjectOwnership = rule }] } })
            : throw S3Errors.MissingConfiguration("OwnershipControlsNotFoundError", "The bucket ownership controls were not found", bucket.Name);
    }

    public async Task<PutBucketOwnershipControlsResponse> PutBucketOwnershipControlsAsync(PutBucketOwnershipControlsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.OwnershipControls.Rules is not [{ } rule]) throw S3Errors.MalformedXml();
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketOwnershipControls", request.ExpectedBucketOwner, b =>
        {
            if (rule.ObjectOwnership is ObjectOwnership.BucketOwnerEnforced && b.Grants is { } grants && !grants.SequenceEqual(Acls.Private(b.AccountId)))
                throw new S3Exception("InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", 400);
            return b with { Ownership = rule.ObjectOwnership };
        }, ct);
        return new();
    }

    public async Task<DeleteBucketOwnershipControlsResponse> DeleteBucketOwnershipControlsAsync(DeleteBucketOwnershipControlsRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketOwnershipControls", request.ExpectedBucketOwner, b => b with { Ownership = null }, ct);
        return new();
    }

    public Task<GetBucketAclResponse> GetBucketAclAsync(GetBucketAclRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketAcl", expectedOwner: request.ExpectedBucketOwner, permission: Permission.ReadAcp);
        return Task.FromResult(new GetBucketAclResponse { Owner = Acls.Owner(bucket.AccountId), Grants = bucket.Grants ?? Acls.Private(bucket.AccountId) });
    }

    public async Task<PutBucketAclResponse> PutBucketAclAsync(PutBucketAclRequest request, Caller caller, CancellationToken ct)
    {
        var canned = request.ACL?.ToWire();
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketAcl", request.ExpectedBucketOwner, b =>
        {
            var grants = Acls.Of(canned, request.AccessControlPolicy, GrantsOf(request.GrantFullControl, request.GrantRead, request.GrantReadACP, request.GrantWrite, request.GrantWriteACP), b.AccountId)
                ?? throw new S3Exception("MissingSecurityHeader", "Your request was missing a required header", 400, ("MissingHeaderName", "x-amz-acl"));
            Acls.Check(b, canned, grants);
            return b with { Grants = grants };
        }, ct);
        return new();
    }

    public Task<GetObjectAclResponse> GetObjectAclAsync(GetObjectAclRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:GetObjectAcl");
        return Task.FromResult(new GetObjectAclResponse { Owner = Acls.Owner(bucket.AccountId), Grants = version.Grants ?? Acls.Private(bucket.AccountId) });
    }

    public async Task<PutObjectAclResponse> PutObjectAclAsync(PutObjectAclRequest request, Caller caller, CancellationToken ct)
    {
        var canned = request.ACL?.ToWire();
        var bucket = Open(request.Bucket, caller, "s3:PutObjectAcl", request.Key, request.ExpectedBucketOwner, canned);
        var grants = Acls.Of(canned, request.AccessControlPolicy, GrantsOf(request.GrantFullControl, request.GrantRead, request.GrantReadACP, request.GrantWrite, request.GrantWriteACP), bucket.AccountId)
            ?? throw new S3Exception("MissingSecurityHeader", "Your request was missing a required header", 400, ("MissingHeaderName", "x-amz-acl"));
        Acls.Check(bucket, canned, grants);
        await ChangeVersionAsync(request.Bucket, request.Key, request.VersionId, v => v with { Grants = grants }, ct);
        return new();
    }

    private async Task<VersionState> ChangeVersionAsync(string bucket, string key, string? id, Func<VersionState, VersionState> change, CancellationToken ct) => await store.UpdateAsync(tx =>
    {
        var changed = change(FindVersion(tx, bucket, key, id));
        tx.Put(S3Tables.Versions, changed);
        return changed;
    }, ct);
}
