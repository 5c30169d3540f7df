using Microsoft.AspNetCore.Http;

namespace Minato.Aws.Payloads;

/// <summary>Checksums that S3 requests carry for bodies small enough to be in memory; streams are checked by whoever reads them.</summary>
internal static class BodyChecksums
{
    private const string Prefix = "x-amz-checksum-";

    /// <exception cref="AwsException">The body is not what the sender took a checksum of.</exception>
    public static void Check(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (headers.ContentMD5 is [{ } md5, ..])
        {
            Span<byte> given = stackalloc byte[24];
            if (!Convert.TryFromBase64String(md5, given, out var length) || length != 16) throw new AwsException("InvalidDigest", "The Content-MD5 you specified was invalid.");
            if (!Checksum.Compute("MD5", body).AsSpan().SequenceEqual(given[..16])) throw BadMd5();
        }
        foreach (var name in Checksum.Names)
        {
            if (headers[Prefix + name] is not [{ } declared, ..]) continue;
            if (Convert.ToBase64String(Checksum.Compute(name, body)) != declared) throw Bad(name);
        }
    }

    private static AwsException BadMd5() => new("BadDigest", "The Content-MD5 you specified did not match what we received.");

    private static AwsException Bad(string name) => new("BadDigest", $"The {name} you specified did not match the calculated checksum.");
}
