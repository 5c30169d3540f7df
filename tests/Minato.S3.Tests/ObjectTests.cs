using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Tests;

public sealed class ObjectTests
{
    [Fact]
    public void An_object_comes_back_as_it_was_put() => S3World.WithBucket(async s3 =>
    {
        var put = await s3.S3.PutObjectAsync(new()
        {
            Bucket = "things", Key = "a b+é.txt", Body = S3World.Body("hello"), ContentType = "text/plain", ContentEncoding = "aws-chunked,br", CacheControl = "no-cache",
            Metadata = ImmutableDictionary<string, string>.Empty.Add("Who", "me"), Tagging = "k=v%20w&x=",
        }, s3.Caller, default);
        put.ETag.ShouldBe("\"5d41402abc4b2a76b9719d911017c592\"");
        var got = await s3.S3.GetObjectAsync(new() { Bucket = "things", Key = "a b+é.txt", ChecksumMode = ChecksumMode.Enabled }, s3.Caller, default);
        (await S3World.TextAsync(got.Body)).ShouldBe("hello");
        (got.ContentType, got.ContentEncoding, got.CacheControl, got.ContentLength, got.TagCount, got.ServerSideEncryption).ShouldBe(("text/plain", "br", "no-cache", 5, 2, ServerSideEncryption.Aes256));
        got.Metadata?["who"].ShouldBe("me");
        got.VersionId.ShouldBeNull("a bucket that never kept versions does not speak of them");
        got.ChecksumCRC64NVME.ShouldNotBeNull("the checksum that S3 makes when nobody asks");
    });

    [Theory]
    [InlineData("folder/"), InlineData("/lead"), InlineData("a//b"), InlineData("a/../b"), InlineData("."), InlineData("a/./b"), InlineData("nul\0x"), InlineData("\n"), InlineData("é"), InlineData("e\u0301")]
    public void A_key_may_be_any_text(string key) => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync(key, "1");
        (await s3.GetAsync(key)).ShouldBe("1");
        (await s3.S3.ListObjectsV2Async(new() { Bucket = "things" }, s3.Caller, default)).Contents.ShouldNotBeNull().ShouldHaveSingleItem().Key.ShouldBe(key);
    });

    [Theory, InlineData("../a"), InlineData("a/../../b"), InlineData(".."), InlineData("./../a")]
    public void A_key_never_leads_above_its_bucket(string key) => S3World.WithBucket(async s3 => (await s3.CodeAsync(() => s3.PutAsync(key, "1"))).ShouldBe("InvalidURI"));

    [Fact]
    public void A_key_is_bounded_in_bytes_not_letters() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync(new('x', 1024), "1");
        await s3.PutAsync(new('é', 512), "1");
        (await s3.CodeAsync(() => s3.PutAsync(new('x', 1025), "1"))).ShouldBe("KeyTooLongError");
        (await s3.CodeAsync(() => s3.PutAsync(new('é', 513), "1"))).ShouldBe("KeyTooLongError");
    });

    [Fact]
    public void Unicode_forms_are_different_keys() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("é", "one");
        await s3.PutAsync("e\u0301", "two");
        (await s3.GetAsync("é"), await s3.GetAsync("e\u0301")).ShouldBe(("one", "two"));
    });

    [Theory]
    [InlineData("bytes=0-0", 0, 0), InlineData("bytes=6-", 6, 9), InlineData("bytes=-3", 7, 9), InlineData("bytes=5-100", 5, 9), InlineData("bytes=-100", 0, 9)]
    public void A_range_is_cut_to_what_is_there(string header, long first, long last) => ByteRange.Of(header, 10).ShouldBe(new ByteRange(first, last));

    [Theory, InlineData(null), InlineData("bytes=0-1,3-4"), InlineData("lines=1-2"), InlineData("bytes=5-2"), InlineData("nonsense")]
    public void What_is_no_single_range_means_the_whole(string? header) => ByteRange.Of(header, 10).ShouldBeNull();

    [Theory, InlineData("bytes=10-", 10), InlineData("bytes=-0", 10), InlineData("bytes=0-", 0)]
    public void A_range_outside_is_refused(string header, long size) => Should.Throw<AwsException>(() => ByteRange.Of(header, size)).HttpStatus.ShouldBe(416);

    [Theory]
    [InlineData("\"tag\"", null, 0, 0, 200), InlineData("\"other\"", null, 0, 0, 412), InlineData(null, "\"tag\"", 0, 0, 304), InlineData(null, "\"other\"", 0, 0, 200), InlineData(null, "*", 0, 0, 304)]
    [InlineData(null, null, 1, 0, 304), InlineData(null, null, -1, 0, 200), InlineData(null, null, 0, -1, 412), InlineData(null, null, 0, 1, 200)]
    [InlineData("tag", null, 0, -1, 200)] // A match outweighs the time.
    [InlineData(null, "other", 1, 0, 200)]
    public void A_read_may_depend_on_what_is_there(string? match, string? noneMatch, int modifiedSince, int unmodifiedSince, int status)
    {
        var at = DateTimeOffset.UnixEpoch.AddDays(1);
        var version = new VersionState { Key = VersionKey.Before("b", "k"), Id = "null", ModifiedAt = at.AddMilliseconds(5), ETag = "tag" };
        var conditions = new Conditions(match, noneMatch, modifiedSince == 0 ? null : at.AddSeconds(modifiedSince), unmodifiedSince == 0 ? null : at.AddSeconds(unmodifiedSince));
        if (status == 200) conditions.CheckRead(version);
        else Should.Throw<AwsException>(() => conditions.CheckRead(version)).HttpStatus.ShouldBe(status);
    }

    [Fact]
    public void A_write_may_depend_on_what_is_there() => S3World.WithBucket(async s3 =>
    {
        Task<PutObjectResponse> PutAsync(string? match, string? noneMatch) =>
            s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = S3World.Body("1"), IfMatch = match, IfNoneMatch = noneMatch }, s3.Caller, default);
        (await s3.CodeAsync(() => PutAsync("\"x\"", null))).ShouldBe("NoSuchKey");
        var etag = (await PutAsync(null, "*")).ETag;
        (await s3.CodeAsync(() => PutAsync(null, "*"))).ShouldBe("PreconditionFailed");
        (await s3.CodeAsync(() => PutAsync("\"x\"", null))).ShouldBe("PreconditionFailed");
        (await s3.CodeAsync(() => PutAsync(null, "\"x\""))).ShouldBe("NotImplemented");
        await PutAsync(etag, null);
        (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = S3World.Body("refused"), IfNoneMatch = "*" }, s3.Caller, default))).ShouldBe("PreconditionFailed");
        await s3.World.Eventually(async () => await s3.FilesAsync() == 1, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void Content_that_is_not_what_was_said_is_refused_and_leaves_nothing() => S3World.WithBucket(async s3 =>
    {
        var md5 = Convert.ToBase64String(Aws.Payloads.Checksum.Compute("MD5", "other"u8));
        (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = S3World.Body("this"), ContentMD5 = md5 }, s3.Caller, default))).ShouldBe("BadDigest");
        (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = S3World.Body("this"), ContentMD5 = "x" }, s3.Caller, default))).ShouldBe("InvalidDigest");
        (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = S3World.Body("this"), ChecksumCRC32 = "AAAAAA==" }, s3.Caller, default))).ShouldBe("BadDigest");
        (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = S3World.Body("this"), ChecksumSHA256 = "AAAA" }, s3.Caller, default))).ShouldBe("InvalidRequest");
        (await s3.CodeAsync(() => s3.GetAsync("k"))).ShouldBe("NoSuchKey");
        (await s3.FilesAsync()).ShouldBe(0);
    });

    [Fact]
    public void The_file_of_an_object_goes_with_the_last_that_shares_it() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("a", "same");
        await s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "b", CopySource = "things/a" }, s3.Caller, default);
        (await s3.FilesAsync()).ShouldBe(1);
        await s3.DeleteAsync("a");
        await s3.World.RunFor(TimeSpan.FromMinutes(1));
        (await s3.GetAsync("b")).ShouldBe("same");
        await s3.DeleteAsync("b");
        await s3.World.Eventually(async () => await s3.FilesAsync() == 0, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_copy_takes_headers_along_unless_it_brings_its_own() => S3World.WithBucket(async s3 =>
    {
        await s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "a b", Body = S3World.Body("1"), ContentType = "text/plain", StorageClass = StorageClass.StandardIa, Tagging = "k=v" }, s3.Caller, default);
        await s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "c", CopySource = "/things/a%20b" }, s3.Caller, default);
        await s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "d", CopySource = "things/a%20b", MetadataDirective = MetadataDirective.Replace, TaggingDirective = TaggingDirective.Replace }, s3.Caller, default);
        var (kept, replaced) = (await s3.S3.HeadObjectAsync(new() { Bucket = "things", Key = "c" }, s3.Caller, default), await s3.S3.HeadObjectAsync(new() { Bucket = "things", Key = "d" }, s3.Caller, default));
        (kept.ContentType, kept.StorageClass, kept.TagCount).ShouldBe(("text/plain", null, 1));
        (replaced.ContentType, replaced.TagCount).ShouldBe(("binary/octet-stream", null));
        (await s3.CodeAsync(() => s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "c", CopySource = "things/c" }, s3.Caller, default))).ShouldBe("InvalidRequest");
        (await s3.CodeAsync(() => s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "e", CopySource = "things/c", CopySourceIfMatch = "x" }, s3.Caller, default))).ShouldBe("PreconditionFailed");
        (await s3.CodeAsync(() => s3.S3.CopyObjectAsync(new() { Bucket = "things", Key = "e", CopySource = "things" }, s3.Caller, default))).ShouldBe("InvalidArgument");
    });

    [Fact]
    public void Deleting_many_tells_of_each_and_what_is_not_there_is_deleted() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("a", "1");
        var done = await s3.S3.DeleteObjectsAsync(new() { Bucket = "things", Delete = new() { Objects = [new() { Key = "a" }, new() { Key = "none" }, new() { Key = "../x" }, new() { Key = "b", VersionId = "nonsense" }] } }, s3.Caller, default);
        done.Deleted?.Select(d => d.Key).ShouldBe(["a", "none"]);
        done.Errors?.Select(e => e.Code).ShouldBe(["InvalidURI", "InvalidArgument"]);
        (await s3.S3.DeleteObjectsAsync(new() { Bucket = "things", Delete = new() { Quiet = true, Objects = [new() { Key = "a" }] } }, s3.Caller, default)).Deleted.ShouldBeNull();
    });

    [Fact]
    public void Metadata_is_bounded() => S3World.WithBucket(async s3 => (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new()
    {
        Bucket = "things", Key = "k", Body = S3World.Body("1"), Metadata = ImmutableDictionary<string, string>.Empty.Add("a", new('x', 2048)),
    }, s3.Caller, default))).ShouldBe("MetadataTooLarge"));

    [Fact]
    public void What_cannot_be_kept_is_refused_rather_than_forgotten() => S3World.WithBucket(async s3 =>
    {
        (await s3.CodeAsync(() => s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "k", WriteOffsetBytes = 1 }, s3.Caller, default))).ShouldBe("NotImplemented");
    });
}
