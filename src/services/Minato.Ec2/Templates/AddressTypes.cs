using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>Ref is the address itself, since it was so before VPCs.</summary>
internal sealed class AddressType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::EIP", "elastic-ip", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<AllocateAddressRequest>("CustomerOwnedIpv4Pool").And("InstanceId") with
    {
        CreateOnly = ["Address", "Domain", "IpamPoolId", "NetworkBorderGroup"], Attributes = ["AllocationId", "PublicIp"], Identifiers = ["PublicIp", "AllocationId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await MakeOnceAsync(r, async () => (await Ec2.AllocateAddressAsync(r.As<AllocateAddressRequest>(("Domain", "vpc")), r.Caller, ct)).AllocationId, ct);
        var allocation = r.Id;
        r.Id = (await Ec2.DescribeAddressesAsync(new() { AllocationIds = [allocation] }, r.Caller, ct)).Addresses?[0].PublicIp ?? allocation;
        if (r.Text("InstanceId") is { } instance) await Ec2.AssociateAddressAsync(new() { AllocationId = allocation, InstanceId = instance }, r.Caller, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await AddressAsync(r, ct) is not { AllocationId: { } allocation } address) return;
        if (r.Changed("InstanceId"))
        {
            if (r.Text("InstanceId") is { } instance)
                await Ec2.AssociateAddressAsync(new() { AllocationId = allocation, InstanceId = instance, AllowReassociation = true }, r.Caller, ct);
            else if (address.AssociationId is { } association) await Ec2.DisassociateAddressAsync(new() { AssociationId = association }, r.Caller, ct);
        }
        await RetagAsync(r, allocation, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await AddressAsync(r, ct) is not { AllocationId: { } allocation } address) return;
        if (r.Has("InstanceId") && address.AssociationId is { } association) await Ec2.DisassociateAddressAsync(new() { AssociationId = association }, r.Caller, ct);
        await Ec2.ReleaseAddressAsync(new() { AllocationId = allocation }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await AddressAsync(r, ct) is { } address ? r.Model(address, ("AllocationId", address.AllocationId), ("PublicIp", address.PublicIp)) : null;

    private async Task<Address?> AddressAsync(TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeAddressesAsync(new() { Filters = [Only("public-ip", r.Id)] }, r.Caller, ct)).Addresses?.FirstOrDefault();
}

internal sealed class AddressAssociationType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::EIPAssociation", null, ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["AllocationId", "EIP", "InstanceId", "NetworkInterfaceId", "PrivateIpAddress"],
        CreateOnly = ["AllocationId", "EIP", "InstanceId", "NetworkInterfaceId", "PrivateIpAddress"], Attributes = ["Id"], Identifiers = ["Id"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["EIP"] = "PublicIp" };

    // AWS: associating an address again with where it is answers the association that there is.
    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        r.Id = (await Ec2.AssociateAddressAsync(r.As<AssociateAddressRequest>(("AllowReassociation", true)), r.Caller, ct)).AssociationId ?? "";

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DisassociateAddressAsync(new() { AssociationId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var address = (await Ec2.DescribeAddressesAsync(new() { Filters = [Only("association-id", r.Id)] }, r.Caller, ct)).Addresses?.FirstOrDefault();
        return address is null ? null : r.Model(address, ("Id", r.Id));
    }
}
