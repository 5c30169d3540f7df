using Minato.CloudTrail.State;
using Minato.Contracts.Cloudtrail;
using Minato.Contracts.Ecs;
using Minato.Contracts.S3;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.CloudTrail.Tests;

/// <summary>
/// Goal: a change is never answered before its record would survive <c>kill -9</c>, and costs no second write for it. Method: callers change
/// things until the process is killed at a moment that the seed decides; then the record is compared with what was done and answered.
/// </summary>
public sealed class DurabilityTests
{
    private const int Callers = 4;

    [Theory, Seeds(1, 60)]
    public void A_change_that_was_answered_is_in_the_record_after_a_crash_and_so_is_one_that_was_not(ulong seed) => AuditWorld.Run(seed, async w =>
    {
        var answered = new List<string>();
        for (var i = 0; i < Callers; i++) _ = ChangeAsync(w, i, answered);
        await w.World.RunFor(TimeSpan.FromMilliseconds(w.World.Chance.Next(400)));
        await w.World.RestartAsync();
        var recorded = (await w.LookupAsync(LookupAttributeKey.EventName, "CreateBucket")).Select(e => e.Resources?[0].ResourceName ?? "").ToArray();
        recorded.ShouldBeUnique();
        answered.ShouldBeSubsetOf(recorded);
        var there = (await w.S3.ListBucketsAsync(new(), w.Caller, default)).Buckets?.Select(b => b.Name ?? "") ?? [];
        there.ShouldBeSubsetOf(recorded);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.World.Store.Current.All(CloudTrailTables.Kept).ShouldBeEmpty();
    });

    [Fact]
    public void The_record_of_a_change_is_whole_once_it_is_in_the_log() => AuditWorld.Run(async w =>
    {
        await w.CallAsync(S3Service.Model, "CreateBucket", new CreateBucketRequest { Bucket = "audit" }, async () => await w.S3.CreateBucketAsync(new() { Bucket = "audit" }, w.Caller, default));
        w.World.Store.Current.All(CloudTrailTables.Kept).ShouldHaveSingleItem();
        (await w.OnlyAsync()).GetProperty("responseElements").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Object);
        w.World.Store.Current.All(CloudTrailTables.Kept).ShouldBeEmpty();
    });

    [Theory, InlineData("DeleteCluster", "AccessDeniedException"), InlineData("UpdateCluster", null)]
    public void A_change_that_was_refused_or_changed_nothing_waits_for_its_record(string operation, string? error) => AuditWorld.Run(async w =>
    {
        await w.ClosedAsync(EcsService.Model, operation, error: error);
        await w.World.RestartAsync();
        (await w.LookupAsync()).ShouldHaveSingleItem().EventName.ShouldBe(operation);
    });

    [Fact]
    public void What_only_reads_waits_for_nothing() => AuditWorld.Run(w =>
    {
        w.ClosedAsync(EcsService.Model, "ListClusters").IsCompletedSuccessfully.ShouldBeTrue();
        w.ClosedAsync(S3Service.Model, "PutObject").IsCompletedSuccessfully.ShouldBeTrue("data events are as many as requests");
        return Task.CompletedTask;
    });

    [Fact]
    public void A_lookup_takes_nothing_from_EventBridge() => AuditWorld.Run(async w =>
    {
        await w.BucketAsync("audit");
        await w.Trail.CreateTrailAsync(new() { Name = "main", S3BucketName = "audit" }, w.Caller, default);
        await w.Trail.StartLoggingAsync(new() { Name = "main" }, w.Caller, default);
        w.Called(EcsService.Model, "DeleteCluster");
        await w.LookupAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Told.ShouldHaveSingleItem();
    });

    private static async Task ChangeAsync(AuditWorld w, int caller, List<string> answered)
    {
        for (var i = 0; ; i++)
        {
            var request = new CreateBucketRequest { Bucket = $"bucket-{caller}-{i}" };
            await w.CallAsync(S3Service.Model, "CreateBucket", request, async () => await w.S3.CreateBucketAsync(request, w.Caller, default));
            answered.Add(request.Bucket);
        }
    }
}
