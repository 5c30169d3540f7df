using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Content;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Objects go.
internal sealed partial class S3Api
{
    /// <summary>What of an object is asked for.</summary>
    private sealed record Selection(ByteRange Range, bool IsPart, int? PartsCount);

    public async Task<GetObjectResponse> GetObjectAsync(GetObjectRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner);
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        CustomerKey.CheckRead(version.CustomerKey, own);
        new Conditions(request.IfMatch, request.IfNoneMatch, request.IfModifiedSince, request.IfUnmodifiedSince).CheckRead(version);
        if (caller.IsAnonymous && Overrides(request).Any(o => o is not null)) throw S3Errors.BadRequest("Request specific response headers cannot be used for anonymous GET requests.");
        var chosen = Select(version, request.Range, request.PartNumber);
        var (headers, sum) = (version.Headers, request.ChecksumMode is null || chosen.IsPart ? null : version.Checksum);
        return new()
        {
            Body = version.Size == 0 ? Stream.Null : await OpenAsync(version, chosen.Range, own, ct), ContentLength = chosen.Range.Length,
            ContentRange = chosen.IsPart ? chosen.Range.ToHeader(version.Size) : null, AcceptRanges = "bytes", PartsCount = chosen.PartsCount,
            ETag = Quoted(version.ETag), LastModified = version.ModifiedAt, VersionId = ShownId(bucket, version), Expiration = Expiration(bucket, version),
            ContentType = request.ResponseContentType ?? headers.ContentType, CacheControl = request.ResponseCacheControl ?? headers.CacheControl,
            ContentDisposition = request.ResponseContentDisposition ?? headers.ContentDisposition, ContentEncoding = request.ResponseContentEncoding ?? headers.ContentEncoding,
            ContentLanguage = request.ResponseContentLanguage ?? headers.ContentLanguage, Expires = request.ResponseExpires?.UtcDateTime.ToString("R") ?? headers.Expires,
            WebsiteRedirectLocation = headers.WebsiteRedirectLocation, Metadata = headers.Metadata, StorageClass = Told(headers.StorageClass),
            SSECustomerAlgorithm = own is null ? null : CustomerKey.Algorithm, SSECustomerKeyMD5 = own?.Md5,
            ObjectLockMode = version.Lock?.Mode, ObjectLockRetainUntilDate = version.Lock?.Until, ObjectLockLegalHoldStatus = HoldOf(version),
            ServerSideEncryption = headers.Encryption, SSEKMSKeyId = headers.KmsKeyId, BucketKeyEnabled = headers.BucketKey, TagCount = version.Tags.Count > 0 ? version.Tags.Count : null,
            ChecksumType = sum?.Type, ChecksumCRC32 = sum?.As("CRC32"), ChecksumCRC32C = sum?.As("CRC32C"), ChecksumCRC64NVME = sum?.As("CRC64NVME"),
            ChecksumSHA1 = sum?.As("SHA1"), ChecksumSHA256 = sum?.As("SHA256"), ChecksumSHA512 = sum?.As("SHA512"), ChecksumMD5 = sum?.As("MD5"),
        };
    }

    public Task<HeadObjectResponse> HeadObjectAsync(HeadObjectRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner);
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        CustomerKey.CheckRead(version.CustomerKey, own);
        new Conditions(request.IfMatch, request.IfNoneMatch, request.IfModifiedSince, request.IfUnmodifiedSince).CheckRead(version);
        var chosen = Select(version, request.Range, request.PartNumber);
        var (headers, sum) = (version.Headers, request.ChecksumMode is null || chosen.IsPart ? null : version.Checksum);
        return Task.FromResult(new HeadObjectResponse
        {
            ContentLength = chosen.Range.Length, ContentRange = chosen.IsPart ? chosen.Range.ToHeader(version.Size) : null, AcceptRanges = "bytes", PartsCount = chosen.PartsCount,
            ETag = Quoted(version.ETag), LastModified = version.ModifiedAt, VersionId = ShownId(bucket, version), Expiration = Expiration(bucket, version),
            ContentType = request.ResponseContentType ?? headers.ContentType, CacheControl = request.ResponseCacheControl ?? headers.CacheControl,
            ContentDisposition = request.ResponseContentDisposition ?? headers.ContentDisposition, ContentEncoding = request.ResponseContentEncoding ?? headers.ContentEncoding,
            ContentLanguage = request.ResponseContentLanguage ?? headers.ContentLanguage, Expires = request.ResponseExpires?.UtcDateTime.ToString("R") ?? headers.Expires,
            WebsiteRedirectLocation = headers.WebsiteRedirectLocation, Metadata = headers.Metadata, StorageClass = Told(headers.StorageClass),
            SSECustomerAlgorithm = own is null ? null : CustomerKey.Algorithm, SSECustomerKeyMD5 = own?.Md5,
            ObjectLockMode = version.Lock?.Mode, ObjectLockRetainUntilDate = version.Lock?.Until, ObjectLockLegalHoldStatus = HoldOf(version),
            ServerSideEncryption = headers.Encryption, SSEKMSKeyId = headers.KmsKeyId, BucketKeyEnabled = headers.BucketKey, TagCount = version.Tags.Count > 0 ? version.Tags.Count : null,
            ChecksumType = sum?.Type, ChecksumCRC32 = sum?.As("CRC32"), ChecksumCRC32C = sum?.As("CRC32C"), ChecksumCRC64NVME = sum?.As("CRC64NVME"),
            ChecksumSHA1 = sum?.As("SHA1"), ChecksumSHA256 = sum?.As("SHA256"), ChecksumSHA512 = sum?.As("SHA512"), ChecksumMD5 = sum?.As("MD5"),
        });
    }

    public Task<GetObjectAttributesResponse> GetObjectAttributesAsync(GetObjectAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var (bucket, version) = Look(request.Bucket, request.Key, request.VersionId, caller, request.ExpectedBucketOwner, "s3:GetObjectAttributes");
        CustomerKey.CheckRead(version.CustomerKey, CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5));
        bool Wants(ObjectAttributes attribute) => request.ObjectAttributes.Contains(attribute);
        var sum = version.Checksum;
        return Task.FromResult(new GetObjectAttributesResponse
        {
            LastModified = version.ModifiedAt, VersionId = ShownId(bucket, version), ETag = Wants(ObjectAttributes.ETag) ? version.ETag : null,
            ObjectSize = Wants(ObjectAttributes.ObjectSize) ? version.Size : null, StorageClass = Wants(ObjectAttributes.StorageClass) ? version.Headers.StorageClass : null,
            ObjectParts = Wants(ObjectAttributes.ObjectParts) && version.UploadId is not null ? PartsOf(version, request.PartNumberMarker ?? 0, request.MaxParts ?? MostAtOnce) : null,
            Checksum = !Wants(ObjectAttributes.Checksum) || sum is null ? null : new()
            {
                ChecksumType = sum.Type, ChecksumCRC32 = sum.As("CRC32"), ChecksumCRC32C = sum.As("CRC32C"), ChecksumCRC64NVME = sum.As("CRC64NVME"),
                ChecksumSHA1 = sum.As("SHA1"), ChecksumSHA256 = sum.As("SHA256"), ChecksumSHA512 = sum.As("SHA512"), ChecksumMD5 = sum.As("MD5"),
            },
        });
    }

    private GetObjectAttributesParts PartsOf(VersionState version, int marker, int most)
    {
        var upload = version.UploadId ?? "";
        var page = store.Current.After(S3Tables.PartsByUpload, upload, new PartKey(upload, marker)).Take(most + 1).ToImmutableArray();
        return new()
        {
            TotalPartsCount = version.PartCount, PartNumberMarker = marker, MaxParts = most, IsTruncated = page.Length > most,
            NextPartNumberMarker = page.Take(most).LastOrDefault()?.Key.Number ?? 0,
            Parts = version.Checksum?.Type is not ChecksumType.Composite ? null : [.. page.Take(most).Select(p => new ObjectPart
            {
                PartNumber = p.Key.Number, Size = p.Size, ChecksumCRC32 = p.Checksum?.As("CRC32"), ChecksumCRC32C = p.Checksum?.As("CRC32C"),
                ChecksumCRC64NVME = p.Checksum?.As("CRC64NVME"), ChecksumSHA1 = p.Checksum?.As("SHA1"), ChecksumSHA256 = p.Checksum?.As("SHA256"),
                ChecksumSHA512 = p.Checksum?.As("SHA512"), ChecksumMD5 = p.Checksum?.As("MD5"),
            })],
        };
    }

    private (BucketState Bucket, VersionState Version) Look(string name, string key, string? id, Caller caller, string? expectedOwner, string action = "s3:GetObject")
    {
        Names.CheckKey(key);
        // Who may not even ask learns nothing of what is there.
        var grants = store.Current.Latest(name, key)?.Grants;
        var bucket = Open(name, caller, id is null ? action : action.Replace("GetObject", "GetObjectVersion", StringComparison.Ordinal), key, expectedOwner, permission: Permission.Read, grants: grants);
        return (bucket, FindVersion(store.Current, name, key, id));
    }

    private Selection Select(VersionState version, string? range, int? partNumber)
    {
        if (partNumber is not { } number) return ByteRange.Of(range, version.Size) is { } part ? new(part, true, null) : new(new(0, version.Size - 1), false, null);
        if (range is not null) throw S3Errors.BadRequest("Cannot specify both Range header and partNumber query parameter");
        var parts = version.UploadId is { } upload ? store.Current.Where(S3Tables.PartsByUpload, upload).ToImmutableArray() : [];
        if (number < 1 || number > Math.Max(1, parts.Length))
            throw new S3Exception("InvalidPartNumber", "The requested partnumber is not satisfiable", 416, ("ActualPartCount", $"{Math.Max(1, parts.Length)}"), ("PartNumberRequested", $"{number}"));
        if (parts.Length == 0) return new(new(0, version.Size - 1), version.Size > 0, null);
        var first = parts.Take(number - 1).Sum(p => p.Size);
        return new(new(first, first + parts[number - 1].Size - 1), true, parts.Length);
    }

    private async Task<Stream> OpenAsync(VersionState version, ByteRange range, CustomerKey? key, CancellationToken ct)
    {
        ImmutableArray<Piece> pieces = version.Digest is { } digest ? [new(digest, version.Size, version.Nonce)]
            : [.. store.Current.Where(S3Tables.PartsByUpload, version.UploadId ?? "").Select(p => new Piece(p.Digest, p.Size, p.Nonce))];
        try
        {
            return await contents.ReadAsync(pieces, range, key, ct);
        }
        catch (BlobNotFoundException)
        {
            throw S3Errors.NoSuchKey(version.Key.Key);
        }
    }

    private static ObjectLockLegalHoldStatus? HoldOf(VersionState version) =>
        version.Lock is not { } held ? null : held.HasHold ? ObjectLockLegalHoldStatus.On : ObjectLockLegalHoldStatus.Off;

    // AWS: the usual class is not spoken of.
    private static StorageClass? Told(StorageClass held) => held is StorageClass.Standard ? null : held;

    private static string?[] Overrides(GetObjectRequest request) =>
        [request.ResponseCacheControl, request.ResponseContentDisposition, request.ResponseContentEncoding, request.ResponseContentLanguage, request.ResponseContentType, request.ResponseExpires?.ToString("R")];
}
