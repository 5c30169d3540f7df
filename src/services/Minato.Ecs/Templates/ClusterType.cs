using Minato.Aws.Templates;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Templates;

internal sealed class ClusterType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::Cluster", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateClusterRequest>("Settings").And("ClusterSettings") with
    {
        CreateOnly = ["ClusterName"], Attributes = ["Arn"], Identifiers = ["ClusterName"],
    };

    protected override NameRule Name { get; } = new("ClusterName", 255);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ClusterSettings"] = "settings" };
    protected override bool TakesSystemTags => true;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ecs.CreateClusterAsync(r.As<CreateClusterRequest>(), r.Caller, ct);
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("ClusterSettings", "Configuration", "ServiceConnectDefaults"))
            await ecs.UpdateClusterAsync(r.As<UpdateClusterRequest>(("Cluster", r.Id)), r.Caller, ct);
        if (r.Changed("CapacityProviders", "DefaultCapacityProviderStrategy"))
        {
            await ecs.PutClusterCapacityProvidersAsync(r.As<PutClusterCapacityProvidersRequest>(
                ("Cluster", r.Id), ("CapacityProviders", r.ListOrEmpty("CapacityProviders")),
                ("DefaultCapacityProviderStrategy", r.ListOrEmpty("DefaultCapacityProviderStrategy"))), r.Caller, ct);
        }
        await ecs.RetagAsync(r, (await FindClusterAsync(r, ct))?.ClusterArn ?? r.Id, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) =>
        ClusterAssociationsType.IsAttached(await FindClusterAsync(r, ct));

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ecs.DeleteClusterAsync(new() { Cluster = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await FindClusterAsync(r, ct) is { } cluster ? r.Model(cluster, ("Arn", cluster.ClusterArn)) : null;

    private async Task<Cluster?> FindClusterAsync(TemplateResource r, CancellationToken ct) => (await ecs.DescribeClustersAsync(
        new() { Clusters = [r.Id], Include = [ClusterField.Configurations, ClusterField.Settings, ClusterField.Tags] }, r.Caller, ct))
        .Clusters?.FirstOrDefault(c => c.Status is "ACTIVE");
}
