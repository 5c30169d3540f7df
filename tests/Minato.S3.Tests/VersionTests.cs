using Minato.Contracts.S3;

namespace Minato.S3.Tests;

public sealed class VersionTests
{
    [Fact]
    public void Every_write_makes_a_version_and_a_deletion_only_a_marker() => S3World.WithBucket(async s3 =>
    {
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        var (one, two) = ((await s3.PutAsync("k", "1")).VersionId, (await s3.PutAsync("k", "2")).VersionId);
        var marker = await s3.DeleteAsync("k");
        marker.DeleteMarker.ShouldBe(true);
        (await s3.CodeAsync(() => s3.GetAsync("k"))).ShouldBe("NoSuchKey");
        (await s3.CodeAsync(() => s3.GetAsync("k", version: marker.VersionId))).ShouldBe("MethodNotAllowed");
        (await s3.GetAsync("k", version: one), await s3.GetAsync("k", version: two)).ShouldBe(("1", "2"));
        (await s3.CodeAsync(() => s3.GetAsync("k", version: one?.Replace(one[^1], one[^1] == 'x' ? 'y' : 'x')))).ShouldBe("NoSuchVersion");
        (await s3.CodeAsync(() => s3.GetAsync("k", version: "nonsense"))).ShouldBe("InvalidArgument");
    });

    [Fact]
    public void Taking_a_marker_away_brings_the_object_back() => S3World.WithBucket(async s3 =>
    {
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        await s3.PutAsync("k", "1");
        var marker = await s3.DeleteAsync("k");
        (await s3.DeleteAsync("k", marker.VersionId)).DeleteMarker.ShouldBe(true);
        (await s3.GetAsync("k")).ShouldBe("1");
    });

    [Fact]
    public void What_was_written_without_versions_is_the_version_null() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("k", "before");
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        await s3.PutAsync("k", "kept");
        await s3.VersionAsync(BucketVersioningStatus.Suspended);
        (await s3.GetAsync("k", version: "null")).ShouldBe("before");
        await s3.PutAsync("k", "after");
        (await s3.GetAsync("k", version: "null")).ShouldBe("after");
        var all = (await s3.S3.ListObjectVersionsAsync(new() { Bucket = "things" }, s3.Caller, default)).Versions ?? [];
        all.Select(v => (v.VersionId == "null", v.IsLatest)).ShouldBe([(true, true), (false, false)]);
    });

    [Fact]
    public void A_deletion_while_suspended_replaces_the_version_null_with_a_marker() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("k", "1");
        await s3.VersionAsync(BucketVersioningStatus.Suspended);
        (await s3.DeleteAsync("k")).VersionId.ShouldBe("null");
        var all = await s3.S3.ListObjectVersionsAsync(new() { Bucket = "things" }, s3.Caller, default);
        all.Versions.ShouldBeNull();
        all.DeleteMarkers.ShouldNotBeNull().ShouldHaveSingleItem().VersionId.ShouldBe("null");
    });

    [Fact]
    public void Versions_are_listed_newest_first_in_pages() => S3World.WithBucket(async s3 =>
    {
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        var made = new List<string?>();
        foreach (var key in new[] { "a", "b" })
            for (var i = 0; i < 3; i++) made.Add((await s3.PutAsync(key, $"{i}")).VersionId);
        var seen = new List<(string?, string?)>();
        ListObjectVersionsResponse? page = null;
        do
        {
            page = await s3.S3.ListObjectVersionsAsync(new() { Bucket = "things", MaxKeys = 2, KeyMarker = page?.NextKeyMarker, VersionIdMarker = page?.NextVersionIdMarker }, s3.Caller, default);
            seen.AddRange((page.Versions ?? []).Select(v => (v.Key, v.VersionId)));
        }
        while (page.IsTruncated is true);
        seen.ShouldBe([("a", made[2]), ("a", made[1]), ("a", made[0]), ("b", made[5]), ("b", made[4]), ("b", made[3])]);
    });
}
