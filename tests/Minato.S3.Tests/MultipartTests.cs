using Minato.Contracts.S3;

namespace Minato.S3.Tests;

public sealed class MultipartTests
{
    private const int Smallest = 5 * 1024 * 1024;

    [Fact]
    public void Parts_become_one_object_in_their_order() => S3World.WithBucket(async s3 =>
    {
        var id = await BeginAsync(s3);
        var second = await PartAsync(s3, id, 2, "end");
        var first = await PartAsync(s3, id, 1, new('a', Smallest));
        await PartAsync(s3, id, 3, "unused");
        (await s3.CodeAsync(() => s3.GetAsync("k"))).ShouldBe("NoSuchKey");
        var done = await CompleteAsync(s3, id, (1, first), (2, second));
        done.ETag.ShouldNotBeNull().ShouldEndWith("-2\"");
        done.ChecksumType.ShouldBe(ChecksumType.FullObject);
        (await s3.GetAsync("k", range: $"bytes={Smallest - 2}-")).ShouldBe("aaend");
        (await CompleteAsync(s3, id, (1, first), (2, second))).ETag.ShouldBe(done.ETag, "who asks again hears the answer again");
        var part = await s3.S3.GetObjectAsync(new() { Bucket = "things", Key = "k", PartNumber = 2 }, s3.Caller, default);
        (await S3World.TextAsync(part.Body), part.PartsCount, part.ContentRange).ShouldBe(("end", 2, $"bytes {Smallest}-{Smallest + 2}/{Smallest + 3}"));
        await s3.World.Eventually(async () => await s3.FilesAsync() == 2, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void The_checksum_of_the_whole_is_that_of_one_piece() => S3World.WithBucket(async s3 =>
    {
        var text = new string('a', Smallest);
        var whole = await s3.S3.PutObjectAsync(new() { Bucket = "things", Key = "whole", Body = S3World.Body(text + "end"), ChecksumAlgorithm = ChecksumAlgorithm.Crc32 }, s3.Caller, default);
        var upload = await s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "k", ChecksumAlgorithm = ChecksumAlgorithm.Crc32, ChecksumType = ChecksumType.FullObject }, s3.Caller, default);
        var id = upload.UploadId ?? "";
        var parts = new[] { (1, await PartAsync(s3, id, 1, text)), (2, await PartAsync(s3, id, 2, "end")) };
        (await CompleteAsync(s3, id, parts)).ChecksumCRC32.ShouldBe(whole.ChecksumCRC32);
    });

    [Fact]
    public void A_composite_checksum_tells_the_number_of_parts() => S3World.WithBucket(async s3 =>
    {
        var upload = await s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "k", ChecksumAlgorithm = ChecksumAlgorithm.Sha256 }, s3.Caller, default);
        var done = await CompleteAsync(s3, upload.UploadId ?? "", (1, await PartAsync(s3, upload.UploadId ?? "", 1, "x")));
        done.ChecksumSHA256.ShouldNotBeNull().ShouldEndWith("-1");
        done.ChecksumType.ShouldBe(ChecksumType.Composite);
        (await s3.CodeAsync(() => s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "k", ChecksumAlgorithm = ChecksumAlgorithm.Sha256, ChecksumType = ChecksumType.FullObject }, s3.Caller, default)))
            .ShouldBe("InvalidRequest");
    });

    [Fact]
    public void Completion_is_held_to_what_was_uploaded() => S3World.WithBucket(async s3 =>
    {
        var id = await BeginAsync(s3);
        var (one, two) = (await PartAsync(s3, id, 1, "small"), await PartAsync(s3, id, 2, "end"));
        (await s3.CodeAsync(() => CompleteAsync(s3, id))).ShouldBe("MalformedXML");
        (await s3.CodeAsync(() => CompleteAsync(s3, id, (2, two), (1, one)))).ShouldBe("InvalidPartOrder");
        (await s3.CodeAsync(() => CompleteAsync(s3, id, (1, two)))).ShouldBe("InvalidPart");
        (await s3.CodeAsync(() => CompleteAsync(s3, id, (9, one)))).ShouldBe("InvalidPart");
        (await s3.CodeAsync(() => CompleteAsync(s3, id, (1, one), (2, two)))).ShouldBe("EntityTooSmall");
        (await s3.CodeAsync(() => PartAsync(s3, id, 0, "x"))).ShouldBe("InvalidArgument");
        (await s3.CodeAsync(() => PartAsync(s3, id, 10_001, "x"))).ShouldBe("InvalidArgument");
        (await s3.CodeAsync(() => PartAsync(s3, "nonsense", 1, "x"))).ShouldBe("NoSuchUpload");
    });

    [Fact]
    public void An_upload_that_is_given_up_leaves_nothing() => S3World.WithBucket(async s3 =>
    {
        var id = await BeginAsync(s3);
        await PartAsync(s3, id, 1, "x");
        (await s3.S3.ListPartsAsync(new() { Bucket = "things", Key = "k", UploadId = id }, s3.Caller, default)).Parts.ShouldNotBeNull().ShouldHaveSingleItem().Size.ShouldBe(1);
        (await s3.S3.ListMultipartUploadsAsync(new() { Bucket = "things" }, s3.Caller, default)).Uploads.ShouldNotBeNull().ShouldHaveSingleItem().UploadId.ShouldBe(id);
        await s3.S3.AbortMultipartUploadAsync(new() { Bucket = "things", Key = "k", UploadId = id }, s3.Caller, default);
        (await s3.CodeAsync(() => PartAsync(s3, id, 1, "x"))).ShouldBe("NoSuchUpload");
        await s3.World.Eventually(async () => await s3.FilesAsync() == 0, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_part_may_be_a_range_of_an_object() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("source", "0123456789");
        var id = await BeginAsync(s3);
        var copied = await s3.S3.UploadPartCopyAsync(new() { Bucket = "things", Key = "k", UploadId = id, PartNumber = 1, CopySource = "things/source", CopySourceRange = "bytes=2-4" }, s3.Caller, default);
        await CompleteAsync(s3, id, (1, copied.CopyPartResult?.ETag));
        (await s3.GetAsync("k")).ShouldBe("234");
        (await s3.CodeAsync(() => s3.S3.UploadPartCopyAsync(new() { Bucket = "things", Key = "k", UploadId = id, PartNumber = 1, CopySource = "things/source" }, s3.Caller, default))).ShouldBe("NoSuchUpload");
        id = await BeginAsync(s3);
        (await s3.CodeAsync(() => s3.S3.UploadPartCopyAsync(new() { Bucket = "things", Key = "k", UploadId = id, PartNumber = 1, CopySource = "things/source", CopySourceRange = "bytes=2-40" }, s3.Caller, default)))
            .ShouldBe("InvalidArgument");
    });

    private static async Task<string> BeginAsync(S3World s3) => (await s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "k" }, s3.Caller, default)).UploadId ?? "";

    private static async Task<string?> PartAsync(S3World s3, string id, int number, string text) =>
        (await s3.S3.UploadPartAsync(new() { Bucket = "things", Key = "k", UploadId = id, PartNumber = number, Body = S3World.Body(text) }, s3.Caller, default)).ETag;

    private static Task<CompleteMultipartUploadResponse> CompleteAsync(S3World s3, string id, params (int Number, string? ETag)[] parts) => s3.S3.CompleteMultipartUploadAsync(new()
    {
        Bucket = "things", Key = "k", UploadId = id, MultipartUpload = new() { Parts = [.. parts.Select(p => new CompletedPart { PartNumber = p.Number, ETag = p.ETag })] },
    }, s3.Caller, default);
}
