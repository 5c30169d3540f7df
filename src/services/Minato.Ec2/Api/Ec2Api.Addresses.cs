using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Elastic IPs.
internal sealed partial class Ec2Api
{
    private const int MostAddresses = 1000;

    /// <summary>198.18.0.0/15 belongs to nobody on the internet (RFC 2544); the machine leads it to who has the address.</summary>
    private const uint FirstPublic = 198u << 24 | 18u << 16;
    private const int PublicAddresses = 1 << 17;

    private static readonly FilterSet<Address> AddressFilters = new(
        ("allocation-id", a => [a.AllocationId]),
        ("association-id", a => [a.AssociationId]),
        ("public-ip", a => [a.PublicIp]),
        ("private-ip-address", a => [a.PrivateIpAddress]),
        ("network-interface-id", a => [a.NetworkInterfaceId]),
        ("network-interface-owner-id", a => [a.NetworkInterfaceOwnerId]),
        ("instance-id", a => [a.InstanceId]),
        ("network-border-group", a => [a.NetworkBorderGroup]),
        ("domain", _ => ["vpc"]));

    public async Task<DescribeAddressesResponse> DescribeAddressesAsync(DescribeAddressesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = AddressFilters.Compile(request.Filters, a => TagsOf(state, KeyOf(caller, a.AllocationId ?? "")));
        var byIp = request.PublicIps.OrNone().Select(ip => ByPublicIp(state, caller, ip) ?? throw Ec2Errors.AddressNotFound(ip)).ToList();
        var addresses = byIp.Count > 0 ? byIp : Named(state, caller, request.AllocationIds, Ec2Tables.Addresses,
            () => state.Where(Ec2Tables.ElasticByHome, HomeOf(caller)), Ec2Errors.AllocationNotFound);
        return new() { Addresses = [.. addresses.Where(a => !a.IsAutomatic).Select(a => ToWire(state, a)).Where(passes)] };
    }

    public async Task<DescribeAddressesAttributeResponse> DescribeAddressesAttributeAsync(
        DescribeAddressesAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var addresses = Named(store.Current, caller, request.AllocationIds, Ec2Tables.Addresses,
            () => store.Current.Where(Ec2Tables.ElasticByHome, HomeOf(caller)), Ec2Errors.AllocationNotFound).Where(a => !a.IsAutomatic);
        var (page, next) = Page(nameof(DescribeAddressesAttributeAsync), addresses, a => a.Key.Id, request.MaxResults, request.NextToken, least: 1);
        return new() { Addresses = [.. page.Select(a => new AddressAttribute { AllocationId = a.Key.Id, PublicIp = a.PublicIp })], NextToken = next };
    }

    public async Task<AllocateAddressResponse> AllocateAddressAsync(AllocateAddressRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (request.Address is { } own) throw Ec2Errors.AddressNotFound(own); // Nobody brings addresses of his own here.
        var tags = TagsFrom(request.TagSpecifications, "elastic-ip", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Count(Ec2Tables.ElasticByHome, HomeOf(caller)) >= MostAddresses)
                throw new AwsException("AddressLimitExceeded", "The maximum number of addresses has been reached.");
            var address = NewAddress(tx, caller);
            tx.Put(Ec2Tables.Addresses, address);
            PutTags(tx, address.Key, tags);
            return address;
        }, ct);
        return new()
        {
            AllocationId = made.Key.Id, PublicIp = made.PublicIp, Domain = DomainType.Vpc, PublicIpv4Pool = "amazon", NetworkBorderGroup = caller.Region,
        };
    }

    public async Task<ReleaseAddressResponse> ReleaseAddressAsync(ReleaseAddressRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var address = Addressed(tx, caller, request.AllocationId, request.PublicIp);
            if (address.Association is not null) throw Ec2Errors.AddressInUse(address.PublicIp);
            tx.Delete(Ec2Tables.Addresses, address.Key);
            tx.Delete(Ec2Tables.Tags, address.Key);
        }, ct);
        return new();
    }

    public async Task<AssociateAddressResponse> AssociateAddressAsync(AssociateAddressRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var id = await store.UpdateAsync(tx =>
        {
            var address = Addressed(tx, caller, request.AllocationId, request.PublicIp);
            var nic = InterfaceFor(tx, request, caller);
            if (address.Association is { } old)
            {
                if (old.InterfaceId == nic.Key.Id) return old.Id;
                if (request.AllowReassociation is false) throw Ec2Errors.AlreadyAssigned($"resource {address.Key.Id} is already associated with associate-id {old.Id}");
                DemandMovable(tx, caller, old);
            }
            if (tx.Count(Ec2Tables.InternetGatewaysByVpc, nic.VpcId) == 0)
                throw new AwsException("Gateway.NotAttached", $"Network {nic.VpcId} is not attached to any internet gateway");
            foreach (var before in tx.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).ToList()) Interfaces.Unassociate(tx, before);
            var made = new AddressAssociation(DefaultVpc.NewId("eipassoc", ids), nic.Key.Id, nic.PrivateIpAddress);
            tx.Put(Ec2Tables.Addresses, address with { Association = made });
            return made.Id;
        }, ct);
        return new() { AssociationId = id };
    }

    public async Task<DisassociateAddressResponse> DisassociateAddressAsync(DisassociateAddressRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var address = request.AssociationId is { } id
                ? tx.Where(Ec2Tables.AddressesByAssociation, id).FirstOrDefault(a => a.Key.Home == HomeOf(caller)) ?? throw Ec2Errors.AssociationNotFound(id)
                : Addressed(tx, caller, null, request.PublicIp);
            if (address.Association is { } association) DemandMovable(tx, caller, association);
            Interfaces.Unassociate(tx, address);
        }, ct);
        return new();
    }

    /// <summary>AWS: the address of a NAT gateway is given back by deleting the gateway alone.</summary>
    private static void DemandMovable(IReadState state, Caller caller, AddressAssociation association)
    {
        if (state.Find(Ec2Tables.Interfaces, KeyOf(caller, association.InterfaceId)) is { IsNatGateway: true })
            throw new AwsException("AuthFailure", "You do not have permission to access the specified resource.");
    }

    private StoredAddress NewAddress(Transaction tx, Caller caller)
    {
        while (true)
        {
            var ip = Ipv4Range.Text(FirstPublic + 1 + (uint)ids.Next(PublicAddresses - 2));
            if (tx.Count(Ec2Tables.AddressesByPublicIp, ip) == 0) return new() { Key = KeyOf(caller, DefaultVpc.NewId("eipalloc", ids)), PublicIp = ip };
        }
    }

    private static StoredAddress AllocationOf(IReadState state, Caller caller, string id) =>
        state.Find(Ec2Tables.Addresses, KeyOf(caller, id)) is { IsAutomatic: false } address ? address : throw Ec2Errors.AllocationNotFound(id);

    private static StoredAddress? ByPublicIp(IReadState state, Caller caller, string ip) =>
        state.Where(Ec2Tables.AddressesByPublicIp, ip).FirstOrDefault(a => a.Key.Home == HomeOf(caller) && !a.IsAutomatic);

    private static StoredAddress Addressed(IReadState state, Caller caller, string? allocation, string? ip) => (allocation, ip) switch
    {
        ({ } id, _) => AllocationOf(state, caller, id),
        (_, { } text) => ByPublicIp(state, caller, text) ?? throw Ec2Errors.AddressNotFound(text),
        _ => throw Ec2Errors.MissingParameter("allocationId"),
    };

    private static InterfaceState InterfaceFor(IReadState state, AssociateAddressRequest request, Caller caller)
    {
        if (request.NetworkInterfaceId is { } id) return state.Find(Ec2Tables.Interfaces, KeyOf(caller, id)) ?? throw Ec2Errors.InterfaceNotFound(id);
        var instance = request.InstanceId ?? throw Ec2Errors.MissingParameter("networkInterfaceId or instanceId");
        return state.Where(Ec2Tables.InterfacesByInstance, instance).Where(i => i.Key.Home == HomeOf(caller)).OrderBy(i => i.Attachment?.DeviceIndex).FirstOrDefault()
            ?? throw Ec2Errors.InstanceNotFound(instance);
    }

    private static Address ToWire(IReadState state, StoredAddress address)
    {
        var nic = address.Association is { } a ? state.Find(Ec2Tables.Interfaces, address.Key with { Id = a.InterfaceId }) : null;
        return new()
        {
            AllocationId = address.Key.Id,
            PublicIp = address.PublicIp,
            Domain = DomainType.Vpc,
            PublicIpv4Pool = "amazon",
            NetworkBorderGroup = address.Key.Region,
            AssociationId = address.Association?.Id,
            NetworkInterfaceId = nic?.Key.Id,
            NetworkInterfaceOwnerId = nic?.Key.AccountId,
            PrivateIpAddress = address.Association?.PrivateIpAddress,
            InstanceId = nic?.Attachment?.InstanceId,
            Tags = ToWire(TagsOf(state, address.Key)),
        };
    }
}
