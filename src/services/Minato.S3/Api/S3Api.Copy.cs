using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Content;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Objects made of others.
internal sealed partial class S3Api
{
    private const long LargestCopy = 5L * 1024 * 1024 * 1024;

    private sealed record Source(string Bucket, string Key, string? VersionId);

    public async Task<CopyObjectResponse> CopyObjectAsync(CopyObjectRequest request, Caller caller, CancellationToken ct)
    {
        var key = Names.CheckKey(request.Key);
        var canned = request.ACL?.ToWire();
        var bucket = Open(request.Bucket, caller, "s3:PutObject", key, request.ExpectedBucketOwner, canned);
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        var theirs = CustomerKey.Of(request.CopySourceSSECustomerAlgorithm, request.CopySourceSSECustomerKey, request.CopySourceSSECustomerKeyMD5);
        var wanted = ParseSource(request.CopySource);
        var (sourceBucket, source) = Look(wanted.Bucket, wanted.Key, wanted.VersionId, caller, request.ExpectedSourceBucketOwner);
        new Conditions(request.CopySourceIfMatch, request.CopySourceIfNoneMatch, request.CopySourceIfModifiedSince, request.CopySourceIfUnmodifiedSince).CheckSource(source);
        CustomerKey.CheckRead(source.CustomerKey, theirs);
        if (source.Size > LargestCopy) throw S3Errors.BadRequest($"The specified copy source is larger than the maximum allowable size for a copy source: {LargestCopy}");
        CheckSelf(request, wanted, bucket);
        var grants = Acls.Of(canned, null, GrantsOf(request.GrantFullControl, request.GrantRead, request.GrantReadACP, null, request.GrantWriteACP), bucket.AccountId);
        Acls.Check(bucket, canned, grants);
        var made = new VersionState
        {
            Key = VersionKey.Before(bucket.Name, key), Id = VersionIds.Null, ModifiedAt = clock.GetUtcNow(), Grants = grants,
            Lock = ObjectLocks.ForNew(bucket, request.ObjectLockMode, request.ObjectLockRetainUntilDate, request.ObjectLockLegalHoldStatus, clock.GetUtcNow()),
            CustomerKey = own?.Prove(ids),
            Headers = Encrypt(bucket, own,
                request.ServerSideEncryption, request.SSEKMSKeyId, request.BucketKeyEnabled, Copied(request, source.Headers)),
            Tags = request.TaggingDirective is TaggingDirective.Replace ? Names.TagsOf(request.Tagging) : source.Tags,
        };
        var version = await CopyAsync(bucket, key, made, source, (theirs, own), request.ChecksumAlgorithm?.ToWire(), new(request.IfMatch, request.IfNoneMatch), ct);
        var sum = version.Checksum;
        return new()
        {
            VersionId = bucket.Versioning is BucketVersioningStatus.Enabled ? version.Id : null, CopySourceVersionId = ShownId(sourceBucket, source),
            SSECustomerAlgorithm = own is null ? null : CustomerKey.Algorithm, SSECustomerKeyMD5 = own?.Md5,
            ServerSideEncryption = version.Headers.Encryption, SSEKMSKeyId = version.Headers.KmsKeyId, Expiration = Expiration(bucket, version),
            CopyObjectResult = new()
            {
                ETag = Quoted(version.ETag), LastModified = version.ModifiedAt, ChecksumType = sum?.Type, ChecksumCRC32 = sum?.As("CRC32"), ChecksumCRC32C = sum?.As("CRC32C"),
                ChecksumCRC64NVME = sum?.As("CRC64NVME"), ChecksumSHA1 = sum?.As("SHA1"), ChecksumSHA256 = sum?.As("SHA256"), ChecksumSHA512 = sum?.As("SHA512"), ChecksumMD5 = sum?.As("MD5"),
            },
        };
    }

    // What is one file is shared; what is parts, or wants another checksum, is read and written anew.
    private async Task<VersionState> CopyAsync(BucketState bucket, string key, VersionState made, VersionState source, (CustomerKey? From, CustomerKey? To) keys, string? algorithm, Conditions conditions,
        CancellationToken ct)
    {
        if (keys is (null, null) && source.Digest is { } digest && (algorithm is null || algorithm == source.Checksum?.Algorithm))
        {
            made = made with { Size = source.Size, ETag = source.ETag, Digest = digest, Checksum = source.Checksum };
            return await AddAsync(bucket, key, made, source, conditions, ct);
        }
        await using var content = source.Size == 0 ? Stream.Null : await OpenAsync(source, new(0, source.Size - 1), keys.From, ct);
        return await contents.WriteAsync(content, Claims.None(algorithm ?? source.Checksum?.Algorithm), keys.To, written => AddAsync(bucket, key, made with
        {
            Nonce = written.Nonce, Size = written.Size, ETag = written.Md5, Digest = written.Digest, Checksum = written.Checksum,
        }, source: null, conditions, ct), ct);
    }

    private static ObjectHeaders Copied(CopyObjectRequest request, ObjectHeaders source)
    {
        var headers = request.MetadataDirective is not MetadataDirective.Replace ? source : new()
        {
            ContentType = request.ContentType ?? DefaultType, CacheControl = request.CacheControl, ContentDisposition = request.ContentDisposition,
            ContentEncoding = Unchunked(request.ContentEncoding), ContentLanguage = request.ContentLanguage, Expires = request.Expires, Metadata = Metadata(request.Metadata),
        };
        // AWS: class, redirect and encryption are never copied along.
        return headers with { StorageClass = request.StorageClass ?? StorageClass.Standard, WebsiteRedirectLocation = request.WebsiteRedirectLocation, Encryption = ServerSideEncryption.Aes256, KmsKeyId = null, BucketKey = null };
    }

    private static void CheckSelf(CopyObjectRequest request, Source source, BucketState bucket)
    {
        var changes = request.MetadataDirective is MetadataDirective.Replace || request.StorageClass is not null || request.WebsiteRedirectLocation is not null || request.ServerSideEncryption is not null || request.SSECustomerAlgorithm is not null
            || source.VersionId is not null || request.ChecksumAlgorithm is not null;
        if (source.Bucket == bucket.Name && source.Key == request.Key && !changes)
        {
            throw S3Errors.BadRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        }
    }

    // bucket/key, encoded as in a URL; the version's id behind it.
    private static Source ParseSource(string header)
    {
        var question = header.IndexOf("?versionId=", StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(question < 0 ? header : header[..question]);
        return path.TrimStart('/').Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key] ? new(bucket, key, question < 0 ? null : header[(question + "?versionId=".Length)..])
            : throw S3Errors.Invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", ("ArgumentName", "x-amz-copy-source"), ("ArgumentValue", header));
    }
}
