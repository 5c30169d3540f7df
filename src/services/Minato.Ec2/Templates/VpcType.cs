using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class VpcType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::VPC", "vpc", ec2, clock)
{
    private static readonly string[] s_attributes = ["EnableDnsSupport", "EnableDnsHostnames"]; // AWS: host names need DNS, so it comes first.

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["CidrBlock", "InstanceTenancy", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "Tags", .. s_attributes],
        CreateOnly = ["CidrBlock", "InstanceTenancy", "Ipv4IpamPoolId", "Ipv4NetmaskLength"],
        Attributes = ["CidrBlock", "CidrBlockAssociations", "DefaultNetworkAcl", "DefaultSecurityGroup", "Ipv6CidrBlocks", "VpcId"],
        Identifiers = ["VpcId"],
        Tags = "Tags",
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await MakeOnceAsync(r, async () => (await Ec2.CreateVpcAsync(r.As<CreateVpcRequest>(), r.Caller, ct)).Vpc?.VpcId, ct);
        await SetAttributesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await SetAttributesAsync(r, ct);
        await RetagAsync(r, r.Id, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteVpcAsync(new() { VpcId = r.Id }, r.Caller, ct);

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => (await VpcAsync(r, ct))?.State != VpcState.Pending;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await VpcAsync(r, ct) is not { } vpc) return null;
        var group = await Ec2.DescribeSecurityGroupsAsync(new() { Filters = [Only("vpc-id", r.Id), Only("group-name", "default")] }, r.Caller, ct);
        var acl = await Ec2.DescribeNetworkAclsAsync(new() { Filters = [Only("vpc-id", r.Id), Only("default", "true")] }, r.Caller, ct);
        var model = r.Model(vpc,
            ("CidrBlock", vpc.CidrBlock), ("VpcId", r.Id),
            ("CidrBlockAssociations", new JsonArray([.. (vpc.CidrBlockAssociationSet ?? []).Select(a => (JsonNode?)a.AssociationId)])),
            ("Ipv6CidrBlocks", new JsonArray([.. (vpc.Ipv6CidrBlockAssociationSet ?? []).Select(a => (JsonNode?)a.Ipv6CidrBlock)])),
            ("DefaultNetworkAcl", acl.NetworkAcls?.FirstOrDefault()?.NetworkAclId), ("DefaultSecurityGroup", group.SecurityGroups?.FirstOrDefault()?.GroupId));
        model.Properties["EnableDnsSupport"] = (await AttributeAsync(VpcAttributeName.EnableDnsSupport, r, ct)).EnableDnsSupport?.Value;
        model.Properties["EnableDnsHostnames"] = (await AttributeAsync(VpcAttributeName.EnableDnsHostnames, r, ct)).EnableDnsHostnames?.Value;
        return model;
    }

    // AWS: a call changes one attribute.
    private async Task SetAttributesAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var attribute in s_attributes.Where(a => r.Has(a) && r.Changed(a)))
        {
            await Ec2.ModifyVpcAttributeAsync(
                r.Read<ModifyVpcAttributeRequest>(new() { ["VpcId"] = r.Id, [attribute] = new JsonObject { ["Value"] = r.IsTrue(attribute) } }), r.Caller, ct);
        }
    }

    private Task<DescribeVpcAttributeResponse> AttributeAsync(VpcAttributeName attribute, TemplateResource r, CancellationToken ct) =>
        Ec2.DescribeVpcAttributeAsync(new() { VpcId = r.Id, Attribute = attribute }, r.Caller, ct);

    private async Task<Vpc?> VpcAsync(TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeVpcsAsync(new() { VpcIds = [r.Id] }, r.Caller, ct)).Vpcs?.FirstOrDefault();
}

internal sealed class VpcCidrBlockType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::VPCCidrBlock", null, ec2, clock)
{
    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<AssociateVpcCidrBlockRequest>();

    public override ResourceTypeSchema Schema { get; } = s_all with { CreateOnly = s_all.Properties, Attributes = ["Id"], Identifiers = ["Id", "VpcId"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await AssociationAsync(a => a.CidrBlock == r.Text("CidrBlock"), r, ct) is { AssociationId: { } there }) r.Id = there;
        else r.Id = (await Ec2.AssociateVpcCidrBlockAsync(r.As<AssociateVpcCidrBlockRequest>(), r.Caller, ct)).CidrBlockAssociation?.AssociationId ?? "";
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DisassociateVpcCidrBlockAsync(new() { AssociationId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await AssociationAsync(a => a.AssociationId == r.Id, r, ct) is not { } association) return null;
        var model = r.Model(association, ("Id", r.Id));
        model.Properties["VpcId"] = r.Text("VpcId");
        return model;
    }

    private async Task<VpcCidrBlockAssociation?> AssociationAsync(Func<VpcCidrBlockAssociation, bool> wanted, TemplateResource r, CancellationToken ct) =>
        r.Text("VpcId") is not { } vpc ? null
            : (await Ec2.DescribeVpcsAsync(new() { VpcIds = [vpc] }, r.Caller, ct)).Vpcs?.FirstOrDefault()?.CidrBlockAssociationSet?
                .FirstOrDefault(a => wanted(a) && a.CidrBlockState?.State != VpcCidrBlockStateCode.Disassociated);
}
