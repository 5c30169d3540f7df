using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Payloads;
using Minato.Aws.Signing;

namespace Minato.Aws.Tests.Signing;

public sealed class ChunkedStreamTests
{
    private const string Trailer = "x-amz-checksum-crc32";
    private static readonly SigningKey Key = new("secret", "20260101", "eu-west-1", "s3");
    private static readonly byte[] Seed = new byte[32];

    [Theory]
    [InlineData("5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", null)]
    [InlineData("5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n", null)] // Some leave out the last line.
    [InlineData("b\r\nhello world\r\n0\r\n\r\n", "MalformedTrailerError")] // It was announced.
    [InlineData("b\r\nhello world\r\n0\r\nnonsense\r\n\r\n", "MalformedTrailerError")]
    [InlineData("b\r\nhello wor", "IncompleteBody")]
    [InlineData("b\r\nhello world", "IncompleteBody")]
    [InlineData("5\r\nhello world\r\n0\r\n\r\n", "IncompleteBody")]
    [InlineData("zz\r\nhello\r\n", "IncompleteBody")]
    [InlineData("-5\r\nhello\r\n", "IncompleteBody")]
    [InlineData("ffffffffffffffff\r\nhello\r\n", "IncompleteBody")]
    [InlineData("", "IncompleteBody")]
    public async Task Unsigned_chunks_end_with_what_was_announced(string sent, string? code)
    {
        await using var stream = Open(SignedPayload.UnsignedWithTrailer, sent, length: 11);
        if (code is not null)
        {
            (await Should.ThrowAsync<AwsException>(() => ReadAsync(stream))).Code.ShouldBe(code);
            return;
        }
        (await ReadAsync(stream)).ShouldBe("hello world");
        var trailers = stream.ShouldBeAssignableTo<IBodyTrailers>().ShouldNotBeNull();
        (trailers.Announced.Single(), trailers.Trailers[Trailer]).ShouldBe((Trailer, "DUoRhQ=="));
    }

    [Fact]
    public async Task A_body_shorter_than_declared_is_incomplete()
    {
        await using var stream = Open(SignedPayload.UnsignedWithTrailer, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:x\r\n\r\n", length: 11);
        (await Should.ThrowAsync<AwsException>(() => ReadAsync(stream))).Code.ShouldBe("IncompleteBody");
    }

    [Theory, InlineData("", null), InlineData("chunk", "SignatureDoesNotMatch"), InlineData("trailer", "SignatureDoesNotMatch"), InlineData("signature", "SignatureDoesNotMatch")]
    public async Task Signed_chunks_and_trailers_are_a_chain(string spoiled, string? code)
    {
        var first = Sign("AWS4-HMAC-SHA256-PAYLOAD", Seed, "hello world");
        var last = Sign("AWS4-HMAC-SHA256-PAYLOAD", first, "");
        var trailer = Sign("AWS4-HMAC-SHA256-TRAILER", last, $"{Trailer}:DUoRhQ==\n");
        var text = $"b;chunk-signature={Hex(first)}\r\n{(spoiled is "chunk" ? "hellO" : "hello")} world\r\n0;chunk-signature={Hex(last)}\r\n"
            + $"{Trailer}:{(spoiled is "trailer" ? "AAAAAA==" : "DUoRhQ==")}\r\nx-amz-trailer-signature:{(spoiled is "signature" ? Hex(last) : Hex(trailer))}\r\n\r\n";
        await using var stream = Open(SignedPayload.SignedWithTrailer, text, length: 11);
        if (code is null) (await ReadAsync(stream)).ShouldBe("hello world");
        else (await Should.ThrowAsync<AwsException>(() => ReadAsync(stream))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_hashed_body_proves_itself_at_its_end()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData("hello"u8));
        await using var right = Open(hash, "hello", 5);
        (await ReadAsync(right)).ShouldBe("hello");
        await using var wrong = Open(hash, "hellO", 5);
        (await Should.ThrowAsync<AwsException>(() => ReadAsync(wrong))).Code.ShouldBe("XAmzContentSHA256Mismatch");
    }

    private static Stream Open(string declared, string sent, int length) => new SignedPayload(declared, Key, "20260101T000000Z", Seed).Open(new MemoryStream(Encoding.ASCII.GetBytes(sent)),
        new HeaderDictionary { ["X-Amz-Trailer"] = Trailer, ["X-Amz-Decoded-Content-Length"] = $"{length}" });

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, 3);
        return Encoding.ASCII.GetString(all.ToArray());
    }

    private static byte[] Sign(string algorithm, byte[] previous, string data)
    {
        var empty = algorithm.EndsWith("PAYLOAD", StringComparison.Ordinal) ? Hex(SHA256.HashData([])) + "\n" : "";
        var signature = new byte[32];
        Key.SignText(Encoding.ASCII.GetBytes($"{algorithm}\n20260101T000000Z\n{Key.Scope}\n{Hex(previous)}\n{empty}{Hex(SHA256.HashData(Encoding.ASCII.GetBytes(data)))}"), signature);
        return signature;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
