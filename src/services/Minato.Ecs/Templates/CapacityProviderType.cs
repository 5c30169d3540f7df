using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Templates;

internal sealed class CapacityProviderType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::CapacityProvider", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateCapacityProviderRequest>("Name", "Cluster").And("Name", "ClusterName") with
    {
        CreateOnly = ["AutoScalingGroupProvider/AutoScalingGroupArn", "ClusterName", "Name"], Identifiers = ["Name"],
    };

    protected override NameRule Name { get; } = new("Name", 255);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ClusterName"] = "cluster" };
    protected override bool TakesSystemTags => true;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => ecs.CreateCapacityProviderAsync(r.As<CreateCapacityProviderRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("AutoScalingGroupProvider", "ManagedInstancesProvider"))
        {
            var group = r.Properties["AutoScalingGroupProvider"]?.DeepClone() as JsonObject;
            group?.Remove("AutoScalingGroupArn");
            await ecs.UpdateCapacityProviderAsync(r.As<UpdateCapacityProviderRequest>(("Name", r.Id), ("AutoScalingGroupProvider", group)), r.Caller, ct);
        }
        await ecs.RetagAsync(r, (await ProviderAsync(r, ct))?.CapacityProviderArn ?? r.Id, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => await ProviderAsync(r, ct) switch
    {
        { UpdateStatus: { } status } provider when status.ToWire().EndsWith("_FAILED", StringComparison.Ordinal) =>
            throw new ResourceFailedException("NotStabilized", provider.UpdateStatusReason ?? $"The capacity provider {r.Id} is {status.ToWire()}."),
        { UpdateStatus: { } status } => !status.ToWire().EndsWith("_IN_PROGRESS", StringComparison.Ordinal),
        _ => true,
    };

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        ecs.DeleteCapacityProviderAsync(new() { CapacityProvider = r.Id, Cluster = r.Text("ClusterName") }, r.Caller, ct);

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => await ProviderAsync(r, ct) is null;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await ProviderAsync(r, ct) is { } provider ? r.Model(provider) : null;

    private async Task<CapacityProvider?> ProviderAsync(TemplateResource r, CancellationToken ct) => (await ecs.DescribeCapacityProvidersAsync(
        new() { CapacityProviders = [r.Id], Cluster = r.Text("ClusterName"), Include = [CapacityProviderField.Tags] }, r.Caller, ct))
        .CapacityProviders?.FirstOrDefault(p => p.Status != CapacityProviderStatus.Inactive);
}
