using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Content;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

/// <summary>S3. What a request may do is asked of the bucket's own account, and of its policy for everybody else.</summary>
internal sealed partial class S3Api(Store store, ObjectContents contents, PageTokens tokens, Ids ids, TimeProvider clock, S3Options options) : IS3
{
    private const int MostAtOnce = 1000;

    /// <param name="action">What the caller does, as policies name it.</param>
    /// <param name="acl">The canned list it asks for; policies may insist on one.</param>
    private BucketState Open(string name, Caller caller, string action, string? key = null, string? expectedOwner = null, string? acl = null, Permission? permission = null,
        ImmutableArray<Grant>? grants = null)
    {
        var bucket = store.Current.Find(S3Tables.Buckets, name) ?? throw S3Errors.NoSuchBucket(name);
        if (expectedOwner is not null && expectedOwner != bucket.AccountId) throw S3Errors.AccessDenied();
        if (caller.AccountId == bucket.AccountId && !caller.IsService) return IsDenied(bucket, caller, action, key) ? throw S3Errors.AccessDenied() : bucket;
        if (permission is { } asked && Acls.LetsEverybody(bucket, grants ?? bucket.Grants, asked)) return bucket;
        return IsLetIn(bucket, caller, action, key, acl) ? bucket : throw S3Errors.AccessDenied();
    }

    // Users and roles were asked about before. AWS: root is held to what its bucket's policy denies, but can always put that right.
    private bool IsDenied(BucketState bucket, Caller caller, string action, string? key)
    {
        if (bucket.Policy is null || !caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal)) return false;
        if (action is "s3:GetBucketPolicy" or "s3:PutBucketPolicy" or "s3:DeleteBucketPolicy" || BucketPolicy.Parse(bucket.Policy).Document is not { } policy) return false;
        var now = clock.GetUtcNow();
        return policy.Find(allows: false, new()
        {
            Principal = AuthorizationPrincipal.Of(caller), Action = action, Resource = key is null ? bucket.Arn : $"{bucket.Arn}/{key}", KeySource = name => CallerKeys.Values(caller, now, name),
        }) is not null;
    }

    private bool IsLetIn(BucketState bucket, Caller caller, string action, string? key, string? acl)
    {
        if (bucket.Policy is null) return false;
        var policy = BucketPolicy.Parse(bucket.Policy);
        if (policy.IsPublic && bucket.PublicAccess?.RestrictPublicBuckets is true && !caller.IsService) return false;
        var now = clock.GetUtcNow();
        return policy.Allows(caller, action, key is null ? bucket.Arn : $"{bucket.Arn}/{key}", name => name.ToLowerInvariant() is "s3:x-amz-acl" ? acl is null ? [] : [acl] : CallerKeys.Values(caller, now, name));
    }

    private async Task<BucketState> ChangeAsync(string name, Caller caller, string action, string? expectedOwner, Func<BucketState, BucketState> change, CancellationToken ct)
    {
        Open(name, caller, action, expectedOwner: expectedOwner);
        return await store.UpdateAsync(tx =>
        {
            var changed = change(tx.Find(S3Tables.Buckets, name) ?? throw S3Errors.NoSuchBucket(name));
            tx.Put(S3Tables.Buckets, changed);
            return changed;
        }, ct);
    }

    /// <summary>The version that a read means.</summary>
    private static VersionState FindVersion(IReadState state, string bucket, string key, string? id)
    {
        if (id is not null)
        {
            if (id != VersionIds.Null && VersionIds.OrderOf(id) is null) throw S3Errors.Invalid("Invalid version id specified", ("ArgumentName", "versionId"), ("ArgumentValue", id));
            var version = state.Version(bucket, key, id) ?? throw S3Errors.NoSuchVersion(key, id);
            return !version.IsDeleteMarker ? version
                : throw new S3Exception("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, ("Method", "GET"), ("ResourceType", "DeleteMarker"))
                    .With("x-amz-delete-marker", "true").With("x-amz-version-id", version.Id);
        }
        var latest = state.Latest(bucket, key) ?? throw S3Errors.NoSuchKey(key);
        return !latest.IsDeleteMarker ? latest : throw S3Errors.NoSuchKey(key).With("x-amz-delete-marker", "true").With("x-amz-version-id", latest.Id);
    }

    // AWS: a bucket that never kept versions does not speak of them.
    private static string? ShownId(BucketState bucket, VersionState version) => bucket.Versioning is null ? null : version.Id;

    private static string Quoted(string etag) => $"\"{etag}\"";

    private static string? Expiration(BucketState bucket, VersionState version) => LifecyclePlanner.Expiry(bucket.Lifecycle, version) is var (at, rule)
        ? $"expiry-date=\"{at.UtcDateTime:R}\", rule-id=\"{rule}\"" : null;
}
