using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Templates;

internal sealed class ServiceType(IServicediscovery map, TimeProvider clock) : OperationType("AWS::ServiceDiscovery::Service", map, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateServiceRequest>("Name").And("Name") with
    {
        CreateOnly = ["HealthCheckCustomConfig", "Name", "NamespaceId", "Type"], Attributes = ["Arn", "Id", "Name"], Identifiers = ["Id"],
    };

    protected override NameRule Name { get; } = new("Name", 64);

    protected override Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => Task.FromResult<string?>(null);

    // AWS: a repeated call is refused, and told what it made.
    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        try { r.Id = (await Map.CreateServiceAsync(r.As<CreateServiceRequest>(), r.Caller, ct)).Service?.Id ?? ""; }
        catch (ServiceAlreadyExists e) when (e.CreatorRequestId == r.Token) { r.Id = e.ServiceId ?? ""; }
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Description", "DnsConfig", "HealthCheckConfig"))
        {
            var asked = (JsonObject)r.Properties.DeepClone();
            foreach (var fixedOnce in (string[])["NamespaceId", "RoutingPolicy"]) (asked["DnsConfig"] as JsonObject)?.Remove(fixedOnce);
            r.Note = (await Map.UpdateServiceAsync(new() { Id = r.Id, Service = r.Read<ServiceChange>(asked) }, r.Caller, ct)).OperationId;
        }
        if ((await Map.GetServiceAsync(new() { Id = r.Id }, r.Caller, ct)).Service?.Arn is { } arn) await Map.RetagAsync(arn, r, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct) => await Map.DeleteServiceAsync(new() { Id = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await Map.GetServiceAsync(new() { Id = r.Id }, r.Caller, ct)).Service is { } seen ? r.Model(seen, ("Arn", seen.Arn), ("Id", r.Id), ("Name", seen.Name)) : null;
}

/// <summary>Ref is the instance's id.</summary>
internal sealed class InstanceType(IServicediscovery map, TimeProvider clock) : OperationType("AWS::ServiceDiscovery::Instance", map, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["InstanceAttributes", "InstanceId", "ServiceId"], Required = ["InstanceAttributes", "ServiceId"], CreateOnly = ["InstanceId", "ServiceId"],
    };

    protected override NameRule Name { get; } = new("InstanceId", 64);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["InstanceAttributes"] = "Attributes" };

    // AWS: registering an id again changes its attributes.
    protected override Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => Task.FromResult<string?>(null);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        r.Note = (await Map.RegisterInstanceAsync(r.As<RegisterInstanceRequest>(), r.Caller, ct)).OperationId;
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        r.Note = (await Map.RegisterInstanceAsync(r.As<RegisterInstanceRequest>(("InstanceId", r.Id)), r.Caller, ct)).OperationId;

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        r.Note = (await Map.DeregisterInstanceAsync(new() { ServiceId = r.Text("ServiceId") ?? "", InstanceId = r.Id }, r.Caller, ct)).OperationId;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Text("ServiceId") is not { } service) return null;
        var seen = (await Map.GetInstanceAsync(new() { ServiceId = service, InstanceId = r.Id }, r.Caller, ct)).Instance;
        return seen is null ? null : r.ModelOf(new()
        {
            ["ServiceId"] = service, ["InstanceId"] = r.Id, ["InstanceAttributes"] = new JsonObject([.. (seen.Attributes ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty).Select(a => new KeyValuePair<string, JsonNode?>(a.Key, a.Value))]),
        });
    }
}
