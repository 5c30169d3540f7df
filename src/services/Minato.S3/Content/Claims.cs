using Minato.Aws.Payloads;
using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Content;

/// <summary>What a sender says of its body: checksums in headers, or announced as trailers behind it.</summary>
internal sealed class Claims
{
    private const string Header = "x-amz-checksum-";
    private readonly byte[]? _md5;
    private readonly IBodyTrailers? _trailers;
    private readonly string? _value;

    private Claims(byte[]? md5, string algorithm, string? value, IBodyTrailers? trailers)
    {
        (_md5, Algorithm, _value, _trailers) = (md5, algorithm, value, trailers);
    }

    /// <summary>The checksum to make.</summary>
    public string Algorithm { get; }

    /// <summary>For content that comes from here.</summary>
    public static Claims None(string? algorithm) => new(null, algorithm ?? Aws.Payloads.Checksum.Names[0], null, null);

    /// <param name="given">Values by algorithm; those not given are null.</param>
    /// <param name="asked">What the sender says it uses.</param>
    /// <exception cref="S3Exception">They contradict each other.</exception>
    public static Claims Of(Stream? body, string? contentMd5, ChecksumAlgorithm? asked, params ReadOnlySpan<(string Algorithm, string? Value)> given)
    {
        string? algorithm = null, value = null;
        foreach (var (name, text) in given)
        {
            if (text is null) continue;
            if (algorithm is not null) throw S3Errors.BadRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            (algorithm, value) = (name, text);
        }
        var trailers = body as IBodyTrailers;
        var announced = trailers?.Announced.FirstOrDefault(n => n.StartsWith(Header, StringComparison.Ordinal))?[Header.Length..].ToUpperInvariant();
        if (announced is not null && algorithm is not null) throw S3Errors.BadRequest("Expecting a single x-amz-checksum- header");
        algorithm ??= announced ?? asked?.ToWire() ?? Aws.Payloads.Checksum.Names[0];
        using var probe = Aws.Payloads.Checksum.Of(algorithm) ?? throw S3Errors.NotImplemented(Header + algorithm.ToLowerInvariant());
        if (value is not null && !IsBase64(value, probe.Finish().Length)) throw S3Errors.BadRequest($"Value for {Header}{algorithm.ToLowerInvariant()} header is invalid.");
        return new(Md5Of(contentMd5), algorithm, value, announced is null ? null : trailers);
    }

    /// <exception cref="S3Exception">The body is another than was meant.</exception>
    public ChecksumState Check(MeasuringStream body)
    {
        if (_md5 is not null && Convert.ToHexStringLower(_md5) != body.Md5) throw new S3Exception("BadDigest", "The Content-MD5 you specified did not match what we received.", 400,
            ("ExpectedDigest", Convert.ToBase64String(_md5)), ("CalculatedDigest", Convert.ToBase64String(Convert.FromHexString(body.Md5))));
        var found = body.Checksum;
        var claimed = _value ?? _trailers?.Trailers.GetValueOrDefault(Header + Algorithm.ToLowerInvariant());
        if (claimed is not null && claimed != found) throw new S3Exception("BadDigest", $"The {Algorithm} you specified did not match the calculated checksum.", 400);
        return new(Algorithm, found);
    }

    private static byte[]? Md5Of(string? header)
    {
        if (header is null) return null;
        if (!IsBase64(header, 16)) throw new S3Exception("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, ("Content-MD5", header));
        return Convert.FromBase64String(header);
    }

    private static bool IsBase64(string text, int length)
    {
        Span<byte> bytes = stackalloc byte[128];
        return text.Length <= 128 && Convert.TryFromBase64String(text, bytes, out var written) && written == length;
    }
}
