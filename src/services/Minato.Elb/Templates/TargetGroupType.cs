using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Templates;

internal sealed class TargetGroupType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::TargetGroup", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateTargetGroupRequest>("Name").And("Name", "TargetGroupAttributes", "Targets") with
    {
        CreateOnly = ["IpAddressType", "Name", "Port", "Protocol", "ProtocolVersion", "TargetControlPort", "TargetType", "VpcId"],
        Attributes = ["LoadBalancerArns", "TargetGroupArn", "TargetGroupFullName", "TargetGroupName"],
        Identifiers = ["TargetGroupArn"],
    };

    protected override NameRule Name { get; } = new("Name", 32);
    protected override bool TakesSystemTags => true;

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await elb.DescribeTargetGroupsAsync(new() { Names = [r.Name] }, r.Caller, ct)).TargetGroups?.FirstOrDefault()?.TargetGroupArn;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => elb.CreateTargetGroupAsync(r.As<CreateTargetGroupRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? throw new InvalidOperationException($"{r.Name} was made and is not there.");
        await SetAttributesAsync(r, ct);
        await RegisterAsync(r, Targets(r, r.Properties), ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await elb.ModifyTargetGroupAsync(r.As<ModifyTargetGroupRequest>(("TargetGroupArn", r.Id)), r.Caller, ct);
        if (r.Changed("TargetGroupAttributes")) await SetAttributesAsync(r, ct);
        var (now, before) = (Targets(r, r.Properties), Targets(r, r.Request.PreviousProperties));
        await RegisterAsync(r, [.. now.Except(before)], ct);
        if (before.Except(now).ToArray() is { Length: > 0 } gone)
            await elb.DeregisterTargetsAsync(new() { TargetGroupArn = r.Id, Targets = [.. gone] }, r.Caller, ct);
        await elb.RetagAsync(r, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => elb.DeleteTargetGroupAsync(new() { TargetGroupArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var found = await elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [r.Id] }, r.Caller, ct);
        if (found.TargetGroups?.FirstOrDefault() is not { } group) return null;
        var attributes = (await elb.DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = r.Id }, r.Caller, ct)).Attributes ?? [];
        var model = r.Model(group,
            ("LoadBalancerArns", new JsonArray([.. (group.LoadBalancerArns ?? []).Select(a => (JsonNode)a)])), ("TargetGroupArn", r.Id),
            ("TargetGroupFullName", r.Id[r.Id.IndexOf("targetgroup/", StringComparison.Ordinal)..]), ("TargetGroupName", group.TargetGroupName));
        model.Properties[nameof(CreateTargetGroupRequest.Name)] = group.TargetGroupName;
        model.Properties["TargetGroupAttributes"] = ElbTypes.Spoken(r, "TargetGroupAttributes", attributes.Select(a => (a.Key, a.Value)));
        model.Properties["Tags"] = (await elb.TagsAsync(r, ct)).ToList();
        return model;
    }

    private static TargetDescription[] Targets(TemplateResource r, JsonObject properties) =>
        [.. (properties["Targets"] as JsonArray ?? []).OfType<JsonObject>().Select(r.Read<TargetDescription>)];

    private async Task RegisterAsync(TemplateResource r, TargetDescription[] targets, CancellationToken ct)
    {
        if (targets.Length > 0) await elb.RegisterTargetsAsync(new() { TargetGroupArn = r.Id, Targets = [.. targets] }, r.Caller, ct);
    }

    private async Task SetAttributesAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Objects("TargetGroupAttributes").Length == 0) return;
        await elb.ModifyTargetGroupAttributesAsync(
            r.As<ModifyTargetGroupAttributesRequest>(("TargetGroupArn", r.Id), ("Attributes", r.ListOrEmpty("TargetGroupAttributes"))), r.Caller, ct);
    }
}
