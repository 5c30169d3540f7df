using System.Collections.Immutable;
using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>What becomes of parts when their sender says that it is done.</summary>
internal static class MultipartCompletion
{
    private const long SmallestPart = 5 * 1024 * 1024;

    /// <summary>The parts that the object consists of, in order.</summary>
    /// <exception cref="S3Exception">One is missing, another, out of order, or too small.</exception>
    public static ImmutableArray<PartState> Choose(ImmutableArray<PartState> uploaded, ImmutableArray<CompletedPart> wanted, string uploadId)
    {
        if (wanted.Length is 0 or > 10_000) throw S3Errors.MalformedXml();
        var byNumber = uploaded.ToDictionary(p => p.Key.Number);
        var parts = ImmutableArray.CreateBuilder<PartState>(wanted.Length);
        foreach (var want in wanted)
        {
            if (want.PartNumber is not { } number) throw S3Errors.MalformedXml();
            if (parts.Count > 0 && number <= parts[^1].Key.Number)
                throw new S3Exception("InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.", 400, ("UploadId", uploadId));
            if (byNumber.GetValueOrDefault(number) is not { } part || !IsSame(part, want))
            {
                throw new S3Exception("InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.", 400,
                    ("UploadId", uploadId), ("PartNumber", $"{number}"), ("ETag", PartSums.Plain(want.ETag)));
            }
            parts.Add(part);
        }
        if (parts.SkipLast(1).FirstOrDefault(p => p.Size < SmallestPart) is { } small)
        {
            throw new S3Exception("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400,
                ("ProposedSize", $"{small.Size}"), ("MinSizeAllowed", $"{SmallestPart}"), ("PartNumber", $"{small.Key.Number}"), ("ETag", small.ETag));
        }
        return parts.ToImmutable();
    }

    public static VersionState Make(UploadState upload, ImmutableArray<PartState> parts, DateTimeOffset now) => new()
    {
        Key = VersionKey.Before(upload.Key.Bucket, upload.Key.Key), Id = VersionIds.Null, ModifiedAt = now, Size = parts.Sum(p => p.Size), ETag = PartSums.ETag(parts), UploadId = upload.Key.Id,
        PartCount = parts.Length, Headers = upload.Headers, Tags = upload.Tags, Grants = upload.Grants, Lock = upload.Lock, CustomerKey = upload.CustomerKey,
        Checksum = PartSums.Checksum(parts, upload.Algorithm ?? Aws.Payloads.Checksum.Names[0], upload.Algorithm is null ? ChecksumType.FullObject : upload.ChecksumType),
    };

    /// <summary>Holds the sender to what it says of the whole.</summary>
    public static void Check(VersionState made, IEnumerable<(string Algorithm, string? Value)> claimed, long? size)
    {
        if (size is { } length && length != made.Size) throw S3Errors.BadRequest($"The provided 'x-amz-mp-object-size' header does not match what was computed.");
        foreach (var (algorithm, value) in claimed)
        {
            if (value is not null && value != made.Checksum?.As(algorithm))
                throw new S3Exception("BadDigest", $"The {algorithm.ToLowerInvariant()} you specified did not match the calculated checksum.", 400);
        }
    }

    private static bool IsSame(PartState part, CompletedPart want) => PartSums.Plain(want.ETag) == part.ETag
        && new[] { ("CRC32", want.ChecksumCRC32), ("CRC32C", want.ChecksumCRC32C), ("CRC64NVME", want.ChecksumCRC64NVME), ("SHA1", want.ChecksumSHA1), ("SHA256", want.ChecksumSHA256) }
            .All(c => c.Item2 is null || c.Item2 == part.Checksum?.As(c.Item1));
}
