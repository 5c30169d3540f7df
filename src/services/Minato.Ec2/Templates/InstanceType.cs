using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class InstanceType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::Instance", "instance", ec2, clock)
{
    private static readonly string[] s_notInTemplates =
    [
        "MinCount", "MaxCount", "Placement", "ElasticGpuSpecification", "InstanceMarketOptions", "CapacityReservationSpecification", "MaintenanceOptions", "DisableApiStop",
        "EnablePrimaryIpv6", "NetworkPerformanceOptions", "Operator", "SecondaryInterfaces",
    ];

    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<RunInstancesRequest>(s_notInTemplates).And("AvailabilityZone", "PlacementGroupName", "Tenancy", "HostId", "Affinity");

    public override ResourceTypeSchema Schema { get; } = s_all with
    {
        CreateOnly = [.. s_all.Properties.Where(p => p is not "Tags")],
        Attributes = ["AvailabilityZone", "InstanceId", "PrivateDnsName", "PrivateIp", "PublicDnsName", "PublicIp", "State.Code", "State.Name", "VpcId"], Identifiers = ["InstanceId"],
    };

    // Of the interfaces of a template.
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["GroupSet"] = "Groups" };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) => MakeOnceAsync(r, async () =>
    {
        var asked = r.As<RunInstancesRequest>(
            ("MinCount", 1), ("MaxCount", 1), ("Placement", PlacementOf(r)), ("Monitoring", r.Has("Monitoring") ? new JsonObject { ["Enabled"] = r.IsTrue("Monitoring") } : null),
            ("IamInstanceProfile", r.Text("IamInstanceProfile") is { } profile ? new JsonObject { ["Name"] = profile } : null));
        return (await Ec2.RunInstancesAsync(asked, r.Caller, ct)).Instances?[0].InstanceId;
    }, ct);

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => RetagAsync(r, r.Id, ct);

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct)
    {
        var instance = await InstanceAsync(r.Id, r, ct);
        if (IsAtEnd(instance))
            throw new ResourceFailedException("NotStabilized", $"Instance {r.Id} failed to reach the running state: {instance?.StateReason?.Message ?? "it was terminated"}");
        return instance?.State?.Name == InstanceStateName.Running;
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.TerminateInstancesAsync(new() { InstanceIds = [r.Id] }, r.Caller, ct);

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) =>
        await InstanceAsync(r.Id, r, ct) is not { } instance || instance.State?.Name == InstanceStateName.Terminated;

    protected override async Task<bool> IsThereAsync(string id, TemplateResource r, CancellationToken ct) => !IsAtEnd(await InstanceAsync(id, r, ct));

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await InstanceAsync(r.Id, r, ct) is not { } instance || instance.State?.Name == InstanceStateName.Terminated) return null;
        var model = r.Model(instance,
            ("AvailabilityZone", instance.Placement?.AvailabilityZone), ("InstanceId", r.Id), ("PrivateDnsName", instance.PrivateDnsName), ("PrivateIp", instance.PrivateIpAddress),
            ("PublicDnsName", instance.PublicDnsName), ("PublicIp", instance.PublicIpAddress), ("State.Code", instance.State?.Code), ("State.Name", instance.State?.Name?.ToWire()),
            ("VpcId", instance.VpcId));
        model.Properties["SecurityGroupIds"] = new JsonArray([.. (instance.SecurityGroups ?? []).Select(g => (JsonNode?)g.GroupId)]);
        return model;
    }

    private static bool IsAtEnd(Instance? instance) =>
        instance?.State?.Name is not { } state || state == InstanceStateName.ShuttingDown || state == InstanceStateName.Terminated;

    private static JsonObject? PlacementOf(TemplateResource r)
    {
        var placement = new JsonObject
        {
            ["AvailabilityZone"] = r.Text("AvailabilityZone"), ["GroupName"] = r.Text("PlacementGroupName"), ["Tenancy"] = r.Text("Tenancy"), ["HostId"] = r.Text("HostId"), ["Affinity"] = r.Text("Affinity"),
        };
        return placement.All(p => p.Value is null) ? null : placement;
    }

    private Task<Instance?> InstanceAsync(string id, TemplateResource r, CancellationToken ct) => DescribedOrNull(async () =>
        (await Ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, r.Caller, ct)).Reservations?.SelectMany(o => o.Instances ?? []).FirstOrDefault());
}
