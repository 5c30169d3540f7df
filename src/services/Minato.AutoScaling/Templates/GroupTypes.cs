using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.AutoScaling;

namespace Minato.AutoScaling.Templates;

/// <summary>What templates can name of EC2 Auto Scaling.</summary>
internal static class GroupTypes
{
    public static IServiceCollection AddAutoScalingResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, AutoScalingGroupType>()
        .AddSingleton<IResourceType, LaunchConfigurationType>()
        .AddSingleton<IResourceType, LifecycleHookType>();
}

internal sealed class AutoScalingGroupType(IAutoScaling scaling, TimeProvider clock) : ResourceHandler("AWS::AutoScaling::AutoScalingGroup", clock)
{
    private const string TagKind = "auto-scaling-group";

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateAutoScalingGroupRequest>("AutoScalingGroupName", "HealthCheckGracePeriod", "DeletionProtection", "SkipZonalShiftValidation", "Operator")
        .And("AutoScalingGroupName", "Cooldown", "HealthCheckGracePeriod") with
    {
        CreateOnly = ["AutoScalingGroupName", "InstanceId"], Identifiers = ["AutoScalingGroupName"],
    };

    protected override NameRule Name { get; } = new("AutoScalingGroupName", 255);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["LifecycleHookSpecificationList", "LoadBalancerNames", "TargetGroupARNs", "TrafficSources"];
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["Cooldown"] = "DefaultCooldown" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => scaling.CreateAutoScalingGroupAsync(
            r.As<CreateAutoScalingGroupRequest>(("VPCZoneIdentifier", Zones(r)), ("Tags", TagsOf(r))), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await scaling.UpdateAutoScalingGroupAsync(r.As<UpdateAutoScalingGroupRequest>(("AutoScalingGroupName", r.Id), ("VPCZoneIdentifier", Zones(r))), r.Caller, ct);
        var wanted = TagsOf(r).OfType<JsonObject>().Select(r.Read<Tag>).ToArray();
        var gone = ((await GroupAsync(r, ct))?.Tags ?? []).Where(t => wanted.All(w => w.Key != t.Key)).Select(t => new Tag { Key = t.Key ?? "", ResourceId = r.Id, ResourceType = TagKind }).ToArray();
        if (gone.Length > 0) await scaling.DeleteTagsAsync(new() { Tags = [.. gone] }, r.Caller, ct);
        if (wanted.Length > 0) await scaling.CreateOrUpdateTagsAsync(new() { Tags = [.. wanted.Select(t => t with { ResourceId = r.Id, ResourceType = TagKind })] }, r.Caller, ct);
    }

    // CloudFormation: a group's first instances are in service before the group is there.
    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) =>
        await GroupAsync(r, ct) is not { } group || (group.Instances ?? []).Count(i => i.LifecycleState == LifecycleState.InService) >= group.DesiredCapacity;

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GroupAsync(r, ct) is not null) await scaling.DeleteAutoScalingGroupAsync(new() { AutoScalingGroupName = r.Id, ForceDelete = true }, r.Caller, ct);
    }

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => await GroupAsync(r, ct) is null;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GroupAsync(r, ct) is not { } group) return null;
        var model = r.Model(group);
        foreach (var number in (string[])["DesiredCapacity", "MaxSize", "MinSize"]) model.Properties[number] = model.Properties[number]?.ToString(); // AWS: templates have texts for these.
        if (group.VPCZoneIdentifier is { Length: > 0 } zones) model.Properties["VPCZoneIdentifier"] = new JsonArray([.. zones.Split(',').Select(z => (JsonNode)z)]);
        foreach (var tag in (model.Properties["Tags"] as JsonArray ?? []).OfType<JsonObject>()) _ = (tag.Remove("ResourceId"), tag.Remove("ResourceType"));
        return model;
    }

    // Templates list subnets, the API has them in one text.
    private static string? Zones(TemplateResource r) => r.Texts("VPCZoneIdentifier") is { Length: > 0 } subnets ? string.Join(',', subnets) : null;

    // Tags of the stack reach the instances too.
    private static JsonArray TagsOf(TemplateResource r)
    {
        var own = r.Objects("Tags");
        return [.. own.Select(t => t.DeepClone()), .. r.Tags.Where(t => own.All(o => o["Key"]?.ToString() != t.Key)).Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value, ["PropagateAtLaunch"] = true })];
    }

    private async Task<AutoScalingGroup?> GroupAsync(TemplateResource r, CancellationToken ct) =>
        (await scaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [r.Id] }, r.Caller, ct)).AutoScalingGroups.FirstOrDefault();
}

internal sealed class LaunchConfigurationType(IAutoScaling scaling, TimeProvider clock) : ResourceHandler("AWS::AutoScaling::LaunchConfiguration", clock)
{
    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<CreateLaunchConfigurationRequest>("LaunchConfigurationName", "RamdiskId", "InstanceMonitoring")
        .And("LaunchConfigurationName", "RamDiskId", "InstanceMonitoring");

    public override ResourceTypeSchema Schema { get; } = s_all with { Required = ["ImageId", "InstanceType"], CreateOnly = s_all.Properties, Identifiers = ["LaunchConfigurationName"] };
    protected override NameRule Name { get; } = new("LaunchConfigurationName", 255);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var monitoring = r.Has("InstanceMonitoring") ? new JsonObject { ["Enabled"] = r.IsTrue("InstanceMonitoring") } : null;
        await OnceAsync(() => scaling.CreateLaunchConfigurationAsync(r.As<CreateLaunchConfigurationRequest>(("InstanceMonitoring", monitoring)), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DescribeAsync(r, ct) is not null) await scaling.DeleteLaunchConfigurationAsync(new() { LaunchConfigurationName = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = (await scaling.DescribeLaunchConfigurationsAsync(new() { LaunchConfigurationNames = [r.Id] }, r.Caller, ct)).LaunchConfigurations.FirstOrDefault();
        if (seen is null) return null;
        var model = r.Model(seen);
        if (seen.InstanceMonitoring?.Enabled is { } monitoring) model.Properties["InstanceMonitoring"] = monitoring;
        return model;
    }
}

/// <summary>Ref is the hook's name.</summary>
internal sealed class LifecycleHookType(IAutoScaling scaling, TimeProvider clock) : ResourceHandler("AWS::AutoScaling::LifecycleHook", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutLifecycleHookRequest>("LifecycleHookName").And("LifecycleHookName") with
    {
        Required = ["AutoScalingGroupName", "LifecycleTransition"], CreateOnly = ["AutoScalingGroupName", "LifecycleHookName"], Identifiers = ["AutoScalingGroupName", "LifecycleHookName"],
    };

    protected override NameRule Name { get; } = new("LifecycleHookName", 255);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await scaling.PutLifecycleHookAsync(r.As<PutLifecycleHookRequest>(), r.Caller, ct);
        r.Id = r.Name;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => scaling.PutLifecycleHookAsync(r.As<PutLifecycleHookRequest>(("LifecycleHookName", r.Id)), r.Caller, ct);

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DescribeAsync(r, ct) is not null)
            await scaling.DeleteLifecycleHookAsync(new() { AutoScalingGroupName = r.Text("AutoScalingGroupName") ?? "", LifecycleHookName = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var group = r.Text("AutoScalingGroupName") ?? "";
        if ((await scaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [group] }, r.Caller, ct)).AutoScalingGroups.IsDefaultOrEmpty) return null;
        var hooks = await scaling.DescribeLifecycleHooksAsync(new() { AutoScalingGroupName = group }, r.Caller, ct);
        return hooks.LifecycleHooks?.FirstOrDefault(h => h.LifecycleHookName == r.Id) is { } hook ? r.Model(hook) : null;
    }
}
