using Minato.Contracts.S3;

namespace Minato.S3.Tests;

public sealed class BucketTests
{
    [Theory]
    [InlineData("ab"), InlineData("Upper"), InlineData("under_score"), InlineData("-a-"), InlineData("a..b"), InlineData("192.168.0.1"), InlineData("xn--abc"), InlineData("abc-s3alias")]
    public void A_name_that_is_none_is_refused(string name) => S3World.Run(async s3 => (await s3.CodeAsync(() => s3.CreateAsync(name))).ShouldBe("InvalidBucketName"));

    [Fact]
    public void A_name_is_one_for_all_accounts() => S3World.WithBucket(async s3 =>
        (await s3.CodeAsync(() => s3.CreateAsync("things", s3.Other))).ShouldBe("BucketAlreadyExists"));

    [Fact]
    public void Creating_again_is_done_already_in_the_oldest_region_and_refused_in_others() => S3World.WithBucket(async s3 =>
    {
        await s3.CreateAsync("things");
        var ireland = s3.Caller with { Region = "eu-west-1" };
        var request = new CreateBucketRequest { Bucket = "there", CreateBucketConfiguration = new() { LocationConstraint = BucketLocationConstraint.EuWest1 } };
        await s3.S3.CreateBucketAsync(request, ireland, default);
        (await s3.CodeAsync(() => s3.S3.CreateBucketAsync(request, ireland, default))).ShouldBe("BucketAlreadyOwnedByYou");
    });

    [Fact]
    public void A_regions_endpoint_wants_its_own_region_named() => S3World.Run(async s3 =>
    {
        var ireland = s3.Caller with { Region = "eu-west-1" };
        (await s3.CodeAsync(() => s3.CreateAsync("things", ireland))).ShouldBe("IllegalLocationConstraintException");
        (await s3.CodeAsync(() => s3.S3.CreateBucketAsync(new() { Bucket = "things", CreateBucketConfiguration = new() { LocationConstraint = BucketLocationConstraint.UsWest2 } }, ireland, default)))
            .ShouldBe("IllegalLocationConstraintException");
        await s3.S3.CreateBucketAsync(new() { Bucket = "things", CreateBucketConfiguration = new() { LocationConstraint = BucketLocationConstraint.UsWest2 } }, s3.Caller, default);
        (await s3.S3.GetBucketLocationAsync(new() { Bucket = "things" }, s3.Caller, default)).LocationConstraint.ShouldBe(BucketLocationConstraint.UsWest2);
    });

    [Fact]
    public void A_deleted_name_rests_for_others_but_not_for_its_owner() => S3World.WithBucket(async s3 =>
    {
        await s3.S3.DeleteBucketAsync(new() { Bucket = "things" }, s3.Caller, default);
        (await s3.CodeAsync(() => s3.CreateAsync("things", s3.Other))).ShouldBe("OperationAborted");
        await s3.CreateAsync("things");
        await s3.S3.DeleteBucketAsync(new() { Bucket = "things" }, s3.Caller, default);
        await s3.World.RunFor(TimeSpan.FromMinutes(61));
        await s3.CreateAsync("things", s3.Other);
    });

    [Fact]
    public void Only_an_empty_bucket_is_deleted_and_versions_count() => S3World.WithBucket(async s3 =>
    {
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        await s3.PutAsync("a", "1");
        await s3.DeleteAsync("a");
        (await s3.CodeAsync(() => s3.S3.DeleteBucketAsync(new() { Bucket = "things" }, s3.Caller, default))).ShouldBe("BucketNotEmpty");
        var versions = await s3.S3.ListObjectVersionsAsync(new() { Bucket = "things" }, s3.Caller, default);
        await s3.DeleteAsync("a", versions.Versions?[0].VersionId);
        await s3.DeleteAsync("a", versions.DeleteMarkers?[0].VersionId);
        await s3.S3.DeleteBucketAsync(new() { Bucket = "things" }, s3.Caller, default);
        (await s3.CodeAsync(() => s3.S3.HeadBucketAsync(new() { Bucket = "things" }, s3.Caller, default))).ShouldBe("NoSuchBucket");
    });

    [Fact]
    public void A_bucket_with_an_unfinished_upload_is_deleted_with_its_parts() => S3World.WithBucket(async s3 =>
    {
        var upload = await s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "a" }, s3.Caller, default);
        await s3.S3.UploadPartAsync(new() { Bucket = "things", Key = "a", UploadId = upload.UploadId ?? "", PartNumber = 1, Body = S3World.Body("1") }, s3.Caller, default);
        await s3.S3.DeleteBucketAsync(new() { Bucket = "things" }, s3.Caller, default);
        await s3.World.Eventually(async () => await s3.FilesAsync() == 0, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void Buckets_are_listed_by_name_in_pages() => S3World.Run(async s3 =>
    {
        foreach (var name in new[] { "ccc", "aaa", "bbb" }) await s3.CreateAsync(name);
        await s3.CreateAsync("not-mine", s3.Other);
        var first = await s3.S3.ListBucketsAsync(new() { MaxBuckets = 2 }, s3.Caller, default);
        var second = await s3.S3.ListBucketsAsync(new() { MaxBuckets = 2, ContinuationToken = first.ContinuationToken }, s3.Caller, default);
        (first.Buckets ?? []).Concat(second.Buckets ?? []).Select(b => b.Name).ShouldBe(["aaa", "bbb", "ccc"]);
        second.ContinuationToken.ShouldBeNull();
    });

    // What Terraform reads at every refresh, with exactly these codes.
    [Fact]
    public void What_a_new_bucket_is_not_set_to_has_an_error_of_its_own() => S3World.WithBucket(async s3 =>
    {
        var (api, me) = (s3.S3, s3.Caller);
        (await s3.CodeAsync(() => api.GetBucketTaggingAsync(new() { Bucket = "things" }, me, default))).ShouldBe("NoSuchTagSet");
        (await s3.CodeAsync(() => api.GetBucketPolicyAsync(new() { Bucket = "things" }, me, default))).ShouldBe("NoSuchBucketPolicy");
        (await s3.CodeAsync(() => api.GetBucketCorsAsync(new() { Bucket = "things" }, me, default))).ShouldBe("NoSuchCORSConfiguration");
        (await s3.CodeAsync(() => api.GetBucketWebsiteAsync(new() { Bucket = "things" }, me, default))).ShouldBe("NoSuchWebsiteConfiguration");
        (await s3.CodeAsync(() => api.GetBucketLifecycleConfigurationAsync(new() { Bucket = "things" }, me, default))).ShouldBe("NoSuchLifecycleConfiguration");
        (await s3.CodeAsync(() => api.GetBucketReplicationAsync(new() { Bucket = "things" }, me, default))).ShouldBe("ReplicationConfigurationNotFoundError");
        (await s3.CodeAsync(() => api.GetObjectLockConfigurationAsync(new() { Bucket = "things" }, me, default))).ShouldBe("ObjectLockConfigurationNotFoundError");
        await api.DeletePublicAccessBlockAsync(new() { Bucket = "things" }, me, default);
        (await s3.CodeAsync(() => api.GetPublicAccessBlockAsync(new() { Bucket = "things" }, me, default))).ShouldBe("NoSuchPublicAccessBlockConfiguration");
        var rule = (await api.GetBucketEncryptionAsync(new() { Bucket = "things" }, me, default)).ServerSideEncryptionConfiguration?.Rules[0];
        rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm.ShouldBe(ServerSideEncryption.Aes256);
        (await api.GetBucketVersioningAsync(new() { Bucket = "things" }, me, default)).Status.ShouldBeNull();
    });

    [Fact]
    public void Tags_of_a_bucket_are_replaced_whole_and_bounded() => S3World.WithBucket(async s3 =>
    {
        Task PutAsync(params (string, string)[] tags) => s3.S3.PutBucketTaggingAsync(
            new() { Bucket = "things", Tagging = new() { TagSet = [.. tags.Select(t => new Tag { Key = t.Item1, Value = t.Item2 })] } }, s3.Caller, default);
        await PutAsync(("a", "1"), ("b", "2"));
        await PutAsync(("c", "3"));
        (await s3.S3.GetBucketTaggingAsync(new() { Bucket = "things" }, s3.Caller, default)).TagSet.ShouldHaveSingleItem().Key.ShouldBe("c");
        (await s3.CodeAsync(() => PutAsync(("aws:x", "1")))).ShouldBe("InvalidTag");
        (await s3.CodeAsync(() => PutAsync(("a", "1"), ("a", "2")))).ShouldBe("InvalidTag");
        (await s3.CodeAsync(() => PutAsync([.. Enumerable.Range(0, 51).Select(i => ($"k{i}", ""))]))).ShouldBe("BadRequest");
    });
}
