using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Tags of buckets and of objects.
internal sealed partial class S3Api
{
    public Task<GetBucketTaggingResponse> GetBucketTaggingAsync(GetBucketTaggingRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:GetBucketTagging", expectedOwner: request.ExpectedBucketOwner);
        return bucket.Tags.Count > 0 ? Task.FromResult(new GetBucketTaggingResponse { TagSet = Wire(bucket.Tags) })
            : throw S3Errors.MissingConfiguration("NoSuchTagSet", "The TagSet does not exist", bucket.Name);
    }

    public async Task<PutBucketTaggingResponse> PutBucketTaggingAsync(PutBucketTaggingRequest request, Caller caller, CancellationToken ct)
    {
        var tags = Names.BucketTags(request.Tagging.TagSet.Select(t => (t.Key, t.Value)));
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketTagging", request.ExpectedBucketOwner, b => b with { Tags = tags }, ct);
        return new();
    }

    public async Task<DeleteBucketTaggingResponse> DeleteBucketTaggingAsync(DeleteBucketTaggingRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(request.Bucket, caller, "s3:PutBucketTagging", request.ExpectedBucketOwner, b => b with { Tags = b.Tags.Clear() }, ct);
        return new();
    }

    public Task<GetObjectTaggingResponse> GetObjectTaggingAsync(GetObjectTaggingRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:GetObjectTagging");
        return Task.FromResult(new GetObjectTaggingResponse { VersionId = ShownId(bucket, version), TagSet = Wire(version.Tags) });
    }

    public async Task<PutObjectTaggingResponse> PutObjectTaggingAsync(PutObjectTaggingRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:PutObjectTagging", request.Key, request.ExpectedBucketOwner);
        var tags = Names.ObjectTags(request.Tagging.TagSet.Select(t => (t.Key, t.Value)));
        var version = await ChangeVersionAsync(request.Bucket, request.Key, request.VersionId, v => v with { Tags = tags }, ct);
        return new() { VersionId = ShownId(bucket, version) };
    }

    public async Task<DeleteObjectTaggingResponse> DeleteObjectTaggingAsync(DeleteObjectTaggingRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:DeleteObjectTagging", request.Key, request.ExpectedBucketOwner);
        var version = await ChangeVersionAsync(request.Bucket, request.Key, request.VersionId, v => v with { Tags = v.Tags.Clear() }, ct);
        return new() { VersionId = ShownId(bucket, version) };
    }

    private static ImmutableArray<Tag> Wire(ImmutableSortedDictionary<string, string> tags) => [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];
}
