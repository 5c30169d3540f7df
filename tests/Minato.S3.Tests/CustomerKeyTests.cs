#pragma warning disable CA5351 // MD5 is what clients of S3 send.
using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.S3;

namespace Minato.S3.Tests;

/// <summary>Objects that a key of the client's own encrypts (SSE-C).</summary>
public sealed class CustomerKeyTests
{
    private static readonly string s_key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
    private static readonly string s_other = Convert.ToBase64String(new byte[32]);

    [Fact]
    public void What_a_key_encrypts_comes_back_with_it_alone() => S3World.WithBucket(async s3 =>
    {
        var put = await PutAsync(s3, "the content", s_key);
        (put.SSECustomerAlgorithm, put.SSECustomerKeyMD5, put.ServerSideEncryption).ShouldBe(("AES256", Md5(s_key), null));
        put.ETag.ShouldNotBe($"\"{Convert.ToHexStringLower(MD5.HashData("the content"u8))}\"");
        var got = await GetAsync(s3, s_key);
        (await S3World.TextAsync(got.Body)).ShouldBe("the content");
        (got.SSECustomerKeyMD5, got.ContentLength).ShouldBe((Md5(s_key), 11));
        await RefusedAsync(s3, () => s3.GetAsync("k"), "InvalidRequest", 400, "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
        await RefusedAsync(s3, () => GetAsync(s3, s_other), "AccessDenied", 403, "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.");
        (await s3.CodeAsync(() => s3.S3.HeadObjectAsync(new() { Bucket = "things", Key = "k" }, s3.Caller, default))).ShouldBe("InvalidRequest");
        await s3.PutAsync("plain", "x");
        await RefusedAsync(s3, () => s3.S3.GetObjectAsync(new() { Bucket = "things", Key = "plain", SSECustomerAlgorithm = "AES256", SSECustomerKey = s_key }, s3.Caller, default),
            "InvalidRequest", 400, "The encryption parameters are not applicable to this object.");
    });

    [Fact]
    public void The_file_on_the_disk_is_not_the_content() => S3World.WithBucket(async s3 =>
    {
        await PutAsync(s3, "the content", s_key);
        await PutAsync(s3, "the content", s_key);
        await foreach (var blob in s3.Blobs.ListAsync(default))
        {
            await using var file = await s3.Blobs.OpenReadAsync(blob.Digest, default);
            (await S3World.TextAsync(file)).ShouldNotContain("content");
        }
        (await s3.FilesAsync()).ShouldBeGreaterThan(0);
    });

    [Theory, InlineData(0, 0), InlineData(15, 17), InlineData(16, 16), InlineData(16_383, 16_385), InlineData(39_990, 39_999)]
    public void A_range_is_decrypted_from_where_it_begins(int first, int last) => S3World.WithBucket(async s3 =>
    {
        var text = string.Concat(Enumerable.Range(0, 8000).Select(i => $"{i:D5}"));
        await PutAsync(s3, text, s_key);
        (await S3World.TextAsync((await GetAsync(s3, s_key, $"bytes={first}-{last}")).Body)).ShouldBe(text[first..(last + 1)]);
    });

    [Fact]
    public void A_copy_is_decrypted_and_encrypted_with_the_keys_of_the_request() => S3World.WithBucket(async s3 =>
    {
        await PutAsync(s3, "v", s_key);
        (await s3.CodeAsync(() => s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "c", CopySource = "things/k" }, s3.Caller, default))).ShouldBe("InvalidRequest");
        await s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "c", CopySource = "things/k", CopySourceSSECustomerAlgorithm = "AES256", CopySourceSSECustomerKey = s_key }, s3.Caller, default);
        (await s3.GetAsync("c")).ShouldBe("v");
        await s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "k", CopySource = "things/c", SSECustomerAlgorithm = "AES256", SSECustomerKey = s_other }, s3.Caller, default);
        (await S3World.TextAsync((await GetAsync(s3, s_other)).Body)).ShouldBe("v");
    });

    [Fact]
    public void All_parts_come_with_the_key_of_their_upload() => S3World.WithBucket(async s3 =>
    {
        var id = (await s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "k", SSECustomerAlgorithm = "AES256", SSECustomerKey = s_key }, s3.Caller, default)).UploadId ?? "";
        Task<UploadPartResponse> Part(int number, string body, string? key) => s3.S3.UploadPartAsync(new()
        {
            Bucket = "things", Key = "k", UploadId = id, PartNumber = number, Body = S3World.Body(body), SSECustomerAlgorithm = key is null ? null : "AES256", SSECustomerKey = key,
        }, s3.Caller, default);
        await RefusedAsync(s3, () => Part(1, "x", null), "InvalidRequest", 400, "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.");
        await RefusedAsync(s3, () => Part(1, "x", s_other), "InvalidRequest", 400, "The provided encryption parameters did not match the ones used originally.");
        var first = new string('a', 5 * 1024 * 1024);
        var tags = new[] { (await Part(1, first, s_key)).ETag, (await Part(2, "end", s_key)).ETag };
        await s3.S3.CompleteMultipartUploadAsync(new()
        {
            Bucket = "things", Key = "k", UploadId = id, MultipartUpload = new() { Parts = [.. tags.Select((t, i) => new CompletedPart { PartNumber = i + 1, ETag = t })] },
        }, s3.Caller, default);
        (await S3World.TextAsync((await GetAsync(s3, s_key, "bytes=5242878-5242882")).Body)).ShouldBe("aaend");
    });

    [Theory]
    [InlineData(null, "key", null, "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.")]
    [InlineData("AES256", null, null, "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.")]
    [InlineData("AES256", "c2hvcnQ=", null, "The secret key was invalid for the specified algorithm.")]
    [InlineData("AES256", "c2hvcnQ=", "bm90IGl0", "The calculated MD5 hash of the key did not match the hash that was provided.")]
    [InlineData("DES", "c2hvcnQ=", null, "The Encryption request you specified is not valid. Supported value: AES256.")]
    public void A_key_that_is_none_is_refused(string? algorithm, string? key, string? md5, string message) => S3World.WithBucket(async s3 =>
        (await s3.World.Throws<AwsException>(() => s3.S3.PutObjectAsync(new()
        {
            Bucket = "things", Key = "k", Body = S3World.Body("v"), SSECustomerAlgorithm = algorithm, SSECustomerKey = key, SSECustomerKeyMD5 = md5,
        }, s3.Caller, default))).Message.ShouldBe(message));

    private static Task<PutObjectResponse> PutAsync(S3World s3, string text, string key) => s3.S3.PutObjectAsync(new()
    {
        Bucket = "things", Key = "k", Body = S3World.Body(text), SSECustomerAlgorithm = "AES256", SSECustomerKey = key, SSECustomerKeyMD5 = Md5(key),
    }, s3.Caller, default);

    private static Task<GetObjectResponse> GetAsync(S3World s3, string key, string? range = null) => s3.S3.GetObjectAsync(new()
    {
        Bucket = "things", Key = "k", Range = range, SSECustomerAlgorithm = "AES256", SSECustomerKey = key, SSECustomerKeyMD5 = Md5(key),
    }, s3.Caller, default);

    private static async Task RefusedAsync(S3World s3, Func<Task> work, string code, int status, string message)
    {
        var refused = await s3.World.Throws<AwsException>(work);
        (refused.Code, refused.HttpStatus, refused.Message).ShouldBe((code, status, message));
    }

    private static string Md5(string key) => Convert.ToBase64String(MD5.HashData(Convert.FromBase64String(key)));
}
