using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Api;

// What a bucket holds.
internal sealed partial class S3Api
{
    private const string KeyToken = "k";

    public Task<ListObjectsResponse> ListObjectsAsync(ListObjectsRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:ListBucket", expectedOwner: request.ExpectedBucketOwner, permission: Permission.Read);
        var (most, url) = (MostOf(request.MaxKeys), request.EncodingType);
        var page = Objects(bucket.Name, request.Prefix, request.Delimiter, request.Marker, most);
        return Task.FromResult(new ListObjectsResponse
        {
            Name = bucket.Name, Prefix = Encoded(request.Prefix ?? "", url), Marker = Encoded(request.Marker ?? "", url), MaxKeys = most, EncodingType = url,
            Delimiter = Encoded(request.Delimiter, url), IsTruncated = page.Last is not null,
            // AWS: without a delimiter the last key says where to go on.
            NextMarker = request.Delimiter is null ? null : Encoded(page.Last?.Key, url),
            Contents = Wire(bucket, page, url, withOwner: true), CommonPrefixes = Wire(page.CommonPrefixes, url),
        });
    }

    public Task<ListObjectsV2Response> ListObjectsV2Async(ListObjectsV2Request request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:ListBucket", expectedOwner: request.ExpectedBucketOwner, permission: Permission.Read);
        if (request.ContinuationToken is "") throw S3Errors.Invalid("The continuation token provided is incorrect", ("ArgumentName", "continuation-token"));
        var after = request.ContinuationToken is { } token ? Decode(nameof(ListObjectsV2Async), token)[KeyToken.Length..] : request.StartAfter;
        var (most, url) = (MostOf(request.MaxKeys), request.EncodingType);
        var page = Objects(bucket.Name, request.Prefix, request.Delimiter, after, most);
        return Task.FromResult(new ListObjectsV2Response
        {
            Name = bucket.Name, Prefix = Encoded(request.Prefix ?? "", url), MaxKeys = most, EncodingType = url, Delimiter = Encoded(request.Delimiter, url),
            StartAfter = request.ContinuationToken is null ? Encoded(request.StartAfter, url) : null, ContinuationToken = request.ContinuationToken,
            IsTruncated = page.Last is not null, KeyCount = page.Items.Length + page.CommonPrefixes.Length,
            NextContinuationToken = page.Last is null ? null : tokens.Encode(nameof(ListObjectsV2Async), KeyToken + page.Last.Key),
            Contents = Wire(bucket, page, url, request.FetchOwner is true), CommonPrefixes = Wire(page.CommonPrefixes, url),
        });
    }

    public Task<ListObjectVersionsResponse> ListObjectVersionsAsync(ListObjectVersionsRequest request, Caller caller, CancellationToken ct)
    {
        var bucket = Open(request.Bucket, caller, "s3:ListBucketVersions", expectedOwner: request.ExpectedBucketOwner);
        var (most, url, state) = (MostOf(request.MaxKeys), request.EncodingType, store.Current);
        if (request is { VersionIdMarker: not null, KeyMarker: null or "" }) throw S3Errors.Invalid("A version-id marker cannot be specified without a key marker.", ("ArgumentName", "version-id-marker"));
        var marked = request is { KeyMarker: { } key, VersionIdMarker: { Length: > 0 } id } ? state.Version(bucket.Name, key, id)?.Key ?? VersionKey.After(bucket.Name, key) : null;
        var page = Listing.Page((k, start) => state.After(S3Tables.VersionsByBucket, bucket.Name, Place(bucket.Name, k, start)), v => v.Key.Key, request.Prefix ?? "",
            request.Delimiter ?? "", request.KeyMarker ?? "", most, v => v.Id, marked is null ? null : state.After(S3Tables.VersionsByBucket, bucket.Name, marked));
        var owner = Acls.Owner(bucket.AccountId);
        return Task.FromResult(new ListObjectVersionsResponse
        {
            Name = bucket.Name, Prefix = Encoded(request.Prefix ?? "", url), KeyMarker = Encoded(request.KeyMarker ?? "", url), VersionIdMarker = request.VersionIdMarker ?? "",
            MaxKeys = most, EncodingType = url, Delimiter = Encoded(request.Delimiter, url), IsTruncated = page.Last is not null,
            NextKeyMarker = Encoded(page.Last?.Key, url), NextVersionIdMarker = page.Last?.Id, CommonPrefixes = Wire(page.CommonPrefixes, url),
            Versions = Some(page.Items.Where(v => !v.IsDeleteMarker).Select(v => new ObjectVersion
            {
                Key = Encoded(v.Key.Key, url), VersionId = v.Id, IsLatest = v.IsLatest, LastModified = v.ModifiedAt, ETag = Quoted(v.ETag), Size = v.Size, Owner = owner,
                StorageClass = ObjectVersionStorageClass.Standard, ChecksumAlgorithm = AlgorithmOf(v), ChecksumType = v.Checksum?.Type,
            })),
            DeleteMarkers = Some(page.Items.Where(v => v.IsDeleteMarker).Select(v => new DeleteMarkerEntry
            {
                Key = Encoded(v.Key.Key, url), VersionId = v.Id, IsLatest = v.IsLatest, LastModified = v.ModifiedAt, Owner = owner,
            })),
        });
    }

    private ListPage<VersionState> Objects(string bucket, string? prefix, string? delimiter, string? after, int most)
    {
        var state = store.Current;
        return Listing.Page((k, start) => state.After(S3Tables.CurrentByBucket, bucket, Place(bucket, k, start)), v => v.Key.Key, prefix ?? "", delimiter ?? "", after ?? "", most);
    }

    private static VersionKey Place(string bucket, string key, ListStart start) => start switch
    {
        ListStart.At => VersionKey.Before(bucket, key),
        ListStart.Behind => VersionKey.After(bucket, key),
        _ => VersionKey.Before(bucket, KeyOrder.EndOf(key)),
    };

    private static int MostOf(int? asked) => asked is < 0
        ? throw S3Errors.Invalid("Argument maxKeys must be an integer between 0 and 2147483647", ("ArgumentName", "maxKeys"), ("ArgumentValue", $"{asked}")) : Math.Min(asked ?? MostAtOnce, MostAtOnce);

    private static ImmutableArray<Contracts.S3.Object>? Wire(BucketState bucket, ListPage<VersionState> page, EncodingType? url, bool withOwner) => Some(page.Items.Select(v => new Contracts.S3.Object
    {
        Key = Encoded(v.Key.Key, url), LastModified = v.ModifiedAt, ETag = Quoted(v.ETag), Size = v.Size, StorageClass = ObjectStorageClassExtensions.Parse(v.Headers.StorageClass.ToWire()),
        Owner = withOwner ? Acls.Owner(bucket.AccountId) : null, ChecksumAlgorithm = AlgorithmOf(v), ChecksumType = v.Checksum?.Type,
    }));

    private static ImmutableArray<ChecksumAlgorithm>? AlgorithmOf(VersionState version) =>
        version.Checksum is { } sum && ChecksumAlgorithmExtensions.Parse(sum.Algorithm) is { } algorithm ? [algorithm] : null;

    private static ImmutableArray<CommonPrefix>? Wire(ImmutableArray<string> prefixes, EncodingType? url) => Some(prefixes.Select(p => new CommonPrefix { Prefix = Encoded(p, url) }));

    private static ImmutableArray<T>? Some<T>(IEnumerable<T> items) => items.ToImmutableArray() is { Length: > 0 } all ? all : null;

    // XML cannot carry every character that a key may have.
    private static string? Encoded(string? text, EncodingType? url) => text is null || url is null ? text
        : Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal);
}
