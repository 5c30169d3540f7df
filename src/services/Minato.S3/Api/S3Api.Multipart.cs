using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Content;
using Minato.S3.Events;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// Objects in parts. Completing one moves no bytes: the object is its parts.
internal sealed partial class S3Api
{
    private const int MostParts = 10_000;
    private const int UploadIdLength = 64;

    public async Task<CreateMultipartUploadResponse> CreateMultipartUploadAsync(CreateMultipartUploadRequest request, Caller caller, CancellationToken ct)
    {
        var key = Names.CheckKey(request.Key);
        var canned = request.ACL?.ToWire();
        var bucket = Open(request.Bucket, caller, "s3:PutObject", key, request.ExpectedBucketOwner, canned);
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        var grants = Acls.Of(canned, null, GrantsOf(request.GrantFullControl, request.GrantRead, request.GrantReadACP, null, request.GrantWriteACP), bucket.AccountId);
        Acls.Check(bucket, canned, grants);
        var algorithm = request.ChecksumAlgorithm?.ToWire();
        var upload = new UploadState
        {
            Key = new(bucket.Name, key, ids.UrlSafe(UploadIdLength)), StartedAt = clock.GetUtcNow(), Algorithm = algorithm, ChecksumType = TypeOf(algorithm, request.ChecksumType),
            Tags = Names.TagsOf(request.Tagging), Grants = grants,
            Lock = ObjectLocks.ForNew(bucket, request.ObjectLockMode, request.ObjectLockRetainUntilDate, request.ObjectLockLegalHoldStatus, clock.GetUtcNow()),
            CustomerKey = own?.Prove(ids),
            Headers = Encrypt(bucket, own, request.ServerSideEncryption, request.SSEKMSKeyId, request.BucketKeyEnabled, new()
            {
                ContentType = request.ContentType ?? DefaultType, CacheControl = request.CacheControl, ContentDisposition = request.ContentDisposition,
                ContentEncoding = Unchunked(request.ContentEncoding), ContentLanguage = request.ContentLanguage, Expires = request.Expires,
                WebsiteRedirectLocation = request.WebsiteRedirectLocation, StorageClass = request.StorageClass ?? StorageClass.Standard, Metadata = Metadata(request.Metadata),
            }),
        };
        await store.UpdateAsync(tx => tx.Put(S3Tables.Uploads, upload), ct);
        var abort = LifecyclePlanner.Abort(bucket.Lifecycle, upload);
        return new()
        {
            Bucket = bucket.Name, Key = key, UploadId = upload.Key.Id, ServerSideEncryption = upload.Headers.Encryption, SSEKMSKeyId = upload.Headers.KmsKeyId,
            SSECustomerAlgorithm = own is null ? null : CustomerKey.Algorithm, SSECustomerKeyMD5 = own?.Md5, ChecksumAlgorithm = request.ChecksumAlgorithm, ChecksumType = algorithm is null ? null : upload.ChecksumType, AbortDate = abort?.At, AbortRuleId = abort?.Rule,
        };
    }

    // AWS: sums of the whole follow from those of parts for the cyclic ones alone, and CRC64NVME knows no other kind.
    private static ChecksumType TypeOf(string? algorithm, ChecksumType? asked)
    {
        if (algorithm is null && asked is not null) throw S3Errors.BadRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        var isCyclic = algorithm is not null && PartSums.CrcOf(algorithm) is not null;
        var type = asked ?? (algorithm is null or "CRC64NVME" ? ChecksumType.FullObject : ChecksumType.Composite);
        if ((type is ChecksumType.FullObject && algorithm is not null && !isCyclic) || (type is ChecksumType.Composite && algorithm is "CRC64NVME"))
            throw S3Errors.BadRequest($"The {type.ToWire()} checksum type cannot be used with the {algorithm?.ToLowerInvariant()} checksum algorithm.");
        return type;
    }

    public async Task<UploadPartResponse> UploadPartAsync(UploadPartRequest request, Caller caller, CancellationToken ct)
    {
        Open(request.Bucket, caller, "s3:PutObject", request.Key, request.ExpectedBucketOwner);
        var upload = FindUpload(store.Current, request.Bucket, request.Key, request.UploadId);
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        CustomerKey.CheckPart(upload.CustomerKey, own);
        CheckNumber(request.PartNumber);
        var body = request.Body ?? Stream.Null;
        var asked = request.ChecksumAlgorithm ?? (upload.Algorithm is null ? null : ChecksumAlgorithmExtensions.Parse(upload.Algorithm));
        var claims = Claims.Of(body, request.ContentMD5, asked, ("CRC32", request.ChecksumCRC32), ("CRC32C", request.ChecksumCRC32C),
            ("CRC64NVME", request.ChecksumCRC64NVME), ("SHA1", request.ChecksumSHA1), ("SHA256", request.ChecksumSHA256), ("SHA512", request.ChecksumSHA512),
            ("MD5", request.ChecksumMD5), ("XXHASH64", request.ChecksumXXHASH64), ("XXHASH3", request.ChecksumXXHASH3), ("XXHASH128", request.ChecksumXXHASH128));
        if (upload.Algorithm is { } wanted && wanted != claims.Algorithm)
            throw S3Errors.BadRequest($"Checksum Type mismatch occurred, expected checksum Type: {wanted.ToLowerInvariant()}, actual checksum Type: {claims.Algorithm.ToLowerInvariant()}");
        var part = await WritePartAsync(upload, request.PartNumber, body, claims, own, ct);
        var sum = part.Checksum;
        return new()
        {
            SSECustomerAlgorithm = own is null ? null : CustomerKey.Algorithm, SSECustomerKeyMD5 = own?.Md5,
            ETag = Quoted(part.ETag), ServerSideEncryption = upload.Headers.Encryption, SSEKMSKeyId = upload.Headers.KmsKeyId, ChecksumCRC32 = sum?.As("CRC32"),
            ChecksumCRC32C = sum?.As("CRC32C"), ChecksumCRC64NVME = sum?.As("CRC64NVME"), ChecksumSHA1 = sum?.As("SHA1"), ChecksumSHA256 = sum?.As("SHA256"),
            ChecksumSHA512 = sum?.As("SHA512"), ChecksumMD5 = sum?.As("MD5"),
        };
    }

    public async Task<UploadPartCopyResponse> UploadPartCopyAsync(UploadPartCopyRequest request, Caller caller, CancellationToken ct)
    {
        Open(request.Bucket, caller, "s3:PutObject", request.Key, request.ExpectedBucketOwner);
        var upload = FindUpload(store.Current, request.Bucket, request.Key, request.UploadId);
        var own = CustomerKey.Of(request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5);
        CustomerKey.CheckPart(upload.CustomerKey, own);
        var theirs = CustomerKey.Of(request.CopySourceSSECustomerAlgorithm, request.CopySourceSSECustomerKey, request.CopySourceSSECustomerKeyMD5);
        CheckNumber(request.PartNumber);
        var wanted = ParseSource(request.CopySource);
        var (bucket, source) = Look(wanted.Bucket, wanted.Key, wanted.VersionId, caller, request.ExpectedSourceBucketOwner);
        new Conditions(request.CopySourceIfMatch, request.CopySourceIfNoneMatch, request.CopySourceIfModifiedSince, request.CopySourceIfUnmodifiedSince).CheckSource(source);
        CustomerKey.CheckRead(source.CustomerKey, theirs);
        var range = ByteRange.OfSource(request.CopySourceRange, source.Size) ?? new(0, source.Size - 1);
        await using var content = source.Size == 0 ? Stream.Null : await OpenAsync(source, range, theirs, ct);
        var part = await WritePartAsync(upload, request.PartNumber, content, Claims.None(upload.Algorithm), own, ct);
        var sum = part.Checksum;
        return new()
        {
            CopySourceVersionId = ShownId(bucket, source), ServerSideEncryption = upload.Headers.Encryption, CopyPartResult = new()
            {
                ETag = Quoted(part.ETag), LastModified = part.ModifiedAt, ChecksumCRC32 = sum?.As("CRC32"), ChecksumCRC32C = sum?.As("CRC32C"), ChecksumCRC64NVME = sum?.As("CRC64NVME"),
                ChecksumSHA1 = sum?.As("SHA1"), ChecksumSHA256 = sum?.As("SHA256"), ChecksumSHA512 = sum?.As("SHA512"), ChecksumMD5 = sum?.As("MD5"),
            },
        };
    }

    private Task<PartState> WritePartAsync(UploadState upload, int number, Stream body, Claims claims, CustomerKey? key, CancellationToken ct) => contents.WriteAsync(body, claims, key, async written =>
    {
        var part = new PartState
        {
            Key = new(upload.Key.Id, number), Digest = written.Digest, Nonce = written.Nonce, Size = written.Size, ETag = written.Md5, ModifiedAt = clock.GetUtcNow(), Checksum = written.Checksum,
        };
        await store.UpdateAsync(tx =>
        {
            // It may have been completed or given up while the part came.
            if (tx.Find(S3Tables.Uploads, upload.Key) is null) throw S3Errors.NoSuchUpload(upload.Key.Id);
            tx.Put(S3Tables.Parts, part);
        }, ct);
        return part;
    }, ct);

    public async Task<CompleteMultipartUploadResponse> CompleteMultipartUploadAsync(CompleteMultipartUploadRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:PutObject", request.Key, request.ExpectedBucketOwner);
        var conditions = new Conditions(request.IfMatch, request.IfNoneMatch);
        (string, string?)[] claimed = [("CRC32", request.ChecksumCRC32), ("CRC32C", request.ChecksumCRC32C), ("CRC64NVME", request.ChecksumCRC64NVME), ("SHA1", request.ChecksumSHA1), ("SHA256", request.ChecksumSHA256)];
        var now = clock.GetUtcNow();
        var version = await store.UpdateAsync(tx =>
        {
            // AWS: whoever asks again, not having heard the answer, hears it.
            if (tx.Latest(bucket.Name, request.Key) is { } done && done.UploadId == request.UploadId) return done;
            var upload = FindUpload(tx, bucket.Name, request.Key, request.UploadId);
            var parts = MultipartCompletion.Choose([.. tx.Where(S3Tables.PartsByUpload, upload.Key.Id)], request.MultipartUpload?.Parts ?? [], upload.Key.Id);
            var made = MultipartCompletion.Make(upload, parts, now);
            MultipartCompletion.Check(made, claimed, request.MpuObjectSize);
            conditions.CheckWrite(tx.Latest(bucket.Name, request.Key), request.Key);
            foreach (var unused in tx.Where(S3Tables.PartsByUpload, upload.Key.Id).Except(parts).ToArray()) tx.Delete(S3Tables.Parts, unused.Key);
            tx.Delete(S3Tables.Uploads, upload.Key);
            return tx.Add(tx.Find(S3Tables.Buckets, bucket.Name) ?? throw S3Errors.NoSuchBucket(bucket.Name), request.Key, made, ObjectEvents.Complete, ids);
        }, ct);
        var sum = version.Checksum;
        return new()
        {
            Location = $"https://{bucket.Name}.s3.{bucket.Region}.amazonaws.com/{Uri.EscapeDataString(request.Key)}", Bucket = bucket.Name, Key = request.Key, ETag = Quoted(version.ETag),
            VersionId = bucket.Versioning is BucketVersioningStatus.Enabled ? version.Id : null, ServerSideEncryption = version.Headers.Encryption, SSEKMSKeyId = version.Headers.KmsKeyId,
            Expiration = Expiration(bucket, version), ChecksumType = sum?.Type, ChecksumCRC32 = sum?.As("CRC32"), ChecksumCRC32C = sum?.As("CRC32C"), ChecksumCRC64NVME = sum?.As("CRC64NVME"),
            ChecksumSHA1 = sum?.As("SHA1"), ChecksumSHA256 = sum?.As("SHA256"), ChecksumSHA512 = sum?.As("SHA512"), ChecksumMD5 = sum?.As("MD5"),
        };
    }

    public async Task<AbortMultipartUploadResponse> AbortMultipartUploadAsync(AbortMultipartUploadRequest request, Caller caller, CancellationToken ct)
    {
        Open(request.Bucket, caller, "s3:AbortMultipartUpload", request.Key, request.ExpectedBucketOwner);
        await store.UpdateAsync(tx =>
        {
            var upload = FindUpload(tx, request.Bucket, request.Key, request.UploadId);
            tx.ForgetParts(upload.Key.Id);
            tx.Delete(S3Tables.Uploads, upload.Key);
        }, ct);
        return new();
    }

    public Task<ListPartsResponse> ListPartsAsync(ListPartsRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:ListMultipartUploadParts", request.Key, request.ExpectedBucketOwner);
        var upload = FindUpload(store.Current, request.Bucket, request.Key, request.UploadId);
        var most = Math.Min(request.MaxParts ?? MostAtOnce, MostAtOnce);
        var marker = request.PartNumberMarker ?? 0;
        var found = store.Current.After(S3Tables.PartsByUpload, upload.Key.Id, new PartKey(upload.Key.Id, marker)).Take(most + 1).ToImmutableArray();
        var (page, owner, abort) = (found.Take(most).ToImmutableArray(), Acls.Owner(bucket.AccountId), LifecyclePlanner.Abort(bucket.Lifecycle, upload));
        return Task.FromResult(new ListPartsResponse
        {
            Bucket = bucket.Name, Key = upload.Key.Key, UploadId = upload.Key.Id, PartNumberMarker = marker, MaxParts = most, IsTruncated = found.Length > most,
            NextPartNumberMarker = page.LastOrDefault()?.Key.Number ?? 0, Owner = owner, Initiator = new() { ID = owner.ID }, StorageClass = upload.Headers.StorageClass,
            ChecksumAlgorithm = upload.Algorithm is null ? null : ChecksumAlgorithmExtensions.Parse(upload.Algorithm), ChecksumType = upload.Algorithm is null ? null : upload.ChecksumType,
            AbortDate = abort?.At, AbortRuleId = abort?.Rule,
            Parts = Some(page.Select(p => new Part
            {
                PartNumber = p.Key.Number, Size = p.Size, ETag = Quoted(p.ETag), LastModified = p.ModifiedAt, ChecksumCRC32 = p.Checksum?.As("CRC32"), ChecksumCRC32C = p.Checksum?.As("CRC32C"),
                ChecksumCRC64NVME = p.Checksum?.As("CRC64NVME"), ChecksumSHA1 = p.Checksum?.As("SHA1"), ChecksumSHA256 = p.Checksum?.As("SHA256"), ChecksumSHA512 = p.Checksum?.As("SHA512"), ChecksumMD5 = p.Checksum?.As("MD5"),
            })),
        });
    }

    public Task<ListMultipartUploadsResponse> ListMultipartUploadsAsync(ListMultipartUploadsRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:ListBucketMultipartUploads", expectedOwner: request.ExpectedBucketOwner);
        var (most, url, state, owner) = (MostOf(request.MaxUploads), request.EncodingType, store.Current, Acls.Owner(bucket.AccountId));
        var first = request is { KeyMarker: { Length: > 0 } key, UploadIdMarker: { Length: > 0 } id } ? state.After(S3Tables.UploadsByBucket, bucket.Name, new UploadKey(bucket.Name, key, id)) : null;
        var page = Listing.Page((k, start) => state.After(S3Tables.UploadsByBucket, bucket.Name, UploadPlace(bucket.Name, k, start)), u => u.Key.Key, request.Prefix ?? "",
            request.Delimiter ?? "", request.KeyMarker ?? "", most, u => u.Key.Id, first);
        return Task.FromResult(new ListMultipartUploadsResponse
        {
            Bucket = bucket.Name, Prefix = Encoded(request.Prefix ?? "", url), Delimiter = Encoded(request.Delimiter, url), KeyMarker = Encoded(request.KeyMarker ?? "", url),
            UploadIdMarker = request.UploadIdMarker ?? "", MaxUploads = most, EncodingType = url, IsTruncated = page.Last is not null,
            NextKeyMarker = Encoded(page.Last?.Key, url), NextUploadIdMarker = page.Last?.Id, CommonPrefixes = Wire(page.CommonPrefixes, url),
            Uploads = Some(page.Items.Select(u => new MultipartUpload
            {
                Key = Encoded(u.Key.Key, url), UploadId = u.Key.Id, Initiated = u.StartedAt, StorageClass = u.Headers.StorageClass, Owner = owner, Initiator = new() { ID = owner.ID },
                ChecksumAlgorithm = u.Algorithm is null ? null : ChecksumAlgorithmExtensions.Parse(u.Algorithm), ChecksumType = u.Algorithm is null ? null : u.ChecksumType,
            })),
        });
    }

    private static UploadKey UploadPlace(string bucket, string key, ListStart start) => start switch
    {
        ListStart.At => new(bucket, key, ""),
        ListStart.Behind => new(bucket, key, "\uFFFF"),
        _ => new(bucket, KeyOrder.EndOf(key), ""),
    };

    private static UploadState FindUpload(IReadState state, string bucket, string key, string id) => state.Find(S3Tables.Uploads, new(bucket, key, id)) ?? throw S3Errors.NoSuchUpload(id);

    private static void CheckNumber(int number)
    {
        if (number is < 1 or > MostParts)
            throw S3Errors.Invalid($"Part number must be an integer between 1 and {MostParts}, inclusive", ("ArgumentName", "partNumber"), ("ArgumentValue", $"{number}"));
    }
}
