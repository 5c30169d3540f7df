using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class NetworkAclType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::NetworkAcl", "network-acl", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateNetworkAclRequest>() with { CreateOnly = ["VpcId"], Attributes = ["Id"], Identifiers = ["Id"] };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        MakeOnceAsync(r, async () => (await Ec2.CreateNetworkAclAsync(r.As<CreateNetworkAclRequest>(), r.Caller, ct)).NetworkAcl?.NetworkAclId, ct);

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => RetagAsync(r, r.Id, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteNetworkAclAsync(new() { NetworkAclId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var acl = (await Ec2.DescribeNetworkAclsAsync(new() { NetworkAclIds = [r.Id] }, r.Caller, ct)).NetworkAcls?.FirstOrDefault();
        return acl is null ? null : r.Model(acl, ("Id", r.Id));
    }
}

/// <summary>An entry has no id of its own: it goes by a name of CloudFormation's.</summary>
internal sealed class NetworkAclEntryType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::NetworkAclEntry", null, ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateNetworkAclEntryRequest>("IcmpTypeCode", "Egress").And("Icmp", "Egress") with
    {
        CreateOnly = ["Egress", "NetworkAclId", "RuleNumber"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["Icmp"] = "IcmpTypeCode" };

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => await EntryAsync(r, ct) is null ? "free"
        : throw new ResourceFailedException("AlreadyExists", $"The network acl entry identified by {r.Text("RuleNumber")} already exists.");

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => Ec2.CreateNetworkAclEntryAsync(r.As<CreateNetworkAclEntryRequest>(("Egress", r.IsTrue("Egress"))), r.Caller, ct));
        r.Id = PhysicalName.Of(r.Request, 128);
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        Ec2.ReplaceNetworkAclEntryAsync(r.As<ReplaceNetworkAclEntryRequest>(("Egress", r.IsTrue("Egress"))), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        Ec2.DeleteNetworkAclEntryAsync(r.As<DeleteNetworkAclEntryRequest>(("Egress", r.IsTrue("Egress"))), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await EntryAsync(r, ct) is not { } entry) return null;
        var model = r.Model(entry);
        model.Properties["NetworkAclId"] = r.Text("NetworkAclId");
        return model;
    }

    private async Task<NetworkAclEntry?> EntryAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Text("NetworkAclId") is not { } id) return null;
        var acl = (await Ec2.DescribeNetworkAclsAsync(new() { NetworkAclIds = [id] }, r.Caller, ct)).NetworkAcls?.FirstOrDefault();
        return acl?.Entries?.FirstOrDefault(e => e.Egress == r.IsTrue("Egress") && JsonValue.Create(e.RuleNumber)?.ToString() == r.Text("RuleNumber"));
    }
}

/// <summary>A subnet has an ACL always: deleting the association gives it the VPC's default one.</summary>
internal sealed class SubnetNetworkAclAssociationType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::SubnetNetworkAclAssociation", null, ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["NetworkAclId", "SubnetId"], Required = ["NetworkAclId", "SubnetId"], CreateOnly = ["NetworkAclId", "SubnetId"],
        Attributes = ["AssociationId"], Identifiers = ["AssociationId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var now = await AssociationAsync(Only("association.subnet-id", r.Text("SubnetId") ?? ""), a => a.SubnetId == r.Text("SubnetId"), r, ct);
        r.Id = now?.NetworkAclId == r.Text("NetworkAclId") ? now?.NetworkAclAssociationId ?? "" : await ReplaceAsync(now?.NetworkAclAssociationId, r.Text("NetworkAclId"), r, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await OursAsync(r, ct) is not { } ours) return;
        var vpc = (await Ec2.DescribeNetworkAclsAsync(new() { NetworkAclIds = [ours.NetworkAclId ?? ""] }, r.Caller, ct)).NetworkAcls?.FirstOrDefault()?.VpcId ?? "";
        var all = await Ec2.DescribeNetworkAclsAsync(new() { Filters = [Only("vpc-id", vpc), Only("default", "true")] }, r.Caller, ct);
        await ReplaceAsync(r.Id, all.NetworkAcls?.FirstOrDefault()?.NetworkAclId, r, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await OursAsync(r, ct) is { } association ? r.Model(association, ("AssociationId", r.Id)) : null;

    private Task<NetworkAclAssociation?> OursAsync(TemplateResource r, CancellationToken ct) =>
        AssociationAsync(Only("association.association-id", r.Id), a => a.NetworkAclAssociationId == r.Id, r, ct);

    private async Task<NetworkAclAssociation?> AssociationAsync(Filter filter, Func<NetworkAclAssociation, bool> wanted, TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeNetworkAclsAsync(new() { Filters = [filter] }, r.Caller, ct)).NetworkAcls?.SelectMany(a => a.Associations ?? []).FirstOrDefault(wanted);

    private async Task<string> ReplaceAsync(string? association, string? acl, TemplateResource r, CancellationToken ct) => (await Ec2.ReplaceNetworkAclAssociationAsync(
        new() { AssociationId = association ?? "", NetworkAclId = acl ?? "" }, r.Caller, ct)).NewAssociationId ?? "";
}
