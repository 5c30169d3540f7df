using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Route53;

namespace Minato.Route53.Templates;

/// <summary>What templates can name of Route 53.</summary>
internal static class ZoneTypes
{
    public static IServiceCollection AddRoute53ResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, HostedZoneType>()
        .AddSingleton<IResourceType, RecordSetType>()
        .AddSingleton<IResourceType, RecordSetGroupType>()
        .AddSingleton<IResourceType, HealthCheckType>()
        .AddSingleton<IResourceType, CidrCollectionType>();

    public static async Task RetagAsync(this IRoute53 route53, TagResourceType kind, TemplateResource r, CancellationToken ct)
    {
        var there = await route53.ListTagsForResourceAsync(new() { ResourceType = kind, ResourceId = r.Id }, r.Caller, ct);
        var changes = TagChanges.Between(r.Tags, (there.ResourceTagSet.Tags ?? []).Select(t => KeyValuePair.Create(t.Key ?? "", t.Value ?? "")));
        if (changes.Set.Count == 0 && changes.Gone.Count == 0) return;
        await route53.ChangeTagsForResourceAsync(new()
        {
            ResourceType = kind, ResourceId = r.Id, AddTags = changes.Set.Count == 0 ? null : [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })],
            RemoveTagKeys = changes.Gone.Count == 0 ? null : [.. changes.Gone],
        }, r.Caller, ct);
    }

    public static async Task<JsonArray> TagsAsync(this IRoute53 route53, TagResourceType kind, TemplateResource r, CancellationToken ct) =>
        [.. ((await route53.ListTagsForResourceAsync(new() { ResourceType = kind, ResourceId = r.Id }, r.Caller, ct)).ResourceTagSet.Tags ?? [])
            .Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })];

    /// <summary>Its id, given or found by its name.</summary>
    public static async Task<string> ZoneOfAsync(this IRoute53 route53, TemplateResource r, CancellationToken ct)
    {
        if (r.Text("HostedZoneId") is { } id) return id;
        var name = r.Text("HostedZoneName") ?? throw new ResourceFailedException("InvalidRequest", "HostedZoneName or HostedZoneId must be specified.");
        var found = await route53.ListHostedZonesByNameAsync(new() { DNSName = name }, r.Caller, ct);
        return found.HostedZones.Where(z => string.Equals(z.Name.TrimEnd('.'), name.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)).ToArray() switch
        {
            [var only] => Plain(only.Id),
            [] => throw new NoSuchHostedZone($"No hosted zones named {name} found."),
            _ => throw new ResourceFailedException("InvalidRequest", $"Found more than one hosted zone named {name}."),
        };
    }

    /// <summary>Without <c>/hostedzone/</c>.</summary>
    public static string Plain(string id) => id[(id.LastIndexOf('/') + 1)..];
}

internal sealed class HostedZoneType(IRoute53 route53, TimeProvider clock) : ResourceHandler("AWS::Route53::HostedZone", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["HostedZoneConfig", "HostedZoneTags", "Name", "VPCs"], CreateOnly = ["Name"], Attributes = ["Id", "NameServers"], Identifiers = ["Id"], Tags = "HostedZoneTags",
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        r.Id = await EarlierAsync(r, ct) ?? ZoneTypes.Plain((await route53.CreateHostedZoneAsync(
            r.As<CreateHostedZoneRequest>(("VPC", r.Objects("VPCs").FirstOrDefault()?.DeepClone())), r.Caller, ct)).HostedZone.Id);
        await SetVpcsAsync(r, ct);
        await route53.RetagAsync(TagResourceType.Hostedzone, r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("HostedZoneConfig"))
            await route53.UpdateHostedZoneCommentAsync(new() { Id = r.Id, Comment = (r.Properties["HostedZoneConfig"] as JsonObject)?["Comment"]?.ToString() }, r.Caller, ct);
        await SetVpcsAsync(r, ct);
        await route53.RetagAsync(TagResourceType.Hostedzone, r, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => route53.DeleteHostedZoneAsync(new() { Id = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await route53.GetHostedZoneAsync(new() { Id = r.Id }, r.Caller, ct);
        var model = r.Model(seen, ("Id", r.Id), ("NameServers", new JsonArray([.. (seen.DelegationSet?.NameServers ?? []).Select(n => (JsonNode)n)])));
        // With or without the dot at its end it is the same name.
        model.Properties["Name"] = r.Text("Name") is { } given && given.TrimEnd('.') == seen.HostedZone.Name.TrimEnd('.') ? given : seen.HostedZone.Name;
        if (seen.HostedZone.Config?.Comment is { } comment) model.Properties["HostedZoneConfig"] = new JsonObject { ["Comment"] = comment };
        model.Properties["HostedZoneTags"] = await route53.TagsAsync(TagResourceType.Hostedzone, r, ct);
        return model;
    }

    // AWS: the reference that made a zone makes no second one.
    private async Task<string?> EarlierAsync(TemplateResource r, CancellationToken ct) =>
        (await route53.ListHostedZonesByNameAsync(new() { DNSName = r.Text("Name") }, r.Caller, ct)).HostedZones.FirstOrDefault(z => z.CallerReference == r.Token) is { } zone ? ZoneTypes.Plain(zone.Id) : null;

    private async Task SetVpcsAsync(TemplateResource r, CancellationToken ct)
    {
        var now = (await route53.GetHostedZoneAsync(new() { Id = r.Id }, r.Caller, ct)).VPCs ?? [];
        VPC[] wanted = [.. r.Objects("VPCs").Select(r.Read<VPC>)];
        foreach (var vpc in wanted.Where(w => now.All(n => n.VPCId != w.VPCId))) await route53.AssociateVPCWithHostedZoneAsync(new() { HostedZoneId = r.Id, VPC = vpc }, r.Caller, ct);
        foreach (var vpc in now.Where(n => wanted.All(w => w.VPCId != n.VPCId))) await route53.DisassociateVPCFromHostedZoneAsync(new() { HostedZoneId = r.Id, VPC = vpc }, r.Caller, ct);
    }
}

internal sealed class HealthCheckType(IRoute53 route53, TimeProvider clock) : ResourceHandler("AWS::Route53::HealthCheck", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateHealthCheckRequest>().And("HealthCheckTags") with
    {
        CreateOnly = ["HealthCheckConfig/Type", "HealthCheckConfig/MeasureLatency", "HealthCheckConfig/RequestInterval"], Attributes = ["HealthCheckId"],
        Identifiers = ["HealthCheckId"], Tags = "HealthCheckTags",
    };

    // AWS: the same reference and settings answer the check that there is.
    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        r.Id = (await route53.CreateHealthCheckAsync(r.As<CreateHealthCheckRequest>(), r.Caller, ct)).HealthCheck.Id;
        await route53.RetagAsync(TagResourceType.Healthcheck, r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("HealthCheckConfig") && r.Properties["HealthCheckConfig"] is JsonObject config)
        {
            var asked = (JsonObject)config.DeepClone();
            foreach (var fixedOnce in (string[])["Type", "MeasureLatency", "RequestInterval", "RoutingControlArn"]) asked.Remove(fixedOnce);
            asked["HealthCheckId"] = r.Id;
            await route53.UpdateHealthCheckAsync(r.Read<UpdateHealthCheckRequest>(asked), r.Caller, ct);
        }
        await route53.RetagAsync(TagResourceType.Healthcheck, r, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => route53.DeleteHealthCheckAsync(new() { HealthCheckId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = (await route53.GetHealthCheckAsync(new() { HealthCheckId = r.Id }, r.Caller, ct)).HealthCheck;
        var model = r.Model(seen, ("HealthCheckId", r.Id));
        model.Properties["HealthCheckTags"] = await route53.TagsAsync(TagResourceType.Healthcheck, r, ct);
        return model;
    }
}
