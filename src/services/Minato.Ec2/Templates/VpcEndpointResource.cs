using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class VpcEndpointResource(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::VPCEndpoint", "vpc-endpoint", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateVpcEndpointRequest>("SubnetConfigurations") with
    {
        CreateOnly = ["ServiceName", "VpcId", "VpcEndpointType"], Attributes = ["CreationTimestamp", "DnsEntries", "Id", "NetworkInterfaceIds"], Identifiers = ["Id"],
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) => MakeOnceAsync(r, async () =>
        (await Ec2.CreateVpcEndpointAsync(r.As<CreateVpcEndpointRequest>(("PolicyDocument", Policy(r))), r.Caller, ct)).VpcEndpoint?.VpcEndpointId, ct);

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await RetagAsync(r, r.Id, ct);
        if (await EndpointAsync(r, ct) is not { } there) return;
        var (tables, subnets, groups) = (Difference(r, "RouteTableIds", there.RouteTableIds), Difference(r, "SubnetIds", there.SubnetIds), Difference(r, "SecurityGroupIds", [.. (there.Groups ?? []).Select(g => g.GroupId ?? "")]));
        var isGateway = there.VpcEndpointType == VpcEndpointType.Gateway;
        await Ec2.ModifyVpcEndpointAsync(new()
        {
            VpcEndpointId = r.Id, PolicyDocument = Policy(r), ResetPolicy = r.Has("PolicyDocument") ? null : true, PrivateDnsEnabled = isGateway || r.Text("PrivateDnsEnabled") is not { } dns ? null : bool.Parse(dns),
            AddRouteTableIds = [.. tables.More], RemoveRouteTableIds = [.. tables.Gone], AddSubnetIds = [.. subnets.More], RemoveSubnetIds = [.. subnets.Gone],
            AddSecurityGroupIds = isGateway || !r.Has("SecurityGroupIds") ? [] : [.. groups.More], RemoveSecurityGroupIds = isGateway || !r.Has("SecurityGroupIds") ? [] : [.. groups.Gone],
        }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteVpcEndpointsAsync(new() { VpcEndpointIds = [r.Id] }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await EndpointAsync(r, ct) is not { } endpoint) return null;
        var model = r.Model(endpoint, ("Id", r.Id), ("NetworkInterfaceIds", Array(endpoint.NetworkInterfaceIds ?? [])),
            ("CreationTimestamp", endpoint.CreationTimestamp?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)),
            ("DnsEntries", Array((endpoint.DnsEntries ?? []).Select(d => $"{d.HostedZoneId}:{d.DnsName}"))));
        if (r.Properties["PolicyDocument"] is not JsonValue) model.Properties["PolicyDocument"] = JsonNode.Parse(endpoint.PolicyDocument ?? "{}");
        if (endpoint.VpcEndpointType == VpcEndpointType.Interface) model.Properties["SecurityGroupIds"] = Array((endpoint.Groups ?? []).Select(g => g.GroupId ?? ""));
        return model;
    }

    private static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)t)];

    private static string? Policy(TemplateResource r) => r.Properties["PolicyDocument"] is JsonObject given ? given.ToJsonString() : r.Text("PolicyDocument");

    private static (IEnumerable<string> More, IEnumerable<string> Gone) Difference(TemplateResource r, string list, IEnumerable<string>? there)
    {
        var wanted = (r.Properties[list] as JsonArray ?? []).Select(n => n?.ToString() ?? "").ToArray();
        return (wanted.Except(there ?? []), (there ?? []).Except(wanted));
    }

    private Task<VpcEndpoint?> EndpointAsync(TemplateResource r, CancellationToken ct) => DescribedOrNull(async () =>
        (await Ec2.DescribeVpcEndpointsAsync(new() { VpcEndpointIds = [r.Id] }, r.Caller, ct)).VpcEndpoints?.FirstOrDefault());
}
