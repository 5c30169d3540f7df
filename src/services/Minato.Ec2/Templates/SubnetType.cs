using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class SubnetType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::Subnet", "subnet", ec2, clock)
{
    private static readonly string[] s_attributes = ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64"];

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateSubnetRequest>("Ipv6IpamPoolId", "Ipv6NetmaskLength").And(s_attributes) with
    {
        CreateOnly = ["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6CidrBlock", "Ipv6Native", "OutpostArn", "VpcId"],
        Attributes = ["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "Ipv6CidrBlocks", "NetworkAclAssociationId", "OutpostArn", "SubnetId", "VpcId"],
        Identifiers = ["SubnetId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await MakeOnceAsync(r, async () => (await Ec2.CreateSubnetAsync(r.As<CreateSubnetRequest>(), r.Caller, ct)).Subnet?.SubnetId, ct);
        await SetAttributesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await SetAttributesAsync(r, ct);
        await RetagAsync(r, r.Id, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteSubnetAsync(new() { SubnetId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var subnet = (await Ec2.DescribeSubnetsAsync(new() { SubnetIds = [r.Id] }, r.Caller, ct)).Subnets?.FirstOrDefault();
        if (subnet is null) return null;
        var acl = await Ec2.DescribeNetworkAclsAsync(new() { Filters = [Only("association.subnet-id", r.Id)] }, r.Caller, ct);
        var association = acl.NetworkAcls?.SelectMany(a => a.Associations ?? []).FirstOrDefault(a => a.SubnetId == r.Id);
        return r.Model(subnet,
            ("AvailabilityZone", subnet.AvailabilityZone), ("AvailabilityZoneId", subnet.AvailabilityZoneId), ("CidrBlock", subnet.CidrBlock),
            ("Ipv6CidrBlocks", new JsonArray()), ("NetworkAclAssociationId", association?.NetworkAclAssociationId), ("OutpostArn", subnet.OutpostArn ?? ""),
            ("SubnetId", r.Id), ("VpcId", subnet.VpcId));
    }

    // AWS: a call changes one attribute.
    private async Task SetAttributesAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var attribute in s_attributes.Where(a => r.Has(a) && r.Changed(a)))
        {
            await Ec2.ModifySubnetAttributeAsync(
                r.Read<ModifySubnetAttributeRequest>(new() { ["SubnetId"] = r.Id, [attribute] = new JsonObject { ["Value"] = r.IsTrue(attribute) } }), r.Caller, ct);
        }
    }
}
