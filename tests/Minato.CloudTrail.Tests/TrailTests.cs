using System.IO.Compression;
using System.Text.Json;
using Minato.Contracts.Cloudtrail;
using Minato.Contracts.Ecs;
using Minato.Contracts.S3;
using Minato.Testing.Templates;

namespace Minato.CloudTrail.Tests;

public sealed class TrailTests
{
    [Fact]
    public void A_trail_delivers_every_five_minutes_what_happened_since() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit", S3KeyPrefix = "logs" }, w.Caller, default);
        w.Called(EcsService.Model, "CreateCluster"); // Before it began.
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        await w.Trail.StartLoggingAsync(new() { Name = "main" }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Called(EcsService.Model, "DeleteCluster", new DeleteClusterRequest { Cluster = "a" });
        await w.World.RunFor(TimeSpan.FromMinutes(4));
        (await KeysAsync(w)).ShouldBeEmpty();
        await w.World.RunFor(TimeSpan.FromMinutes(1.1));
        var key = (await KeysAsync(w)).ShouldHaveSingleItem();
        key.ShouldMatch("^logs/AWSLogs/123456789012/CloudTrail/us-east-1/[0-9]{4}/[0-9]{2}/[0-9]{2}/123456789012_CloudTrail_us-east-1_[0-9]{8}T[0-9]{4}Z_[A-Za-z0-9]{16}\\.json\\.gz$");
        (await NamesAsync(w, key)).ShouldBe(["DeleteCluster"]);
        await w.World.RestartAsync();
        w.Called(EcsService.Model, "ListClusters");
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        (await KeysAsync(w)).Count.ShouldBe(2); // Nothing twice, and nothing for minutes in which nothing happened.
        await w.World.RunFor(TimeSpan.FromMinutes(20));
        (await KeysAsync(w)).Count.ShouldBe(2);
        var status = await w.Trail.GetTrailStatusAsync(new() { Name = "main" }, w.Caller, default);
        (status.IsLogging, status.LatestDeliveryTime is null, status.LatestDeliveryError).ShouldBe((true, false, null));
        await w.Trail.StopLoggingAsync(new() { Name = "main" }, w.Caller, default);
        w.Called(EcsService.Model, "DeleteCluster");
        await w.World.RunFor(TimeSpan.FromMinutes(11));
        (await KeysAsync(w)).Count.ShouldBe(2);
    });

    [Fact]
    public void A_trail_of_all_regions_writes_a_file_for_each() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit", IsMultiRegionTrail = true }, w.Caller, default);
        await w.Trail.StartLoggingAsync(new() { Name = "main" }, w.Caller, default);
        foreach (var region in new[] { "us-east-1", "eu-west-1" }) w.Called(EcsService.Model, "CreateCluster", caller: w.Caller with { Region = region });
        await w.World.RunFor(TimeSpan.FromMinutes(6));
        (await KeysAsync(w)).Select(k => k.Split('/')[3]).ShouldBe(["eu-west-1", "us-east-1"], ignoreOrder: true);
        var elsewhere = w.Caller with { Region = "eu-west-1" };
        (await w.Trail.DescribeTrailsAsync(new(), elsewhere, default)).TrailList?.Length.ShouldBe(1);
        (await w.Trail.DescribeTrailsAsync(new() { IncludeShadowTrails = false }, elsewhere, default)).TrailList?.Length.ShouldBe(0);
    });

    [Fact]
    public void A_bucket_that_is_not_there_or_not_open_is_refused() => AuditWorld.Run(async w =>
    {
        (await w.World.Throws<S3BucketDoesNotExistException>(() => w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "none" }, w.Caller, default))).Message
            .ShouldBe("S3 bucket none does not exist!");
        await w.BucketAsync("closed", isOpen: false);
        (await w.World.Throws<InsufficientS3BucketPolicyException>(() => w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "closed" }, w.Caller, default))).Message
            .ShouldBe("Incorrect S3 bucket policy is detected for bucket: closed");
    });

    [Fact]
    public void What_could_not_be_delivered_is_delivered_when_the_bucket_takes_it_again() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit" }, w.Caller, default);
        await w.Trail.StartLoggingAsync(new() { Name = "main" }, w.Caller, default);
        await w.S3.DeleteBucketPolicyAsync(new() { Bucket = "audit" }, w.Caller, default);
        w.Called(EcsService.Model, "CreateCluster");
        await w.World.RunFor(TimeSpan.FromMinutes(6));
        (await w.Trail.GetTrailStatusAsync(new() { Name = "main" }, w.Caller, default)).LatestDeliveryError.ShouldBe("AccessDenied");
        await w.S3.PutBucketPolicyAsync(new()
        {
            Bucket = "audit",
            Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:*","Resource":"arn:aws:s3:::audit/*"}]}""",
        }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromMinutes(6));
        (await NamesAsync(w, (await KeysAsync(w)).ShouldHaveSingleItem())).ShouldBe(["CreateCluster"]);
    });

    [Theory]
    [InlineData("ab"), InlineData("-abc"), InlineData("abc."), InlineData("a..b"), InlineData("a b c")]
    public void A_name_of_a_trail_has_its_letters(string name) => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        await w.World.Throws<InvalidTrailNameException>(() => w.Trail.CreateTrailAsync(new() { Name = name, S3BucketName = "audit" }, w.Caller, default));
    });

    [Fact]
    public void A_trail_is_made_once_shown_and_deleted() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        var made = await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit", TagsList = [new() { Key = "team", Value = "a" }] }, w.Caller, default);
        made.TrailARN.ShouldBe("arn:aws:cloudtrail:us-east-1:123456789012:trail/main");
        await w.World.Throws<TrailAlreadyExistsException>(() => w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit" }, w.Caller, default));
        (await w.Trail.GetTrailAsync(new() { Name = made.TrailARN ?? "" }, w.Caller, default)).Trail?.HomeRegion.ShouldBe("us-east-1");
        (await w.Trail.ListTagsAsync(new() { ResourceIdList = [made.TrailARN ?? ""] }, w.Caller, default)).ResourceTagList?[0].TagsList?[0].Value.ShouldBe("a");
        (await w.Trail.UpdateTrailAsync(new() { Name = "main", EnableLogFileValidation = true }, w.Caller, default)).LogFileValidationEnabled.ShouldBe(true);
        await w.Trail.DeleteTrailAsync(new() { Name = "main" }, w.Caller, default);
        (await w.World.Throws<TrailNotFoundException>(() => w.Trail.GetTrailAsync(new() { Name = "main" }, w.Caller, default))).Message
            .ShouldBe("Unknown trail: arn:aws:cloudtrail:us-east-1:123456789012:trail/main for the user: 123456789012");
    });

    [Fact]
    public void Selectors_say_what_a_trail_takes() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit" }, w.Caller, default);
        (await w.Trail.GetEventSelectorsAsync(new() { TrailName = "main" }, w.Caller, default)).EventSelectors?[0].ReadWriteType.ShouldBe(ReadWriteType.All);
        await w.Trail.PutEventSelectorsAsync(new()
        {
            TrailName = "main",
            EventSelectors = [new() { ReadWriteType = ReadWriteType.WriteOnly, DataResources = [new() { Type = "AWS::S3::Object", Values = ["arn:aws:s3:::data/"] }] }],
        }, w.Caller, default);
        await w.Trail.StartLoggingAsync(new() { Name = "main" }, w.Caller, default);
        w.Called(EcsService.Model, "ListClusters");
        w.Called(EcsService.Model, "CreateCluster");
        w.Called(S3Service.Model, "PutObject", new PutObjectRequest { Bucket = "data", Key = "k" });
        w.Called(S3Service.Model, "PutObject", new PutObjectRequest { Bucket = "other", Key = "k" });
        await w.World.RunFor(TimeSpan.FromMinutes(6));
        (await NamesAsync(w, (await KeysAsync(w)).ShouldHaveSingleItem())).ShouldBe(["CreateCluster", "PutObject"]);
        await w.Trail.PutEventSelectorsAsync(new()
        {
            TrailName = "main",
            AdvancedEventSelectors = [new() { FieldSelectors = [new() { Field = "eventCategory", EqualsValue = ["Management"] }, new() { Field = "eventName", StartsWith = ["Delete"] }] }],
        }, w.Caller, default);
        w.Called(EcsService.Model, "CreateCluster");
        w.Called(EcsService.Model, "DeleteCluster");
        await w.World.RunFor(TimeSpan.FromMinutes(6));
        (await NamesAsync(w, (await KeysAsync(w))[^1])).ShouldBe(["DeleteCluster"]);
        await w.World.Throws<InvalidEventSelectorsException>(() => w.Trail.PutEventSelectorsAsync(new() { TrailName = "main" }, w.Caller, default));
    });

    [Fact]
    public void EventBridge_hears_of_changes_while_a_trail_is_logging() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        w.Called(EcsService.Model, "CreateCluster");
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Told.ShouldBeEmpty();
        await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit" }, w.Caller, default);
        await w.Trail.StartLoggingAsync(new() { Name = "main" }, w.Caller, default);
        w.Called(EcsService.Model, "ListClusters");
        w.Called(EcsService.Model, "DeleteCluster", new DeleteClusterRequest { Cluster = "a" });
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var told = w.Told.ShouldHaveSingleItem();
        (told.Source, told.DetailType).ShouldBe(("aws.ecs", "AWS API Call via CloudTrail"));
        told.Detail.ShouldNotBeNull().ShouldContain("\"eventName\":\"DeleteCluster\"");
    });

    private static async Task<List<string>> KeysAsync(AuditWorld w) =>
        [.. ((await w.S3.ListObjectsV2Async(new() { Bucket = "audit" }, w.Caller, default)).Contents ?? []).Select(o => o.Key ?? "")];

    private static async Task<List<string?>> NamesAsync(AuditWorld w, string key)
    {
        var got = await w.S3.GetObjectAsync(new() { Bucket = "audit", Key = key }, w.Caller, default);
        using var body = got.Body ?? Stream.Null;
        await using var unpacked = new GZipStream(body, CompressionMode.Decompress);
        using var whole = new MemoryStream();
        await unpacked.CopyToAsync(whole);
        using var json = JsonDocument.Parse(whole.ToArray());
        return [.. json.RootElement.GetProperty("Records").EnumerateArray().Select(e => e.GetProperty("eventName").GetString())];
    }

    [Fact]
    public void A_template_has_trails_and_their_refs_are_their_names() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        var types = TypeDriver.In(w.World);
        var trail = await types.CreateAsync("AWS::CloudTrail::Trail", """
            {"TrailName":"main","S3BucketName":"audit","S3KeyPrefix":"logs","IsLogging":true,"IsMultiRegionTrail":"true","EnableLogFileValidation":true,"Tags":[{"Key":"a","Value":"1"}]}
            """);
        (trail.Id, trail.GetAtt("Arn")).ShouldBe(("main", "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"));
        trail = await types.UpdateAsync(trail, """
            {"TrailName":"main","S3BucketName":"audit","IsLogging":false,"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}],"Tags":[{"Key":"b","Value":"2"}]}
            """);
        (await types.ReadAsync(trail)).ShouldNotBeNull().Properties["S3KeyPrefix"].ShouldBeNull();
        await types.DeleteAsync(trail);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });
}
