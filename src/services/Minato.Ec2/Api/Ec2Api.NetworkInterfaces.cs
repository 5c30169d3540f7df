using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    /// <summary>A service of AWS asks for an address of the internet, which lasts as long as the interface.</summary>
    private const string PublicTag = "aws:ecs:assignPublicIp";
    private const int MostGroupsOfInterface = 16; // What AWS raises its quota of 5 to at most.

    public async Task<CreateNetworkInterfaceResponse> CreateNetworkInterfaceAsync(
        CreateNetworkInterfaceRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var tags = TagsFrom(request.TagSpecifications, "network-interface", isFromAws: caller.MaySetSystemTags);
        await enforcement.DemandAsync(SubnetOf(store.Current, caller, request.SubnetId).VpcId, ct);
        var made = await store.UpdateAsync(tx =>
        {
            if (request.ClientToken is { } token &&
                tx.Where(Ec2Tables.InterfacesByClientToken, $"{caller.AccountId}/{caller.Region}/{token}").FirstOrDefault() is { } same) return same;
            var nic = NewInterface(tx, request, caller);
            tx.Put(Ec2Tables.Interfaces, nic);
            PutTags(tx, nic.Key, tags);
            if (tags.ContainsKey(PublicTag)) GivePublic(tx, nic, caller);
            return nic;
        }, ct);
        return new() { NetworkInterface = ToWire(store.Current, made), ClientToken = request.ClientToken };
    }

    public async Task<DeleteNetworkInterfaceResponse> DeleteNetworkInterfaceAsync(
        DeleteNetworkInterfaceRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var nic = tx.Find(Ec2Tables.Interfaces, KeyOf(caller, request.NetworkInterfaceId)) ?? throw Ec2Errors.InterfaceNotFound(request.NetworkInterfaceId);
            if (nic.Attachment is not null || (nic.RequesterId is not null && nic.RequesterId != caller.PrincipalArn))
                throw Ec2Errors.Invalid($"Network interface '{nic.Key.Id}' is currently in use.");
            Interfaces.Remove(tx, nic);
        }, ct);
        return new();
    }

    public async Task<DescribeNetworkInterfacesResponse> DescribeNetworkInterfacesAsync(
        DescribeNetworkInterfacesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = InterfaceFilters.Compile(request.Filters, r => TagsOf(state, r.Nic.Key));
        var interfaces = Named(
            state, caller, request.NetworkInterfaceIds, Ec2Tables.Interfaces, () => Candidates(state, caller, request.Filters), Ec2Errors.InterfaceNotFound);
        var (page, next) = Page(nameof(DescribeNetworkInterfacesAsync), interfaces.Where(i => passes(new(state, i))), i => i.Key.Id, request.MaxResults, request.NextToken);
        return new() { NetworkInterfaces = [.. page.Select(i => ToWire(state, i))], NextToken = next };
    }

    private InterfaceState NewInterface(Transaction tx, CreateNetworkInterfaceRequest request, Caller caller)
    {
        var subnet = SubnetOf(tx, caller, request.SubnetId);
        var address = TakeAddress(tx, subnet, PrimaryOf(request));
        return new()
        {
            Key = KeyOf(caller, DefaultVpc.NewId("eni", ids)),
            VpcId = subnet.VpcId,
            SubnetId = subnet.Key.Id,
            AvailabilityZone = subnet.AvailabilityZone,
            AvailabilityZoneId = subnet.AvailabilityZoneId,
            PrivateIpAddress = Ipv4Range.Text(address),
            MacAddress = $"02:42:{address >> 24:x2}:{address >> 16 & 255:x2}:{address >> 8 & 255:x2}:{address & 255:x2}",
            Description = request.Description ?? "",
            Groups = GroupsFor(tx, request.Groups, subnet, caller),
            RequesterId = caller.PrincipalArn.EndsWith(".amazonaws.com", StringComparison.Ordinal) ? caller.PrincipalArn : null,
            ClientToken = request.ClientToken,
        };
    }

    private static ImmutableArray<string> GroupsFor(IReadState state, ImmutableArray<string>? asked, StoredSubnet subnet, Caller caller)
    {
        if (asked is not { IsDefaultOrEmpty: false } groups) return [VpcOf(state, caller, subnet.VpcId).DefaultSecurityGroupId];
        if (groups.Length > MostGroupsOfInterface)
        {
            throw new AwsException(
                "SecurityGroupsPerInterfaceLimitExceeded", $"The maximum number of security groups per interface ({MostGroupsOfInterface}) has been reached.");
        }
        foreach (var id in groups)
        {
            var group = state.Find(Ec2Tables.SecurityGroups, KeyOf(caller, id)) ?? throw Ec2Errors.GroupNotFound(id);
            if (group.VpcId != subnet.VpcId)
                throw new AwsException("InvalidParameter", $"Security group {id} and subnet {subnet.Key.Id} belong to different networks.");
        }
        return [.. groups.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>A container has one address in a network, of IPv4.</summary>
    private static string? PrimaryOf(CreateNetworkInterfaceRequest request)
    {
        if (request.Ipv6AddressCount is > 0 || request.Ipv6Addresses.OrNone().Any()) throw Ec2Errors.NoIpv6();
        var listed = request.PrivateIpAddresses.OrNone();
        if (request.SecondaryPrivateIpAddressCount is > 0 || listed.Any(a => a.Primary is not true)) throw Ec2Errors.Unsupported("A network interface has one private address here.");
        return listed.Select(a => a.PrivateIpAddress).Append(request.PrivateIpAddress).OfType<string>().Distinct(StringComparer.Ordinal).ToList() switch
        {
            [] => null,
            [var only] => only,
            _ => throw Ec2Errors.Invalid("Only one primary private IP address can be specified."),
        };
    }

    private static uint TakeAddress(Transaction tx, StoredSubnet subnet, string? asked)
    {
        var range = Ipv4Range.Parse(subnet.CidrBlock);
        var pool = tx.Find(Ec2Tables.AddressPools, subnet.Key) ?? AddressMap.Empty(subnet.Key, (int)range.Size);
        var offset = asked is null ? AddressMap.NextFree(pool) ?? throw Ec2Errors.NoFreeAddress() : OffsetOf(range, pool, asked);
        tx.Put(Ec2Tables.AddressPools, AddressMap.Take(pool, offset));
        return range.First + (uint)offset;
    }

    private static int OffsetOf(Ipv4Range range, AddressPool pool, string text)
    {
        if (!Ipv4Range.TryParseAddress(text, out var address)) throw Ec2Errors.Invalid($"Invalid IP address: {text}");
        if (!range.Contains(address)) throw Ec2Errors.AddressOutside();
        var offset = (int)(address - range.First);
        if (AddressMap.IsReserved(offset, (int)range.Size)) throw Ec2Errors.AddressReserved();
        return AddressMap.IsTaken(pool, offset) ? throw Ec2Errors.AddressInUse(text) : offset;
    }

    private static bool IsInUse(InterfaceState nic) => nic.Attachment is not null || nic.IsUp || nic.IsNatGateway || nic.RequesterId is EndpointRequester || nic.RequesterId is "ecs.amazonaws.com";

    private static NetworkInterfaceStatus StatusOf(InterfaceState nic) => IsInUse(nic) ? NetworkInterfaceStatus.InUse : NetworkInterfaceStatus.Available;

    private static NetworkInterfaceType TypeOf(InterfaceState nic) => nic.IsNatGateway ? NetworkInterfaceType.NatGateway
        : nic.RequesterId is EndpointRequester ? NetworkInterfaceType.VpcEndpoint : NetworkInterfaceType.Interface;

    private static string? OwnerOfAttachment(InterfaceState nic) => nic switch
    {
        { Attachment: not null } => nic.Key.AccountId,
        { IsOfLoadBalancer: true } => "amazon-elb",
        { RequesterId: not null } => "amazon-aws",
        _ => null,
    };

    private static NetworkInterface ToWire(IReadState state, InterfaceState nic)
    {
        var dns = DnsNameOf(nic.PrivateIpAddress, nic.Key.Region);
        var association = AssociationOf(state, nic);
        return new()
        {
            NetworkInterfaceId = nic.Key.Id,
            OwnerId = nic.Key.AccountId,
            RequesterId = nic.RequesterId,
            RequesterManaged = nic.RequesterId is not null,
            VpcId = nic.VpcId,
            SubnetId = nic.SubnetId,
            AvailabilityZone = nic.AvailabilityZone,
            AvailabilityZoneId = nic.AvailabilityZoneId,
            Description = nic.Description,
            InterfaceType = TypeOf(nic),
            MacAddress = nic.MacAddress,
            PrivateIpAddress = nic.PrivateIpAddress,
            PrivateDnsName = dns,
            PrivateIpAddresses = [new() { Primary = true, PrivateIpAddress = nic.PrivateIpAddress, PrivateDnsName = dns, Association = association }],
            Ipv6Addresses = [],
            Groups = GroupsOf(state, nic),
            Association = association,
            Attachment = !IsInUse(nic) ? null : new()
            {
                AttachmentId = nic.Attachment?.Id, InstanceId = nic.Attachment?.InstanceId, InstanceOwnerId = OwnerOfAttachment(nic),
                DeviceIndex = nic.Attachment?.DeviceIndex ?? 1, AttachTime = nic.Attachment?.At, DeleteOnTermination = nic.Attachment?.DeleteOnTermination ?? false,
                Status = AttachmentStatus.Attached,
            },
            SourceDestCheck = !nic.HasNoSourceDestCheck,
            Status = StatusOf(nic),
            TagSet = ToWire(TagsOf(state, nic.Key)),
        };
    }

    private static ImmutableArray<GroupIdentifier> GroupsOf(IReadState state, InterfaceState nic) =>
        [.. nic.Groups.Select(id => new GroupIdentifier { GroupId = id, GroupName = state.Find(Ec2Tables.SecurityGroups, nic.Key with { Id = id })?.Name })];

    private static NetworkInterfaceAssociation? AssociationOf(IReadState state, InterfaceState nic) =>
        state.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).FirstOrDefault() is not { } address ? null : new()
        {
            AllocationId = address.IsAutomatic ? null : address.Key.Id,
            AssociationId = address.IsAutomatic ? null : address.Association?.Id,
            IpOwnerId = address.IsAutomatic ? "amazon" : address.Key.AccountId,
            PublicIp = address.PublicIp,
            PublicDnsName = PublicNameIn(state, nic, address.PublicIp),
        };

    internal static string DnsNameOf(string address, string region) =>
        $"ip-{address.Replace('.', '-')}.{(region is "us-east-1" ? "ec2" : $"{region}.compute")}.internal";
}
