using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<StoredNatGateway> NatGatewayFilters = new(
        ("nat-gateway-id", g => [g.Key.Id]),
        ("subnet-id", g => [g.SubnetId]),
        ("vpc-id", g => [g.VpcId]),
        ("state", g => [g.State.ToWire()]));

    public async Task<DescribeNatGatewaysResponse> DescribeNatGatewaysAsync(DescribeNatGatewaysRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = NatGatewayFilters.Compile(request.Filter, g => TagsOf(state, g.Key));
        var gateways = Named(state, caller, request.NatGatewayIds, Ec2Tables.NatGateways,
            () => state.Where(Ec2Tables.NatGatewaysByHome, HomeOf(caller)), Ec2Errors.NatGatewayNotFound);
        var (page, next) = Page(nameof(DescribeNatGatewaysAsync), gateways.Where(passes), g => g.Key.Id, request.MaxResults, request.NextToken);
        return new() { NatGateways = [.. page.Select(g => ToWire(state, g))], NextToken = next };
    }

    public async Task<CreateNatGatewayResponse> CreateNatGatewayAsync(CreateNatGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var isPublic = request.ConnectivityType is not ConnectivityType.Private;
        if (request.AvailabilityMode is AvailabilityMode.Regional) throw Ec2Errors.Unsupported("Regional NAT gateways are not supported here.");
        var subnetId = request.SubnetId ?? throw Ec2Errors.MissingParameter("subnetId");
        if (isPublic && request.AllocationId is null)
            throw new AwsException("MissingParameter", "The request must include the AllocationId parameter. Add the required parameter and retry the request.");
        if (!isPublic && request.AllocationId is not null) throw Ec2Errors.Invalid("An allocation ID cannot be given for a private NAT gateway.");
        var tags = TagsFrom(request.TagSpecifications, "natgateway", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            if (request.ClientToken is { } token && tx.Where(Ec2Tables.NatGatewaysByHome, HomeOf(caller)).FirstOrDefault(g => g.ClientToken == token) is { } same) return same;
            var subnet = SubnetOf(tx, caller, subnetId);
            var address = request.AllocationId is { } allocation ? AllocationOf(tx, caller, allocation) : null;
            var gateway = NewNatGateway(tx, request, subnet, address, caller);
            tx.Put(Ec2Tables.NatGateways, gateway);
            PutTags(tx, gateway.Key, tags);
            return gateway;
        }, ct);
        return new() { NatGateway = ToWire(store.Current, made), ClientToken = request.ClientToken };
    }

    public async Task<DeleteNatGatewayResponse> DeleteNatGatewayAsync(DeleteNatGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var gateway = tx.Find(Ec2Tables.NatGateways, KeyOf(caller, request.NatGatewayId)) ?? throw Ec2Errors.NatGatewayNotFound(request.NatGatewayId);
            if (gateway.DeletedAt is not null) return;
            tx.Put(Ec2Tables.NatGateways, gateway with { State = NatGatewayState.Deleting, DeletedAt = clock.GetUtcNow() });
        }, ct);
        return new() { NatGatewayId = request.NatGatewayId };
    }

    /// <summary>AWS: what is wrong with a gateway's surroundings is found out later, and shows in its state.</summary>
    private StoredNatGateway NewNatGateway(Transaction tx, CreateNatGatewayRequest request, StoredSubnet subnet, StoredAddress? address, Caller caller)
    {
        var id = DefaultVpc.NewId("nat", ids);
        var nic = NewInterface(tx, new() { SubnetId = subnet.Key.Id, PrivateIpAddress = request.PrivateIpAddress, Description = $"Interface for NAT Gateway {id}" }, caller)
            with { IsNatGateway = true, Groups = [], RequesterId = "ec2.amazonaws.com" };
        tx.Put(Ec2Tables.Interfaces, nic);
        var gateway = new StoredNatGateway
        {
            Key = KeyOf(caller, id), VpcId = subnet.VpcId, SubnetId = subnet.Key.Id, InterfaceId = nic.Key.Id, PrivateIpAddress = nic.PrivateIpAddress,
            AllocationId = address?.Key.Id, PublicIp = address?.PublicIp, CreatedAt = clock.GetUtcNow(), State = NatGatewayState.Pending,
            ClientToken = request.ClientToken,
        };
        if (address is null) return gateway;
        if (address.Association is not null)
            return gateway with { FailureCode = "Resource.AlreadyAssociated", FailureMessage = $"Elastic IP address [{address.Key.Id}] is already associated" };
        if (tx.Count(Ec2Tables.InternetGatewaysByVpc, subnet.VpcId) == 0)
            return gateway with { FailureCode = "Gateway.NotAttached", FailureMessage = $"Network {subnet.VpcId} has no Internet gateway attached" };
        tx.Put(Ec2Tables.Addresses, address with { Association = new(DefaultVpc.NewId("eipassoc", ids), nic.Key.Id, nic.PrivateIpAddress) });
        return gateway;
    }

    private static NatGateway ToWire(IReadState state, StoredNatGateway gateway) => new()
    {
        NatGatewayId = gateway.Key.Id,
        VpcId = gateway.VpcId,
        SubnetId = gateway.SubnetId,
        State = gateway.State,
        AvailabilityMode = AvailabilityMode.Zonal,
        ConnectivityType = gateway.IsPublic ? ConnectivityType.Public : ConnectivityType.Private,
        CreateTime = gateway.CreatedAt,
        DeleteTime = gateway.DeletedAt,
        FailureCode = gateway.State is NatGatewayState.Pending ? null : gateway.FailureCode,
        FailureMessage = gateway.State is NatGatewayState.Pending ? null : gateway.FailureMessage,
        NatGatewayAddresses =
        [
            new()
            {
                AllocationId = gateway.AllocationId, PublicIp = gateway.PublicIp, NetworkInterfaceId = gateway.InterfaceId, PrivateIp = gateway.PrivateIpAddress,
                AssociationId = state.Where(Ec2Tables.AddressesByInterface, gateway.InterfaceId).FirstOrDefault()?.Association?.Id,
                IsPrimary = true, Status = gateway.FailureCode is null ? NatGatewayAddressStatus.Succeeded : NatGatewayAddressStatus.Failed,
            },
        ],
        Tags = ToWire(TagsOf(state, gateway.Key)),
    };
}
