using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Eventbridge;

namespace Minato.EventBridge.Templates;

/// <summary>What templates can name of EventBridge.</summary>
internal static class EventTypes
{
    public static IServiceCollection AddEventBridgeResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, EventBusType>()
        .AddSingleton<IResourceType, EventBusPolicyType>()
        .AddSingleton<IResourceType, RuleType>()
        .AddSingleton<IResourceType, ArchiveType>();

    public static async Task RetagAsync(this IEventbridge events, string arn, TemplateResource r, CancellationToken ct)
    {
        var there = (await events.ListTagsForResourceAsync(new() { ResourceARN = arn }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await events.UntagResourceAsync(new() { ResourceARN = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await events.TagResourceAsync(new() { ResourceARN = arn, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }
}

/// <summary>Ref is the bus's name.</summary>
internal sealed class EventBusType(IEventbridge events, TimeProvider clock) : ResourceHandler("AWS::Events::EventBus", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateEventBusRequest>().And("Policy") with
    {
        CreateOnly = ["EventSourceName", "Name"], Attributes = ["Arn", "Name", "Policy"], Identifiers = ["Name"],
    };

    protected override NameRule Name { get; } = new("Name", 256);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => events.CreateEventBusAsync(r.As<CreateEventBusRequest>(), r.Caller, ct));
        r.Id = r.Name;
        if (r.Text("Policy") is { } policy) await events.PutPermissionAsync(new() { EventBusName = r.Id, Policy = policy }, r.Caller, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await events.UpdateEventBusAsync(r.As<UpdateEventBusRequest>(("Name", r.Id)), r.Caller, ct);
        if (r.Text("Policy") is { } policy) await events.PutPermissionAsync(new() { EventBusName = r.Id, Policy = policy }, r.Caller, ct);
        else if (r.Changed("Policy")) await IfThereAsync(() => events.RemovePermissionAsync(new() { EventBusName = r.Id, RemoveAllPermissions = true }, r.Caller, ct));
        if ((await events.DescribeEventBusAsync(new() { Name = r.Id }, r.Caller, ct)).Arn is { } arn) await events.RetagAsync(arn, r, ct);
    }

    // AWS: what is not there is deleted with success by the API itself.
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => events.DeleteEventBusAsync(new() { Name = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var bus = await events.DescribeEventBusAsync(new() { Name = r.Id }, r.Caller, ct);
        var model = r.Model(bus, ("Arn", bus.Arn), ("Name", bus.Name), ("Policy", bus.Policy));
        if (bus.Policy is { Length: > 0 } policy) model.Properties["Policy"] = JsonNode.Parse(policy);
        return model;
    }
}

/// <summary>One statement of a bus's policy. Ref is its bus and its id.</summary>
internal sealed class EventBusPolicyType(IEventbridge events, TimeProvider clock) : ResourceHandler("AWS::Events::EventBusPolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutPermissionRequest>("Policy").And("Statement") with
    {
        Required = ["StatementId"], CreateOnly = ["EventBusName", "StatementId"], Identifiers = ["EventBusName", "StatementId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = $"{Bus(r)}|{r.Text("StatementId")}";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Properties["Statement"] is not JsonObject statement)
        {
            await events.PutPermissionAsync(r.As<PutPermissionRequest>(("EventBusName", Bus(r))), r.Caller, ct);
            return;
        }
        var policy = await PolicyAsync(r, ct) ?? new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray() };
        var own = (JsonObject)statement.DeepClone();
        own["Sid"] = r.Text("StatementId");
        policy["Statement"] = new JsonArray([.. Statements(policy).Where(s => s["Sid"]?.ToString() != r.Text("StatementId")).Select(s => s.DeepClone()), own]);
        await events.PutPermissionAsync(new() { EventBusName = Bus(r), Policy = policy.ToJsonString() }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        events.RemovePermissionAsync(new() { EventBusName = Bus(r), StatementId = r.Text("StatementId") }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await PolicyAsync(r, ct) is not { } policy || Statements(policy).FirstOrDefault(s => s["Sid"]?.ToString() == r.Text("StatementId")) is not { } statement) return null;
        var seen = new JsonObject { ["EventBusName"] = Bus(r), ["StatementId"] = r.Text("StatementId") };
        if (r.Has("Statement")) seen["Statement"] = statement.DeepClone();
        return r.ModelOf(seen);
    }

    private static string Bus(TemplateResource r) => r.Text("EventBusName") ?? "default";

    private static IEnumerable<JsonObject> Statements(JsonObject policy) => (policy["Statement"] as JsonArray ?? []).OfType<JsonObject>();

    private async Task<JsonObject?> PolicyAsync(TemplateResource r, CancellationToken ct) =>
        (await events.DescribeEventBusAsync(new() { Name = Bus(r) }, r.Caller, ct)).Policy is { Length: > 0 } policy ? JsonNode.Parse(policy) as JsonObject : null;
}

/// <summary>Ref is the rule's name; on a bus of one's own <c>bus|name</c>.</summary>
internal sealed class RuleType(IEventbridge events, TimeProvider clock) : ResourceHandler("AWS::Events::Rule", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutRuleRequest>("Name").And("Name", "Targets") with
    {
        CreateOnly = ["EventBusName", "Name"], Attributes = ["Arn"], Identifiers = ["Arn"],
    };

    protected override NameRule Name { get; } = new("Name", 64);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await events.DescribeRuleAsync(new() { Name = r.Name, EventBusName = Bus(r) }, r.Caller, ct)).Name is { } name ? IdOf(name, r) : null;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await events.PutRuleAsync(r.As<PutRuleRequest>(), r.Caller, ct);
        r.Id = IdOf(r.Name, r);
        await SetTargetsAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var made = await events.PutRuleAsync(r.As<PutRuleRequest>(("Name", NameOf(r)), ("Tags", null)), r.Caller, ct);
        await SetTargetsAsync(r, ct);
        if (made.RuleArn is { } arn) await events.RetagAsync(arn, r, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DescribedOrNull<ListTargetsByRuleResponse>(async () => await events.ListTargetsByRuleAsync(new() { Rule = NameOf(r), EventBusName = Bus(r) }, r.Caller, ct)) is not { } seen) return;
        if (seen.Targets is { IsDefaultOrEmpty: false } targets)
            await events.RemoveTargetsAsync(new() { Rule = NameOf(r), EventBusName = Bus(r), Ids = [.. targets.Select(t => t.Id)] }, r.Caller, ct);
        await events.DeleteRuleAsync(new() { Name = NameOf(r), EventBusName = Bus(r) }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var rule = await events.DescribeRuleAsync(new() { Name = NameOf(r), EventBusName = Bus(r) }, r.Caller, ct);
        var model = r.Model(rule, ("Arn", rule.Arn));
        if (rule.EventPattern is { } pattern) model.Properties["EventPattern"] = JsonNode.Parse(pattern);
        if (r.Text("EventBusName") is { } bus) model.Properties["EventBusName"] = bus;
        var targets = (await events.ListTargetsByRuleAsync(new() { Rule = NameOf(r), EventBusName = Bus(r) }, r.Caller, ct)).Targets ?? [];
        model.Properties["Targets"] = new JsonArray([.. targets.Select(t => r.Seen(t))]);
        return model;
    }

    private async Task SetTargetsAsync(TemplateResource r, CancellationToken ct)
    {
        Target[] wanted = [.. r.Objects("Targets").Select(r.Read<Target>)];
        var gone = (r.Request.PreviousProperties["Targets"] as JsonArray ?? []).OfType<JsonObject>().Select(t => t["Id"]?.ToString()).OfType<string>().Except(wanted.Select(t => t.Id)).ToArray();
        if (gone.Length > 0) await events.RemoveTargetsAsync(new() { Rule = NameOf(r), EventBusName = Bus(r), Ids = [.. gone] }, r.Caller, ct);
        if (wanted.Length == 0) return;
        var put = await events.PutTargetsAsync(new() { Rule = NameOf(r), EventBusName = Bus(r), Targets = [.. wanted] }, r.Caller, ct);
        if (put.FailedEntries is [var failed, ..]) throw new ResourceFailedException("GeneralServiceException", failed.ErrorMessage ?? failed.ErrorCode ?? "A target was refused.");
    }

    private static string? Bus(TemplateResource r) => r.Text("EventBusName");

    // AWS: a bus may be named by its ARN; the id has its name.
    private static string IdOf(string name, TemplateResource r) => Bus(r) is { } bus && BusName(bus) is not "default" ? $"{BusName(bus)}|{name}" : name;

    private static string BusName(string bus) => bus[(bus.LastIndexOf('/') + 1)..];

    private static string NameOf(TemplateResource r) => r.Id[(r.Id.IndexOf('|', StringComparison.Ordinal) + 1)..];
}

/// <summary>Ref is the archive's name.</summary>
internal sealed class ArchiveType(IEventbridge events, TimeProvider clock) : ResourceHandler("AWS::Events::Archive", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateArchiveRequest>("ArchiveName", "EventSourceArn").And("ArchiveName", "SourceArn") with
    {
        Required = ["SourceArn"], CreateOnly = ["ArchiveName", "SourceArn"], Attributes = ["ArchiveName", "Arn"], Identifiers = ["ArchiveName"],
    };

    protected override NameRule Name { get; } = new("ArchiveName", 48);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["SourceArn"] = "EventSourceArn" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => events.CreateArchiveAsync(r.As<CreateArchiveRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => events.UpdateArchiveAsync(r.As<UpdateArchiveRequest>(("ArchiveName", r.Id)), r.Caller, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => events.DeleteArchiveAsync(new() { ArchiveName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var archive = await events.DescribeArchiveAsync(new() { ArchiveName = r.Id }, r.Caller, ct);
        var model = r.Model(archive, ("ArchiveName", r.Id), ("Arn", archive.ArchiveArn));
        if (archive.EventPattern is { } pattern) model.Properties["EventPattern"] = JsonNode.Parse(pattern);
        return model;
    }
}
