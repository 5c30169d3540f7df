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
