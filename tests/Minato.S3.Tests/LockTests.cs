using Minato.Aws;
using Minato.Contracts.S3;

namespace Minato.S3.Tests;

/// <summary>Versions that may not be taken away: for a time, or until a hold ends.</summary>
public sealed class LockTests
{
    private const string Protected = "Access Denied because object protected by object lock.";

    [Fact]
    public void A_bucket_with_locks_keeps_versions_for_good() => Locked(async s3 =>
    {
        (await s3.S3.GetBucketVersioningAsync(new() { Bucket = "things" }, s3.Caller, default)).Status.ShouldBe(BucketVersioningStatus.Enabled);
        (await s3.S3.GetObjectLockConfigurationAsync(new() { Bucket = "things" }, s3.Caller, default)).ObjectLockConfiguration?.ObjectLockEnabled.ShouldBe(ObjectLockEnabled.Enabled);
        (await s3.CodeAsync(() => s3.VersionAsync(BucketVersioningStatus.Suspended))).ShouldBe("InvalidBucketState");
    });

    [Fact]
    public void A_bucket_must_keep_versions_before_it_gets_locks() => S3World.WithBucket(async s3 =>
    {
        (await s3.CodeAsync(() => s3.S3.GetObjectLockConfigurationAsync(new() { Bucket = "things" }, s3.Caller, default))).ShouldBe("ObjectLockConfigurationNotFoundError");
        (await s3.CodeAsync(() => DefaultAsync(s3, 1))).ShouldBe("InvalidBucketState");
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        await DefaultAsync(s3, 1);
    });

    [Theory, InlineData(null, null), InlineData(1, 1), InlineData(0, null), InlineData(36_501, null)]
    public void A_default_is_a_number_of_days_or_of_years(int? days, int? years) => Locked(async s3 =>
        (await s3.CodeAsync(() => DefaultAsync(s3, days, years))).ShouldBeOneOf("MalformedXML", "InvalidArgument"));

    [Fact]
    public void A_version_in_compliance_mode_goes_when_its_time_is_over_and_not_before() => Locked(async s3 =>
    {
        var id = await PutAsync(s3, ObjectLockMode.Compliance, days: 2);
        var refused = await s3.World.Throws<AwsException>(() => DeleteAsync(s3, id, bypass: true));
        (refused.Code, refused.Message, refused.HttpStatus).ShouldBe(("AccessDenied", Protected, 403));
        (await s3.DeleteAsync("k")).DeleteMarker.ShouldBe(true, "a marker takes nothing away");
        (await s3.GetAsync("k", version: id)).ShouldBe("v");
        await s3.World.RunFor(TimeSpan.FromDays(2));
        await DeleteAsync(s3, id);
        (await s3.CodeAsync(() => s3.GetAsync("k", version: id))).ShouldBe("NoSuchVersion");
    });

    [Fact]
    public void Governance_may_be_passed_over_by_who_asks_for_it() => Locked(async s3 =>
    {
        var id = await PutAsync(s3, ObjectLockMode.Governance, days: 2);
        (await s3.CodeAsync(() => DeleteAsync(s3, id))).ShouldBe("AccessDenied");
        await DeleteAsync(s3, id, bypass: true);
    });

    [Fact]
    public void A_hold_lasts_until_it_is_taken_off() => Locked(async s3 =>
    {
        var id = (await s3.PutAsync("k", "v")).VersionId ?? "";
        (await s3.CodeAsync(() => s3.S3.GetObjectLegalHoldAsync(new() { Bucket = "things", Key = "k" }, s3.Caller, default))).ShouldBe("NoSuchObjectLockConfiguration");
        await HoldAsync(s3, ObjectLockLegalHoldStatus.On);
        await s3.World.RunFor(TimeSpan.FromDays(5));
        (await s3.CodeAsync(() => DeleteAsync(s3, id, bypass: true))).ShouldBe("AccessDenied");
        await HoldAsync(s3, ObjectLockLegalHoldStatus.Off);
        (await s3.S3.HeadObjectAsync(new() { Bucket = "things", Key = "k" }, s3.Caller, default)).ObjectLockLegalHoldStatus.ShouldBe(ObjectLockLegalHoldStatus.Off);
        await DeleteAsync(s3, id);
    });

    [Fact]
    public void A_time_grows_freely_and_shrinks_in_governance_alone() => Locked(async s3 =>
    {
        await PutAsync(s3, ObjectLockMode.Governance, days: 5);
        await RetainAsync(s3, ObjectLockRetentionMode.Governance, 9);
        (await s3.CodeAsync(() => RetainAsync(s3, ObjectLockRetentionMode.Governance, 1))).ShouldBe("AccessDenied");
        await RetainAsync(s3, ObjectLockRetentionMode.Governance, 1, bypass: true);
        await RetainAsync(s3, ObjectLockRetentionMode.Compliance, 3);
        (await s3.CodeAsync(() => RetainAsync(s3, ObjectLockRetentionMode.Compliance, 2, bypass: true))).ShouldBe("AccessDenied");
        (await s3.CodeAsync(() => RetainAsync(s3, ObjectLockRetentionMode.Governance, 9, bypass: true))).ShouldBe("AccessDenied");
        (await s3.CodeAsync(() => RetainAsync(s3, null, 0, bypass: true))).ShouldBe("AccessDenied");
        (await s3.S3.GetObjectRetentionAsync(new() { Bucket = "things", Key = "k" }, s3.Caller, default)).Retention?.Mode.ShouldBe(ObjectLockRetentionMode.Compliance);
    });

    [Fact]
    public void What_comes_without_a_lock_has_the_buckets() => Locked(async s3 =>
    {
        await DefaultAsync(s3, 3);
        var id = (await s3.PutAsync("k", "v")).VersionId ?? "";
        var head = await s3.S3.HeadObjectAsync(new() { Bucket = "things", Key = "k" }, s3.Caller, default);
        head.ObjectLockMode.ShouldBe(ObjectLockMode.Governance);
        head.ObjectLockRetainUntilDate.ShouldNotBeNull().ShouldBe(s3.World.Time.GetUtcNow().AddDays(3), TimeSpan.FromSeconds(1));
        (await s3.CodeAsync(() => DeleteAsync(s3, id))).ShouldBe("AccessDenied");
    });

    [Fact]
    public void Mode_and_time_come_together_and_for_buckets_with_locks() => S3World.WithBucket(async s3 =>
    {
        (await s3.World.Throws<AwsException>(() => PutAsync(s3, ObjectLockMode.Governance, 1))).Message.ShouldBe("Bucket is missing Object Lock Configuration");
        await s3.VersionAsync(BucketVersioningStatus.Enabled);
        await DefaultAsync(s3, 1);
        (await s3.World.Throws<AwsException>(() => s3.S3.PutObjectAsync(
            new() { Bucket = "things", Key = "k", Body = S3World.Body("v"), ObjectLockMode = ObjectLockMode.Compliance }, s3.Caller, default))).Message
            .ShouldBe("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
        (await s3.World.Throws<AwsException>(() => PutAsync(s3, ObjectLockMode.Governance, -1))).Message.ShouldBe("The retain until date must be in the future!");
    });

    [Fact]
    public void Lifecycle_passes_locked_versions_by() => Locked(async s3 =>
    {
        var id = await PutAsync(s3, ObjectLockMode.Compliance, days: 4);
        await s3.PutAsync("k", "newer");
        await s3.S3.PutBucketLifecycleConfigurationAsync(new()
        {
            Bucket = "things",
            LifecycleConfiguration = new() { Rules = [new() { ID = "r", Status = ExpirationStatus.Enabled, Filter = new() { Prefix = "" }, NoncurrentVersionExpiration = new() { NoncurrentDays = 1 } }] },
        }, s3.Caller, default);
        await s3.World.RunFor(TimeSpan.FromDays(3));
        (await s3.GetAsync("k", version: id)).ShouldBe("v");
        await s3.World.RunFor(TimeSpan.FromDays(3));
        (await s3.CodeAsync(() => s3.GetAsync("k", version: id))).ShouldBe("NoSuchVersion");
    });

    [Fact]
    public void Each_key_of_many_is_refused_by_itself() => Locked(async s3 =>
    {
        var id = await PutAsync(s3, ObjectLockMode.Compliance, days: 2);
        var free = (await s3.PutAsync("free", "v")).VersionId;
        var done = await s3.S3.DeleteObjectsAsync(new()
        {
            Bucket = "things", Delete = new() { Objects = [new() { Key = "k", VersionId = id }, new() { Key = "free", VersionId = free }] },
        }, s3.Caller, default);
        done.Errors.ShouldNotBeNull().ShouldHaveSingleItem().Message.ShouldBe(Protected);
        done.Deleted.ShouldNotBeNull().ShouldHaveSingleItem().Key.ShouldBe("free");
    });

    private static void Locked(Func<S3World, Task> test) => S3World.Run(async s3 =>
    {
        await s3.S3.CreateBucketAsync(new() { Bucket = "things", ObjectLockEnabledForBucket = true }, s3.Caller, default);
        await test(s3);
    });

    private static Task DefaultAsync(S3World s3, int? days, int? years = null) => s3.S3.PutObjectLockConfigurationAsync(new()
    {
        Bucket = "things",
        ObjectLockConfiguration = new()
        {
            ObjectLockEnabled = ObjectLockEnabled.Enabled, Rule = new() { DefaultRetention = new() { Mode = ObjectLockRetentionMode.Governance, Days = days, Years = years } },
        },
    }, s3.Caller, default);

    private static async Task<string> PutAsync(S3World s3, ObjectLockMode mode, int days) => (await s3.S3.PutObjectAsync(new()
    {
        Bucket = "things", Key = "k", Body = S3World.Body("v"), ObjectLockMode = mode, ObjectLockRetainUntilDate = s3.World.Time.GetUtcNow().AddDays(days),
    }, s3.Caller, default)).VersionId ?? "";

    private static Task RetainAsync(S3World s3, ObjectLockRetentionMode? mode, int days, bool bypass = false) => s3.S3.PutObjectRetentionAsync(new()
    {
        Bucket = "things", Key = "k", BypassGovernanceRetention = bypass,
        Retention = mode is null ? new() : new() { Mode = mode, RetainUntilDate = s3.World.Time.GetUtcNow().AddDays(days) },
    }, s3.Caller, default);

    private static Task HoldAsync(S3World s3, ObjectLockLegalHoldStatus status) =>
        s3.S3.PutObjectLegalHoldAsync(new() { Bucket = "things", Key = "k", LegalHold = new() { Status = status } }, s3.Caller, default);

    private static Task DeleteAsync(S3World s3, string version, bool bypass = false) =>
        s3.S3.DeleteObjectAsync(new() { Bucket = "things", Key = "k", VersionId = version, BypassGovernanceRetention = bypass }, s3.Caller, default);
}
