using Minato.Contracts.Cloudtrail;
using Minato.Contracts.Ecs;
using Minato.Contracts.S3;

namespace Minato.CloudTrail.Tests;

public sealed class LookupTests
{
    [Fact]
    public void Events_come_newest_first_and_page_by_page() => AuditWorld.Run(async w =>
    {
        for (var i = 0; i < 123; i++)
        {
            w.Called(EcsService.Model, "CreateCluster", new CreateClusterRequest { ClusterName = $"c{i}" });
            if (i % 10 == 0) await w.World.RunFor(TimeSpan.FromSeconds(1));
        }

        var found = await w.LookupAsync(with: r => r with { MaxResults = 20 });
        found.Select(e => e.Resources?[0].ResourceName).ShouldBe(Enumerable.Range(0, 123).Reverse().Select(i => $"c{i}"));
    });

    [Theory]
    [InlineData(LookupAttributeKey.EventName, "DeleteCluster", 1), InlineData(LookupAttributeKey.EventSource, "ecs.amazonaws.com", 4)]
    [InlineData(LookupAttributeKey.ReadOnly, "true", 1), InlineData(LookupAttributeKey.ReadOnly, "false", 3), InlineData(LookupAttributeKey.Username, "root", 3)]
    [InlineData(LookupAttributeKey.ResourceName, "blue", 2), InlineData(LookupAttributeKey.ResourceType, "AWS::ECS::Cluster", 3)]
    [InlineData(LookupAttributeKey.AccessKeyId, "AKIAANN", 1), InlineData(LookupAttributeKey.EventName, "Nothing", 0)]
    public void Each_attribute_finds_its_events(LookupAttributeKey key, string value, int count) => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "CreateCluster", new CreateClusterRequest { ClusterName = "blue" });
        w.Called(EcsService.Model, "CreateCluster", new CreateClusterRequest { ClusterName = "green" });
        w.Called(EcsService.Model, "DeleteCluster", new DeleteClusterRequest { Cluster = "blue" },
            caller: w.Caller with { PrincipalArn = "arn:aws:iam::123456789012:user/ann", AccessKeyId = "AKIAANN" });
        w.Called(EcsService.Model, "ListClusters");
        (await w.LookupAsync(key, value)).Count.ShouldBe(count);
        (await w.LookupAsync(LookupAttributeKey.EventId, (await w.LookupAsync())[0].EventId ?? "")).Count.ShouldBe(1);
    });

    [Fact]
    public void A_time_range_holds_both_its_ends() => AuditWorld.Run(async w =>
    {
        var start = w.World.Time.GetUtcNow();
        for (var i = 0; i < 5; i++)
        {
            w.Called(EcsService.Model, "CreateCluster");
            await w.World.RunFor(TimeSpan.FromHours(1));
        }

        (await w.LookupAsync(with: r => r with { StartTime = start.AddHours(1), EndTime = start.AddHours(3) })).Count.ShouldBe(3);
        await w.World.Throws<InvalidTimeRangeException>(() => w.LookupAsync(with: r => r with { StartTime = start.AddHours(1), EndTime = start }));
    });

    [Fact]
    public void A_call_that_took_long_is_found_at_the_time_it_began() => AuditWorld.Run(async w =>
    {
        var now = w.World.Time.GetUtcNow();
        w.Called(EcsService.Model, "CreateCluster", ago: TimeSpan.FromMinutes(5));
        (await w.LookupAsync(with: r => r with { StartTime = now.AddMinutes(-6), EndTime = now.AddMinutes(-4) })).Count.ShouldBe(1);
    });

    [Fact]
    public void What_is_done_inside_a_bucket_is_in_no_history() => AuditWorld.Run(async w =>
    {
        w.Called(S3Service.Model, "PutObject", new PutObjectRequest { Bucket = "b", Key = "k" });
        w.Called(S3Service.Model, "CreateBucket", new CreateBucketRequest { Bucket = "b" });
        var found = (await w.LookupAsync()).ShouldHaveSingleItem();
        found.EventName.ShouldBe("CreateBucket");
        found.Resources?[0].ShouldBe(new() { ResourceType = "AWS::S3::Bucket", ResourceName = "b" });
    });

    [Fact]
    public void Each_account_and_region_has_its_own_history() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "CreateCluster", caller: w.Caller with { Region = "eu-west-1" });
        w.Called(EcsService.Model, "CreateCluster", caller: w.Caller with { AccountId = "999999999999" });
        (await w.LookupAsync()).ShouldBeEmpty();
    });

    [Fact]
    public void Tokens_and_numbers_are_checked() => AuditWorld.Run(async w =>
    {
        await w.World.Throws<InvalidNextTokenException>(() => w.LookupAsync(with: r => r with { NextToken = "made up" }));
        await w.World.Throws<InvalidMaxResultsException>(() => w.LookupAsync(with: r => r with { MaxResults = 51 }));
        var one = new LookupAttribute { AttributeKey = LookupAttributeKey.EventName, AttributeValue = "x" };
        await w.World.Throws<InvalidLookupAttributesException>(() => w.LookupAsync(with: r => r with { LookupAttributes = [one, one] }));
    });
}
