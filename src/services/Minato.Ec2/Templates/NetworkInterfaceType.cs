using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class NetworkInterfaceType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::NetworkInterface", "network-interface", ec2, clock)
{
    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<CreateNetworkInterfaceRequest>("Groups", "Operator").And("GroupSet", "SourceDestCheck");

    public override ResourceTypeSchema Schema { get; } = s_all with
    {
        CreateOnly = [.. s_all.Properties.Except(["Description", "GroupSet", "SourceDestCheck", "Tags"])],
        Attributes = ["Id", "PrimaryPrivateIpAddress", "SecondaryPrivateIpAddresses", "VpcId"], Identifiers = ["Id"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["GroupSet"] = "Groups" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await MakeOnceAsync(r, async () => (await Ec2.CreateNetworkInterfaceAsync(r.As<CreateNetworkInterfaceRequest>(), r.Caller, ct)).NetworkInterface?.NetworkInterfaceId, ct);
        if (r.Has("SourceDestCheck")) await SetAsync(r, "SourceDestCheck", new JsonObject { ["Value"] = r.IsTrue("SourceDestCheck") }, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("GroupSet") && r.Has("GroupSet")) await SetAsync(r, "Groups", r.ListOrEmpty("GroupSet"), ct);
        if (r.Changed("Description")) await SetAsync(r, "Description", new JsonObject { ["Value"] = r.Text("Description") ?? "" }, ct);
        if (r.Changed("SourceDestCheck") && r.Has("SourceDestCheck")) await SetAsync(r, "SourceDestCheck", new JsonObject { ["Value"] = r.IsTrue("SourceDestCheck") }, ct);
        await RetagAsync(r, r.Id, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = (await Ec2.DescribeNetworkInterfacesAsync(new() { NetworkInterfaceIds = [r.Id] }, r.Caller, ct)).NetworkInterfaces?.FirstOrDefault();
        if (seen is null) return null;
        var secondary = (seen.PrivateIpAddresses ?? []).Where(a => a.Primary is not true).Select(a => (JsonNode?)a.PrivateIpAddress);
        var model = r.Model(seen, ("Id", r.Id), ("PrimaryPrivateIpAddress", seen.PrivateIpAddress), ("SecondaryPrivateIpAddresses", new JsonArray([.. secondary])), ("VpcId", seen.VpcId));
        model.Properties["GroupSet"] = new JsonArray([.. (seen.Groups ?? []).Select(g => (JsonNode?)g.GroupId)]);
        return model;
    }

    private Task SetAsync(TemplateResource r, string attribute, JsonNode value, CancellationToken ct) => Ec2.ModifyNetworkInterfaceAttributeAsync(
        r.Read<ModifyNetworkInterfaceAttributeRequest>(new() { ["NetworkInterfaceId"] = r.Id, [attribute] = value }), r.Caller, ct);
}
