using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Contracts.S3;

namespace Minato.S3.Templates;

/// <summary>Configurations of a bucket: as templates have them, and the call that each of them is.</summary>
internal static class BucketSettings
{
    private static readonly Dictionary<string, Setting> s_all = new()
    {
        ["AccelerateConfiguration"] = new(o => Wrapped("AccelerateConfiguration", o), (s3, r, o, ct) => s3.PutBucketAccelerateConfigurationAsync(r.Read<PutBucketAccelerateConfigurationRequest>(o), r.Caller, ct)),
        ["BucketEncryption"] = new(
            o => Wrapped("ServerSideEncryptionConfiguration", new() { ["Rules"] = o["ServerSideEncryptionConfiguration"]?.DeepClone() }),
            (s3, r, o, ct) => s3.PutBucketEncryptionAsync(r.Read<PutBucketEncryptionRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.DeleteBucketEncryptionAsync(new() { Bucket = r.Id }, r.Caller, ct)),
        ["CorsConfiguration"] = new(
            o => Wrapped("CORSConfiguration", o), (s3, r, o, ct) => s3.PutBucketCorsAsync(r.Read<PutBucketCorsRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.DeleteBucketCorsAsync(new() { Bucket = r.Id }, r.Caller, ct)),
        ["LifecycleConfiguration"] = new(
            Lifecycle, (s3, r, o, ct) => s3.PutBucketLifecycleConfigurationAsync(r.Read<PutBucketLifecycleConfigurationRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.DeleteBucketLifecycleAsync(new() { Bucket = r.Id }, r.Caller, ct)),
        ["LoggingConfiguration"] = new(
            o => Wrapped("BucketLoggingStatus", new() { ["LoggingEnabled"] = WithPrefix(o) }), (s3, r, o, ct) => s3.PutBucketLoggingAsync(r.Read<PutBucketLoggingRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.PutBucketLoggingAsync(new() { Bucket = r.Id, BucketLoggingStatus = new() }, r.Caller, ct)),
        ["NotificationConfiguration"] = new(
            Notifications, (s3, r, o, ct) => s3.PutBucketNotificationConfigurationAsync(r.Read<PutBucketNotificationConfigurationRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.PutBucketNotificationConfigurationAsync(new() { Bucket = r.Id, NotificationConfiguration = new() }, r.Caller, ct)),
        ["OwnershipControls"] = new(
            o => Wrapped("OwnershipControls", o), (s3, r, o, ct) => s3.PutBucketOwnershipControlsAsync(r.Read<PutBucketOwnershipControlsRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.DeleteBucketOwnershipControlsAsync(new() { Bucket = r.Id }, r.Caller, ct)),
        ["PublicAccessBlockConfiguration"] = new(
            o => Wrapped("PublicAccessBlockConfiguration", o), (s3, r, o, ct) => s3.PutPublicAccessBlockAsync(r.Read<PutPublicAccessBlockRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.DeletePublicAccessBlockAsync(new() { Bucket = r.Id }, r.Caller, ct)),
        ["VersioningConfiguration"] = new(
            o => Wrapped("VersioningConfiguration", o), (s3, r, o, ct) => s3.PutBucketVersioningAsync(r.Read<PutBucketVersioningRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.PutBucketVersioningAsync(new() { Bucket = r.Id, VersioningConfiguration = new() { Status = BucketVersioningStatus.Suspended } }, r.Caller, ct)),
        ["WebsiteConfiguration"] = new(
            Website, (s3, r, o, ct) => s3.PutBucketWebsiteAsync(r.Read<PutBucketWebsiteRequest>(o), r.Caller, ct),
            (s3, r, ct) => s3.DeleteBucketWebsiteAsync(new() { Bucket = r.Id }, r.Caller, ct)),
    };

    private sealed record Setting(
        Func<JsonObject, JsonObject> Shape, Func<IS3, TemplateResource, JsonObject, CancellationToken, Task> Set, Func<IS3, TemplateResource, CancellationToken, Task>? Clear = null);

    public static IReadOnlyCollection<string> Properties => s_all.Keys;

    public static IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string>
    {
        ["AccelerationStatus"] = "Status", ["AccessControl"] = "ACL", ["ServerSideEncryptionByDefault"] = "ApplyServerSideEncryptionByDefault", ["ExposedHeaders"] = "ExposeHeaders",
        ["MaxAge"] = "MaxAgeSeconds", ["DestinationBucketName"] = "TargetBucket", ["LogFilePrefix"] = "TargetPrefix", ["RedirectRule"] = "Redirect",
        ["RoutingRuleCondition"] = "Condition", ["TransitionInDays"] = "Days", ["TransitionDate"] = "Date",
    };

    public static Task SetAsync(IS3 s3, string property, TemplateResource r, CancellationToken ct)
    {
        var setting = s_all[property];
        if (r.Properties[property] is not JsonObject given) return setting.Clear?.Invoke(s3, r, ct) ?? Task.CompletedTask;
        var request = setting.Shape(given);
        request["Bucket"] = r.Id;
        return setting.Set(s3, r, request, ct);
    }

    /// <summary>Those that read as they are written.</summary>
    public static async Task ReadAsync(IS3 s3, ResourceModel model, TemplateResource r, CancellationToken ct)
    {
        if ((await s3.GetBucketVersioningAsync(new() { Bucket = r.Id }, r.Caller, ct)).Status is { } versioning)
            model.Properties["VersioningConfiguration"] = new JsonObject { ["Status"] = versioning.ToWire() };
        if (await OrNull(() => s3.GetPublicAccessBlockAsync(new() { Bucket = r.Id }, r.Caller, ct)) is { PublicAccessBlockConfiguration: { } block })
            model.Properties["PublicAccessBlockConfiguration"] = r.Seen(block);
        if (await OrNull(() => s3.GetBucketEncryptionAsync(new() { Bucket = r.Id }, r.Caller, ct)) is { ServerSideEncryptionConfiguration: { } encryption })
            model.Properties["BucketEncryption"] = new JsonObject { ["ServerSideEncryptionConfiguration"] = r.Seen(encryption)["Rules"]?.DeepClone() };
        if (await OrNull(() => s3.GetBucketTaggingAsync(new() { Bucket = r.Id }, r.Caller, ct)) is { } tags)
            model.Properties["Tags"] = new JsonArray([.. tags.TagSet.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
    }

    private static async Task<T?> OrNull<T>(Func<Task<T>> ask)
        where T : class
    {
        try { return await ask(); }
        catch (AwsException e) when (HandlerErrors.IsNotThere(e) || e.HttpStatus == 404) { return null; }
    }

    private static JsonObject Wrapped(string member, JsonObject inner) => new() { [member] = inner.DeepClone() };

    private static JsonObject WithPrefix(JsonObject logging)
    {
        var all = (JsonObject)logging.DeepClone();
        all["LogFilePrefix"] ??= ""; // The API must have one.
        return all;
    }

    private static JsonObject Notifications(JsonObject given)
    {
        var all = (JsonObject)given.DeepClone();
        if (all.Remove("EventBridgeConfiguration", out var bridge) && bridge?["EventBridgeEnabled"]?.ToString() is not "false") all["EventBridgeConfiguration"] = new JsonObject();
        return Wrapped("NotificationConfiguration", all);
    }

    private static JsonObject Website(JsonObject given)
    {
        var all = (JsonObject)given.DeepClone();
        if (all["ErrorDocument"] is JsonValue error) all["ErrorDocument"] = new JsonObject { ["Key"] = error.ToString() };
        if (all["IndexDocument"] is JsonValue index) all["IndexDocument"] = new JsonObject { ["Suffix"] = index.ToString() };
        return Wrapped("WebsiteConfiguration", all);
    }

    private static JsonObject Lifecycle(JsonObject given)
    {
        var all = (JsonObject)given.DeepClone();
        all["Rules"] = new JsonArray([.. (all["Rules"] as JsonArray ?? []).OfType<JsonObject>().Select(LifecycleRules.ToApi)]);
        return Wrapped("LifecycleConfiguration", all);
    }
}
