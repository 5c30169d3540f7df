using Minato.Aws.Templates;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Templates;

internal sealed class ClusterAssociationsType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::ClusterCapacityProviderAssociations", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutClusterCapacityProvidersRequest>() with
    {
        CreateOnly = ["Cluster"], Identifiers = ["Cluster"],
    };

    /// <summary>Nothing of it is under way.</summary>
    /// <exception cref="ResourceFailedException">A capacity provider could not be attached.</exception>
    public static bool IsAttached(Cluster? cluster) => cluster?.AttachmentsStatus switch
    {
        "UPDATE_IN_PROGRESS" => false,
        "UPDATE_FAILED" => throw new ResourceFailedException("NotStabilized", $"The capacity providers of cluster {cluster.ClusterName} could not be attached."),
        _ => true,
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Text("Cluster") ?? "";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        ecs.PutClusterCapacityProvidersAsync(r.As<PutClusterCapacityProvidersRequest>(), r.Caller, ct);

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => IsAttached(await FindAsync(r.Id, r, ct));

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ecs.PutClusterCapacityProvidersAsync(
        new() { Cluster = r.Id, CapacityProviders = [], DefaultCapacityProviderStrategy = [] }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await FindAsync(r.Id, r, ct) is not { } cluster || cluster is { CapacityProviders.IsEmpty: true, DefaultCapacityProviderStrategy.IsEmpty: true }) return null;
        var model = r.Model(cluster);
        model.Properties["Cluster"] = r.Id;
        return model;
    }

    private async Task<Cluster?> FindAsync(string cluster, TemplateResource r, CancellationToken ct) =>
        (await ecs.DescribeClustersAsync(new() { Clusters = [cluster] }, r.Caller, ct)).Clusters?.FirstOrDefault(c => c.Status is "ACTIVE");
}
