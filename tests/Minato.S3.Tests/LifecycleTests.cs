using System.Collections.Immutable;
using Minato.Contracts.S3;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Tests;

public sealed class LifecycleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_object_expires_at_the_midnight_after_its_days() =>
        LifecyclePlanner.Expiry([Rule(days: 2)], Version("a")).ShouldBe((new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero), "rule"));

    [Theory]
    [InlineData("logs/", null, null, null, "logs/a", true), InlineData("logs/", null, null, null, "a", false), InlineData("", "k=v", null, null, "a", true), InlineData("", "k=x", null, null, "a", false)]
    [InlineData("", null, 9, null, "a", true), InlineData("", null, 10, null, "a", false), InlineData("", null, null, 11, "a", true), InlineData("", null, null, 10, "a", false)]
    public void A_filter_says_which_objects_are_meant(string prefix, string? tag, int? greater, int? less, string key, bool expires)
    {
        var filter = new LifecycleRuleFilter
        {
            And = new() { Prefix = prefix, Tags = tag is null ? null : [new() { Key = tag.Split('=')[0], Value = tag.Split('=')[1] }], ObjectSizeGreaterThan = greater, ObjectSizeLessThan = less },
        };
        (LifecyclePlanner.Expiry([Rule(days: 1) with { Filter = filter }], Version(key)) is not null).ShouldBe(expires);
    }

    [Fact]
    public void Old_versions_go_by_the_time_they_were_replaced_and_some_stay()
    {
        var rule = Rule() with { Expiration = null, NoncurrentVersionExpiration = new() { NoncurrentDays = 1, NewerNoncurrentVersions = 1 } };
        VersionState[] versions = [Version("a", Noon), Version("a", Noon.AddDays(-1)) with { IsLatest = false }, Version("a", Noon.AddDays(-9)) with { IsLatest = false }];
        LifecyclePlanner.Expired([rule], versions, Noon.AddDays(5)).ShouldBe([versions[2]]);
        LifecyclePlanner.Expired([rule], versions, Noon).ShouldBeEmpty();
    }

    [Fact]
    public void A_marker_that_hides_nothing_goes()
    {
        var rule = Rule() with { Expiration = new() { ExpiredObjectDeleteMarker = true } };
        var marker = Version("a") with { IsDeleteMarker = true };
        LifecyclePlanner.Expired([rule], [marker], Noon).ShouldBe([marker]);
        LifecyclePlanner.Expired([rule], [marker, Version("a", Noon.AddDays(-1)) with { IsLatest = false }], Noon).ShouldBeEmpty();
    }

    [Fact]
    public void A_disabled_rule_does_nothing() => LifecyclePlanner.Expiry([Rule(days: 1) with { Status = ExpirationStatus.Disabled }], Version("a")).ShouldBeNull();

    [Fact]
    public void Objects_and_abandoned_uploads_go_by_the_clock_of_the_world() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("logs/a", "1");
        await s3.PutAsync("kept", "1");
        await s3.S3.CreateMultipartUploadAsync(new() { Bucket = "things", Key = "logs/b" }, s3.Caller, default);
        var rule = new LifecycleRule { Status = ExpirationStatus.Enabled, Filter = new() { Prefix = "logs/" }, Expiration = new() { Days = 1 }, AbortIncompleteMultipartUpload = new() { DaysAfterInitiation = 2 } };
        await s3.S3.PutBucketLifecycleConfigurationAsync(new() { Bucket = "things", LifecycleConfiguration = new() { Rules = [rule] } }, s3.Caller, default);
        (await s3.S3.HeadObjectAsync(new() { Bucket = "things", Key = "logs/a" }, s3.Caller, default)).Expiration.ShouldNotBeNull().ShouldStartWith("expiry-date=\"");
        await s3.World.RunFor(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(5));
        (await s3.S3.ListObjectsV2Async(new() { Bucket = "things" }, s3.Caller, default)).Contents.ShouldNotBeNull().ShouldHaveSingleItem().Key.ShouldBe("kept");
        await s3.World.RunFor(TimeSpan.FromDays(1));
        (await s3.S3.ListMultipartUploadsAsync(new() { Bucket = "things" }, s3.Caller, default)).Uploads.ShouldBeNull();
    });

    [Fact]
    public void Where_versions_are_kept_expiry_sets_a_marker() => S3World.WithBucket(async s3 =>
    {
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        var version = (await s3.PutAsync("a", "1")).VersionId;
        await s3.S3.PutBucketLifecycleConfigurationAsync(new() { Bucket = "things", LifecycleConfiguration = new() { Rules = [Rule(days: 1)] } }, s3.Caller, default);
        await s3.World.RunFor(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(5));
        (await s3.CodeAsync(() => s3.GetAsync("a"))).ShouldBe("NoSuchKey");
        (await s3.GetAsync("a", version: version)).ShouldBe("1");
    });

    [Fact]
    public void A_rule_that_is_none_is_refused()
    {
        ImmutableArray<LifecycleRule>[] broken =
        [
            [], [Rule()], [Rule(days: 0)], [Rule(days: 1) with { Filter = null }], [Rule(days: 1) with { Prefix = "" }], [Rule(days: 1), Rule(days: 2)],
            [Rule() with { Expiration = new() { Days = 1, Date = Noon } }], [Rule() with { Expiration = new() { Date = Noon } }],
        ];
        foreach (var rules in broken) Should.Throw<S3Exception>(() => LifecyclePlanner.Check(rules, () => "id")).HttpStatus.ShouldBe(400);
        LifecyclePlanner.Check([Rule(days: 1) with { ID = null }], () => "made")[0].ID.ShouldBe("made");
    }

    private static LifecycleRule Rule(int? days = null) =>
        new() { ID = "rule", Status = ExpirationStatus.Enabled, Filter = new() { Prefix = "" }, Expiration = days is null ? null : new() { Days = days } };

    private static VersionState Version(string key, DateTimeOffset? at = null) => new()
    {
        Key = VersionKey.Before("b", key), Id = "null", ModifiedAt = at ?? Noon, Size = 10, Tags = ImmutableSortedDictionary<string, string>.Empty.Add("k", "v"),
    };
}
