using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.S3;
using Minato.Engines.Functions;
using Minato.S3;
using Minato.Testing;

namespace Minato.EventBridge.Tests;

/// <summary>What S3 tells the default bus.</summary>
public sealed class ObjectEventTests
{
    [Fact]
    public void Objects_created_and_deleted_are_events_where_the_bucket_says_so() => World.Run(1, async w =>
    {
        w.Functions.Put(EventWorld.Function, _ => new FunctionOutcome.Returned("{}"));
        var events = w.Client<IEventbridge>();
        await events.PutRuleAsync(new() { Name = "s3", EventPattern = """{"source":["aws.s3"]}""" }, w.Caller, default);
        await events.PutTargetsAsync(new() { Rule = "s3", Targets = [new() { Id = "t", Arn = EventWorld.Function }] }, w.Caller, default);
        var s3 = w.Client<IS3>();
        foreach (var bucket in new[] { "told", "quiet" }) await s3.CreateBucketAsync(new() { Bucket = bucket }, w.Caller, default);
        await s3.PutBucketNotificationConfigurationAsync(new() { Bucket = "told", NotificationConfiguration = new() { EventBridgeConfiguration = new() } }, w.Caller, default);
        foreach (var bucket in new[] { "told", "quiet" })
        {
            await s3.PutObjectAsync(new() { Bucket = bucket, Key = "a/b.txt", Body = new MemoryStream(Encoding.UTF8.GetBytes("hello")) }, w.Caller, default);
            await s3.DeleteObjectAsync(new() { Bucket = bucket, Key = "a/b.txt" }, w.Caller, default);
        }

        await w.RestartAsync(TimeSpan.FromSeconds(1));
        await w.Eventually(() => w.Functions.Invocations.Count >= 2, TimeSpan.FromSeconds(30));
        await w.RunFor(TimeSpan.FromSeconds(10));
        var told = w.Functions.Invocations.Select(i => JsonNode.Parse(i.Payload) ?? new JsonObject()).DistinctBy(e => (string?)e["id"]).ToArray();
        told.Select(e => (string?)e["detail-type"]).Distinct().Order(StringComparer.Ordinal).ShouldBe(["Object Created", "Object Deleted"]);
        told.Select(e => ((string?)e["resources"]?[0], (string?)e["detail"]?["bucket"]?["name"], (string?)e["detail"]?["object"]?["key"])).Distinct().ShouldBe([("arn:aws:s3:::told", "told", "a/b.txt")]);
        var created = told.First(e => (string?)e["detail-type"] == "Object Created")["detail"];
        ((long?)created?["object"]?["size"], (string?)created?["object"]?["etag"], (string?)created?["reason"]).ShouldBe((5, "5d41402abc4b2a76b9719d911017c592", "PutObject"));
        var deleted = told.First(e => (string?)e["detail-type"] == "Object Deleted")["detail"];
        ((string?)deleted?["reason"], (string?)deleted?["deletion-type"]).ShouldBe(("DeleteObject", "Permanently Deleted"));
    }, services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddS3().AddEventBridge());
}
