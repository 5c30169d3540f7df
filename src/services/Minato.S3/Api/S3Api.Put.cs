using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Content;
using Minato.S3.Events;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Objects come.
internal sealed partial class S3Api
{
    private const string DefaultType = "binary/octet-stream";
    private const int LargestMetadata = 2048;

    public async Task<PutObjectResponse> PutObjectAsync(PutObjectRequest request, Caller caller, CancellationToken ct)
    {
        var key = Names.CheckKey(request.Key);
        var canned = request.ACL?.ToWire();
        var bucket = Open(request.Bucket, caller, "s3:PutObject", key, request.ExpectedBucketOwner, canned, Permission.Write);
        if (request.WriteOffsetBytes is not null) throw S3Errors.NotImplemented("x-amz-write-offset-bytes");
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        var grants = Acls.Of(canned, null, GrantsOf(request.GrantFullControl, request.GrantRead, request.GrantReadACP, null, request.GrantWriteACP), bucket.AccountId);
        Acls.Check(bucket, canned, grants);
        var made = new VersionState
        {
            Key = VersionKey.Before(bucket.Name, key), Id = VersionIds.Null, ModifiedAt = clock.GetUtcNow(), Tags = Names.TagsOf(request.Tagging), Grants = grants,
            Lock = ObjectLocks.ForNew(bucket, request.ObjectLockMode, request.ObjectLockRetainUntilDate, request.ObjectLockLegalHoldStatus, clock.GetUtcNow()),
            CustomerKey = own?.Prove(ids),
            Headers = Encrypt(bucket, own, request.ServerSideEncryption, request.SSEKMSKeyId, request.BucketKeyEnabled, new()
            {
                ContentType = request.ContentType ?? DefaultType, CacheControl = request.CacheControl, ContentDisposition = request.ContentDisposition,
                ContentEncoding = Unchunked(request.ContentEncoding), ContentLanguage = request.ContentLanguage, Expires = request.Expires,
                WebsiteRedirectLocation = request.WebsiteRedirectLocation, StorageClass = request.StorageClass ?? StorageClass.Standard, Metadata = Metadata(request.Metadata),
            }),
        };
        var body = request.Body ?? Stream.Null;
        var claims = Claims.Of(body, request.ContentMD5, request.ChecksumAlgorithm, ("CRC32", request.ChecksumCRC32), ("CRC32C", request.ChecksumCRC32C),
            ("CRC64NVME", request.ChecksumCRC64NVME), ("SHA1", request.ChecksumSHA1), ("SHA256", request.ChecksumSHA256), ("SHA512", request.ChecksumSHA512),
            ("MD5", request.ChecksumMD5), ("XXHASH64", request.ChecksumXXHASH64), ("XXHASH3", request.ChecksumXXHASH3), ("XXHASH128", request.ChecksumXXHASH128));
        var conditions = new Conditions(request.IfMatch, request.IfNoneMatch);
        var version = await contents.WriteAsync(body, claims, own, written => AddAsync(bucket, key, made with
        {
            Nonce = written.Nonce, Size = written.Size, ETag = written.Md5, Digest = written.Digest, Checksum = written.Checksum,
        }, source: null, conditions, ct), ct);
        return new()
        {
            ETag = Quoted(version.ETag), VersionId = bucket.Versioning is BucketVersioningStatus.Enabled ? version.Id : null, Expiration = Expiration(bucket, version),
            SSECustomerAlgorithm = own is null ? null : CustomerKey.Algorithm, SSECustomerKeyMD5 = own?.Md5,
            ServerSideEncryption = version.Headers.Encryption, SSEKMSKeyId = version.Headers.KmsKeyId, BucketKeyEnabled = version.Headers.BucketKey,
            ChecksumType = version.Checksum?.Type, ChecksumCRC32 = version.Checksum?.As("CRC32"), ChecksumCRC32C = version.Checksum?.As("CRC32C"),
            ChecksumCRC64NVME = version.Checksum?.As("CRC64NVME"), ChecksumSHA1 = version.Checksum?.As("SHA1"), ChecksumSHA256 = version.Checksum?.As("SHA256"),
            ChecksumSHA512 = version.Checksum?.As("SHA512"), ChecksumMD5 = version.Checksum?.As("MD5"),
        };
    }

    private async Task<VersionState> AddAsync(BucketState seen, string key, VersionState made, VersionState? source, Conditions conditions, CancellationToken ct) =>
        await store.UpdateAsync(tx =>
        {
            var bucket = tx.Find(S3Tables.Buckets, seen.Name) ?? throw S3Errors.NoSuchBucket(seen.Name);
            conditions.CheckWrite(tx.Latest(bucket.Name, key), key);
            // A copy shares the file of its source: it must still be somebody's.
            if (source is not null && tx.Find(S3Tables.Versions, source.Key) is null) throw S3Errors.NoSuchKey(source.Key.Key);
            return tx.Add(bucket, key, made, source is null ? ObjectEvents.Put : ObjectEvents.Copy, ids);
        }, ct);

    // AWS: what is not said of an object is what its bucket says.
    private static ObjectHeaders Encrypt(BucketState bucket, CustomerKey? own, ServerSideEncryption? asked, string? keyId, bool? bucketKey, ObjectHeaders headers)
    {
        CustomerKey.CheckAlone(own, asked);
        if (own is not null) return headers with { Encryption = null };
        var rule = bucket.Encryption?.Rules.FirstOrDefault();
        var byDefault = rule?.ApplyServerSideEncryptionByDefault;
        var algorithm = asked ?? byDefault?.SSEAlgorithm ?? ServerSideEncryption.Aes256;
        if (algorithm is ServerSideEncryption.Aes256)
        {
            return keyId is null ? headers with { Encryption = algorithm }
                : throw S3Errors.Invalid("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", ("ArgumentName", "x-amz-server-side-encryption"));
        }
        return headers with { Encryption = algorithm, KmsKeyId = keyId ?? byDefault?.KMSMasterKeyID, BucketKey = (bucketKey ?? rule?.BucketKeyEnabled) is true ? true : null };
    }

    // How it travelled is no property of the object.
    private static string? Unchunked(string? encoding)
    {
        var kept = string.Join(',', (encoding ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(e => e is not "aws-chunked"));
        return kept.Length > 0 ? kept : null;
    }

    private static ImmutableDictionary<string, string> Metadata(ImmutableDictionary<string, string>? given)
    {
        var all = (given ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(m => m.Key.ToLowerInvariant(), m => m.Value);
        var size = all.Sum(m => System.Text.Encoding.UTF8.GetByteCount(m.Key) + System.Text.Encoding.UTF8.GetByteCount(m.Value));
        return size <= LargestMetadata ? all : throw new S3Exception("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400,
            ("Size", $"{size}"), ("MaxSizeAllowed", $"{LargestMetadata}"));
    }

    private static (Permission, string?)[] GrantsOf(string? full, string? read, string? readAcp, string? write, string? writeAcp) =>
        [(Permission.FullControl, full), (Permission.Read, read), (Permission.ReadAcp, readAcp), (Permission.Write, write), (Permission.WriteAcp, writeAcp)];
}
