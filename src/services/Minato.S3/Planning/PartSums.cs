using System.Text;
using Minato.Aws.Payloads;
using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>What is computed of an object from its parts.</summary>
internal static class PartSums
{
    /// <summary>AWS: the MD5 of the parts' MD5s, and their number.</summary>
    public static string ETag(IReadOnlyCollection<PartState> parts) =>
        $"{Convert.ToHexStringLower(Aws.Payloads.Checksum.Compute("MD5", [.. parts.SelectMany(p => Convert.FromHexString(p.ETag))]))}-{parts.Count}";

    /// <returns>Null when a part lacks the checksum.</returns>
    public static ChecksumState? Checksum(IReadOnlyCollection<PartState> parts, string algorithm, ChecksumType type)
    {
        if (parts.Any(p => p.Checksum?.Algorithm != algorithm)) return null;
        return type is ChecksumType.FullObject ? Full(parts, algorithm) : Composite(parts, algorithm);
    }

    private static ChecksumState Composite(IReadOnlyCollection<PartState> parts, string algorithm)
    {
        var sum = Aws.Payloads.Checksum.Compute(algorithm, [.. parts.SelectMany(p => Convert.FromBase64String(p.Checksum?.Value ?? ""))]);
        return new(algorithm, $"{Convert.ToBase64String(sum)}-{parts.Count}", ChecksumType.Composite);
    }

    private static ChecksumState? Full(IReadOnlyCollection<PartState> parts, string algorithm)
    {
        if (CrcOf(algorithm) is not { } crc) return null;
        byte[]? whole = null;
        foreach (var part in parts)
        {
            var piece = Convert.FromBase64String(part.Checksum?.Value ?? "");
            whole = whole is null ? piece : crc.Combine(whole, piece, part.Size);
        }
        return new(algorithm, Convert.ToBase64String(whole ?? []));
    }

    /// <summary>Those whose value for the whole follows from those of the parts.</summary>
    public static Crc? CrcOf(string algorithm) => algorithm switch
    {
        "CRC32" => Crc.Crc32,
        "CRC32C" => Crc.Crc32C,
        "CRC64NVME" => Crc.Crc64Nvme,
        _ => null,
    };

    /// <summary>As it stands between quotes, or without.</summary>
    public static string Plain(string? etag) => Encoding.UTF8.GetByteCount(etag ?? "") > 256 ? "" : (etag ?? "").Trim().Trim('"');
}
