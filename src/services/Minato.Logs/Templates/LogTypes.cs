using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Logs.Templates;

/// <summary>What templates can name of CloudWatch Logs.</summary>
internal static class LogTypes
{
    public static IServiceCollection AddLogsResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, LogGroupType>()
        .AddSingleton<IResourceType, LogStreamType>()
        .AddSingleton<IResourceType, ResourcePolicyType>();
}

internal sealed class LogGroupType(ICloudWatchLogs logs, TimeProvider clock) : ResourceHandler("AWS::Logs::LogGroup", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateLogGroupRequest>("LogGroupName").And("LogGroupName", "RetentionInDays") with
    {
        CreateOnly = ["LogGroupName"], Attributes = ["Arn"], Identifiers = ["LogGroupName"],
    };

    protected override NameRule Name { get; } = new("LogGroupName", 512);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["DeletionProtectionEnabled", "KmsKeyId", "LogGroupClass"];

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => logs.CreateLogGroupAsync(r.As<CreateLogGroupRequest>(), r.Caller, ct));
        r.Id = r.Name;
        if (r.Has("RetentionInDays")) await logs.PutRetentionPolicyAsync(r.As<PutRetentionPolicyRequest>(), r.Caller, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Has("RetentionInDays")) await logs.PutRetentionPolicyAsync(r.As<PutRetentionPolicyRequest>(("LogGroupName", r.Id)), r.Caller, ct);
        else if (r.Changed("RetentionInDays")) await logs.DeleteRetentionPolicyAsync(new() { LogGroupName = r.Id }, r.Caller, ct);
        if (await GroupAsync(r, ct) is not { LogGroupArn: { } arn }) return;
        var changes = TagChanges.Between(r.Tags, (await logs.ListTagsForResourceAsync(new() { ResourceArn = arn }, r.Caller, ct)).Tags ?? []);
        if (changes.Gone.Count > 0) await logs.UntagResourceAsync(new() { ResourceArn = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await logs.TagResourceAsync(new() { ResourceArn = arn, Tags = System.Collections.Immutable.ImmutableDictionary.CreateRange(changes.Set) }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => logs.DeleteLogGroupAsync(new() { LogGroupName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GroupAsync(r, ct) is not { LogGroupArn: { } arn } group) return null;
        var seen = r.Seen(group);
        var tags = (await logs.ListTagsForResourceAsync(new() { ResourceArn = arn }, r.Caller, ct)).Tags ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;
        seen["Tags"] = new JsonArray([.. tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
        return r.ModelOf(seen, ("Arn", group.Arn));
    }

    // AWS: a prefix finds the group of that very name first.
    private async Task<LogGroup?> GroupAsync(TemplateResource r, CancellationToken ct) =>
        (await logs.DescribeLogGroupsAsync(new() { LogGroupNamePrefix = r.Id, Limit = 1 }, r.Caller, ct)).LogGroups?.FirstOrDefault(g => g.LogGroupName == r.Id);
}

internal sealed class LogStreamType(ICloudWatchLogs logs, TimeProvider clock) : ResourceHandler("AWS::Logs::LogStream", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateLogStreamRequest>("LogStreamName").And("LogStreamName") with
    {
        CreateOnly = ["LogGroupName", "LogStreamName"], Identifiers = ["LogGroupName", "LogStreamName"],
    };

    protected override NameRule Name { get; } = new("LogStreamName", 512);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => logs.CreateLogStreamAsync(r.As<CreateLogStreamRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        logs.DeleteLogStreamAsync(new() { LogGroupName = r.Text("LogGroupName") ?? "", LogStreamName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Text("LogGroupName") is not { } group) return null;
        var streams = await logs.DescribeLogStreamsAsync(new() { LogGroupName = group, LogStreamNamePrefix = r.Id, Limit = 1 }, r.Caller, ct);
        if (streams.LogStreams?.FirstOrDefault(s => s.LogStreamName == r.Id) is not { } stream) return null;
        var model = r.Model(stream);
        model.Properties["LogGroupName"] = group;
        return model;
    }
}

/// <summary>Ref is the policy's name. AWS: a template names policies of the account only.</summary>
internal sealed class ResourcePolicyType(ICloudWatchLogs logs, TimeProvider clock) : ResourceHandler("AWS::Logs::ResourcePolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["PolicyDocument", "PolicyName"], Required = ["PolicyDocument", "PolicyName"], CreateOnly = ["PolicyName"], Identifiers = ["PolicyName"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Text("PolicyName") ?? "";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        logs.PutResourcePolicyAsync(new() { PolicyName = r.Text("PolicyName"), PolicyDocument = r.Properties["PolicyDocument"] is JsonObject given ? given.ToJsonString() : r.Text("PolicyDocument") }, r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => logs.DeleteResourcePolicyAsync(new() { PolicyName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var all = (await logs.DescribeResourcePoliciesAsync(new(), r.Caller, ct)).ResourcePolicies ?? [];
        return all.FirstOrDefault(p => p.PolicyName == r.Id) is { } policy
            ? r.ModelOf(new() { ["PolicyName"] = policy.PolicyName, ["PolicyDocument"] = r.Properties["PolicyDocument"] is JsonObject ? JsonNode.Parse(policy.PolicyDocument ?? "{}") : policy.PolicyDocument }) : null;
    }
}
