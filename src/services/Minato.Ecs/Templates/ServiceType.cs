using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;

namespace Minato.Ecs.Templates;

/// <summary>A service is there once its deployment has come to its end, and gone when its last task has stopped.</summary>
internal sealed class ServiceType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::Service", clock)
{
    // AWS: three hours, then the operation has failed.
    protected override TimeSpan Longest => TimeSpan.FromHours(3);

    private static readonly string[] s_lists =
        ["CapacityProviderStrategy", "LoadBalancers", "PlacementConstraints", "PlacementStrategies", "ServiceRegistries", "VolumeConfigurations"];

    public override ResourceTypeSchema Schema { get; } = TemplateShape
        .SchemaOf<CreateServiceRequest>("ServiceName", "PlacementStrategy", "GatewayConnectors", "Monitoring").And("ServiceName", "PlacementStrategies", "ForceNewDeployment") with
    {
        CreateOnly = ["Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName"], Attributes = ["Name", "ServiceArn"], Identifiers = ["ServiceArn", "Cluster"],
    };

    protected override NameRule Name { get; } = new("ServiceName", 255);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["PlacementStrategies"] = "placementStrategy" };
    protected override bool TakesSystemTags => true;

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await ServiceAsync(r.Text("Cluster"), r.Name, r, ct))?.ServiceArn;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var made = await ecs.CreateServiceAsync(r.As<CreateServiceRequest>(("DesiredCount", FirstCount(r))), r.Caller, ct);
        r.Id = made.Service?.ServiceArn ?? "";
        await WatchAsync(made.Service, r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var force = r.Changed("ForceNewDeployment") && (r.Properties["ForceNewDeployment"] as JsonObject)?["EnableForceNewDeployment"]?.ToString() is "true";
        var asked = r.As<UpdateServiceRequest>(
        [
            ("Cluster", ClusterOf(r)), ("Service", r.Id), ("ForceNewDeployment", force ? true : null), ("DeploymentController", null),
            .. s_lists.Select(l => (l, (JsonNode?)r.ListOrEmptied(l))),
        ]);
        var changed = await ecs.UpdateServiceAsync(asked, r.Caller, ct);
        await ecs.RetagAsync(r, r.Id, ct);
        await WatchAsync(changed.Service, r, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Note is { } deployment && !await IsDeployedAsync(deployment, r, ct)) return false;
        return await ServiceAsync(ClusterOf(r), r.Id, r, ct) is not { } service || HasTaskSets(service)
            || (service.Deployments is [_] && service.RunningCount == service.DesiredCount && service.PendingCount is 0);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        ecs.DeleteServiceAsync(new() { Cluster = ClusterOf(r), Service = r.Id, Force = true }, r.Caller, ct);

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => (await ecs.DescribeServicesAsync(
        new() { Cluster = ClusterOf(r), Services = [r.Id] }, r.Caller, ct)).Services?.All(s => s.Status is "INACTIVE") ?? true;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await ServiceAsync(ClusterOf(r), r.Id, r, ct) is not { } service) return null;
        var model = r.Model(service, ("Name", service.ServiceName), ("ServiceArn", service.ServiceArn));
        model.Properties["Cluster"] = r.Text("Cluster") ?? service.ClusterArn;
        model.Properties["Role"] = r.Text("Role");
        return model;
    }

    /// <summary>
    /// The newest service deployment is the one to wait for, if it is under way. One that goes back already is that of an earlier change: a stack that rolls back
    /// asks for what ECS is about to restore by itself, and waits for the service to be steady.
    /// </summary>
    private async Task WatchAsync(Service? service, TemplateResource r, CancellationToken ct)
    {
        if (service is null || HasTaskSets(service) || service.Deployments?.Any(d => d.RolloutState == DeploymentRolloutState.InProgress) is not true) return;
        var newest = (await ecs.ListServiceDeploymentsAsync(new() { Cluster = service.ClusterArn, Service = r.Id }, r.Caller, ct)).ServiceDeployments?[0];
        if (newest?.Status == ServiceDeploymentStatus.Pending || newest?.Status == ServiceDeploymentStatus.InProgress) r.Note = newest.ServiceDeploymentArn;
    }

    private async Task<bool> IsDeployedAsync(string deployment, TemplateResource r, CancellationToken ct)
    {
        var seen = (await ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [deployment] }, r.Caller, ct)).ServiceDeployments?.FirstOrDefault();
        if (seen is null || seen.Status == ServiceDeploymentStatus.Successful) return true;
        if (seen.Status == ServiceDeploymentStatus.Pending || seen.Status == ServiceDeploymentStatus.InProgress) return false;
        var reason = seen.Rollback?.Reason ?? seen.StatusReason;
        throw new ResourceFailedException("GeneralServiceException", IsOfBreaker(seen, reason)
            ? "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'." : $"Error occurred during operation '{reason?.TrimEnd('.') ?? "ECS Deployment was stopped"}'.");
    }

    private static bool IsOfBreaker(ServiceDeployment deployment, string? reason) =>
        deployment.DeploymentCircuitBreaker?.Status == ServiceDeploymentRollbackMonitorsStatus.Triggered || reason == RolloutReasons.FailedToStart;

    // CloudFormation: one task unless the template says how many; a daemon and task sets have counts of their own.
    private static JsonNode? FirstCount(TemplateResource r) => r.Properties["DesiredCount"]?.DeepClone()
        ?? (r.Text("SchedulingStrategy") is "DAEMON" || (r.Properties["DeploymentController"] as JsonObject)?["Type"]?.ToString() is "EXTERNAL" ? null : JsonValue.Create(1));

    private static bool HasTaskSets(Service service) => service.DeploymentController?.Type is { } type && type != DeploymentControllerType.Ecs;

    // arn:aws:ecs:region:account:service/cluster/name
    private static string ClusterOf(TemplateResource r) => Arn.TryParse(r.Id, out var arn) && arn.Resource.Split('/') is [_, var cluster, _] ? cluster : r.Text("Cluster") ?? "default";

    private async Task<Service?> ServiceAsync(string? cluster, string service, TemplateResource r, CancellationToken ct) => (await ecs.DescribeServicesAsync(
        new() { Cluster = cluster, Services = [service], Include = [ServiceField.Tags] }, r.Caller, ct)).Services?.FirstOrDefault(s => s.Status is "ACTIVE");
}
