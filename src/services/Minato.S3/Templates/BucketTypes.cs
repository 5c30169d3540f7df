using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.S3;

namespace Minato.S3.Templates;

/// <summary>What templates can name of S3.</summary>
internal static class BucketTypes
{
    public static IServiceCollection AddS3ResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, BucketType>()
        .AddSingleton<IResourceType, BucketPolicyType>();
}

/// <summary>A bucket's configurations are calls of their own in the API; <see cref="BucketSettings"/> makes them of a template's.</summary>
internal sealed class BucketType(IS3 s3, TimeProvider clock) : ResourceHandler("AWS::S3::Bucket", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["AccessControl", "BucketName", "Tags", .. BucketSettings.Properties],
        CreateOnly = ["BucketName"], Attributes = ["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"], Identifiers = ["BucketName"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("BucketName", 63, IsLower: true);
    protected override IReadOnlyDictionary<string, string> Spelled => BucketSettings.Spelled;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var place = r.Caller.Region is "us-east-1" ? null : new JsonObject { ["LocationConstraint"] = r.Caller.Region };
        await OnceAsync(() => s3.CreateBucketAsync(r.As<CreateBucketRequest>(("AccessControl", null), ("Bucket", r.Name), ("CreateBucketConfiguration", place)), r.Caller, ct));
        r.Id = r.Name;
        await ChangeAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var setting in BucketSettings.Properties.Where(p => r.Changed(p))) await BucketSettings.SetAsync(s3, setting, r, ct);
        if (r.Changed("AccessControl")) await SetAclAsync(r, ct);
        if (r.Tags.Count > 0)
            await s3.PutBucketTaggingAsync(new() { Bucket = r.Id, Tagging = new() { TagSet = [.. r.Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] } }, r.Caller, ct);
        else if (r.Changed("Tags")) await s3.DeleteBucketTaggingAsync(new() { Bucket = r.Id }, r.Caller, ct);
    }

    // AWS: a bucket that holds something is not deleted, and the stack's deletion fails.
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => s3.DeleteBucketAsync(new() { Bucket = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        await s3.HeadBucketAsync(new() { Bucket = r.Id }, r.Caller, ct);
        var region = r.Caller.Region;
        var model = r.ModelOf(new() { ["BucketName"] = r.Id },
            ("Arn", $"arn:aws:s3:::{r.Id}"), ("DomainName", $"{r.Id}.s3.amazonaws.com"), ("DualStackDomainName", $"{r.Id}.s3.dualstack.{region}.amazonaws.com"),
            ("RegionalDomainName", $"{r.Id}.s3.{region}.amazonaws.com"), ("WebsiteURL", $"http://{r.Id}.s3-website-{region}.amazonaws.com"));
        await BucketSettings.ReadAsync(s3, model, r, ct);
        return model;
    }

    private async Task SetAclAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Text("AccessControl") is not { } acl) return;
        // Templates write PublicRead where the API has public-read.
        var spelled = string.Concat(acl.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
        await s3.PutBucketAclAsync(r.Read<PutBucketAclRequest>(new() { ["Bucket"] = r.Id, ["ACL"] = spelled }), r.Caller, ct);
    }
}

/// <summary>Ref is the bucket's name.</summary>
internal sealed class BucketPolicyType(IS3 s3, TimeProvider clock) : ResourceHandler("AWS::S3::BucketPolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Bucket", "PolicyDocument"], Required = ["Bucket", "PolicyDocument"], CreateOnly = ["Bucket"], Identifiers = ["Bucket"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["PolicyDocument"] = "Policy" };

    // AWS: a bucket has one policy, and one that is there is not overwritten.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => await DescribedOrNull(() => PolicyAsync(r.Text("Bucket") ?? "", r, ct)) is null ? "free"
        : throw new ResourceFailedException("AlreadyExists", $"The bucket policy already exists on bucket {r.Text("Bucket")}.");

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Text("Bucket") ?? "";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => s3.PutBucketPolicyAsync(r.As<PutBucketPolicyRequest>(), r.Caller, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => s3.DeleteBucketPolicyAsync(new() { Bucket = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await PolicyAsync(r.Id, r, ct) is { } policy ? r.ModelOf(new() { ["Bucket"] = r.Id, ["PolicyDocument"] = JsonNode.Parse(policy) }) : null;

    private async Task<string?> PolicyAsync(string bucket, TemplateResource r, CancellationToken ct) =>
        (await s3.GetBucketPolicyAsync(new() { Bucket = bucket }, r.Caller, ct)).Policy;
}
