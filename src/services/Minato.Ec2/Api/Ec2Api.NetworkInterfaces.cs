using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<InterfaceState> InterfaceFilters = new(
        ("network-interface-id", i => [i.Key.Id]),
        ("subnet-id", i => [i.SubnetId]),
        ("vpc-id", i => [i.VpcId]),
        ("availability-zone", i => [i.AvailabilityZone]),
        ("private-ip-address", i => [i.PrivateIpAddress]),
        ("addresses.private-ip-address", i => [i.PrivateIpAddress]),
        ("addresses.primary", _ => ["true"]),
        ("group-id", i => i.Groups),
        ("description", i => [i.Description]),
        ("mac-address", i => [i.MacAddress]),
        ("owner-id", i => [i.Key.AccountId]),
        ("requester-id", i => [i.RequesterId]),
        ("requester-managed", i => [i.RequesterId is null ? "false" : "true"]),
        ("interface-type", _ => ["interface"]),
        ("status", _ => ["available"]),
        ("attachment.instance-owner-id", _ => []), // Nothing is attached to an instance: who asks for leftovers finds none.
        ("attachment.instance-id", _ => []),
        ("attachment.attachment-id", _ => []),
        ("attachment.status", _ => []),
        ("association.public-ip", _ => []),
        ("association.allocation-id", _ => []));

    public async Task<CreateNetworkInterfaceResponse> CreateNetworkInterfaceAsync(
        CreateNetworkInterfaceRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var tags = TagsFrom(request.TagSpecifications, "network-interface");
        var made = await store.UpdateAsync(tx =>
        {
            if (request.ClientToken is { } token &&
                tx.Where(Ec2Tables.InterfacesByClientToken, $"{caller.AccountId}/{caller.Region}/{token}").FirstOrDefault() is { } same) return same;
            var nic = NewInterface(tx, request, caller);
            tx.Put(Ec2Tables.Interfaces, nic);
            PutTags(tx, nic.Key, tags);
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
            if (tx.Find(Ec2Tables.Subnets, KeyOf(caller, nic.SubnetId)) is { } subnet && tx.Find(Ec2Tables.AddressPools, subnet.Key) is { } pool
                && Ipv4Range.TryParseAddress(nic.PrivateIpAddress, out var address))
            {
                tx.Put(Ec2Tables.AddressPools, AddressMap.Release(pool, (int)(address - Ipv4Range.Parse(subnet.CidrBlock).First)));
            }
            tx.Delete(Ec2Tables.Interfaces, nic.Key);
            tx.Delete(Ec2Tables.Tags, nic.Key);
        }, ct);
        return new();
    }

    public async Task<DescribeNetworkInterfacesResponse> DescribeNetworkInterfacesAsync(
        DescribeNetworkInterfacesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = InterfaceFilters.Compile(request.Filters, i => TagsOf(state, i.Key));
        var interfaces = Named(
            state, caller, request.NetworkInterfaceIds, Ec2Tables.Interfaces, () => Candidates(state, caller, request.Filters), Ec2Errors.InterfaceNotFound);
        var (page, next) = Page(nameof(DescribeNetworkInterfacesAsync), interfaces.Where(passes), i => i.Key.Id, request.MaxResults, request.NextToken);
        return new() { NetworkInterfaces = [.. page.Select(i => ToWire(state, i))], NextToken = next };
    }

    /// <summary>The fewest interfaces an index can name that hold every match: there may be thousands.</summary>
    private static IEnumerable<InterfaceState> Candidates(IReadState state, Caller caller, ImmutableArray<Filter>? filters)
    {
        if (Filters.Exact(filters, "network-interface-id") is { } named)
        {
            return named.Select(id => state.Find(Ec2Tables.Interfaces, KeyOf(caller, id))).OfType<InterfaceState>().OrderBy(i => i.Key);
        }
        if ((Filters.Exact(filters, "addresses.private-ip-address") ?? Filters.Exact(filters, "private-ip-address")) is { } addresses)
        {
            return addresses.SelectMany(a => state.Where(Ec2Tables.InterfacesByAddress, (HomeOf(caller), a))).OrderBy(i => i.Key);
        }
        return Filters.Exact(filters, "subnet-id") is { } subnets
            ? subnets.SelectMany(s => state.Where(Ec2Tables.InterfacesBySubnet, s)).Where(i => i.Key.Home == HomeOf(caller)).OrderBy(i => i.Key)
            : state.Where(Ec2Tables.InterfacesByHome, HomeOf(caller));
    }

    private InterfaceState NewInterface(Transaction tx, CreateNetworkInterfaceRequest request, Caller caller)
    {
        var subnet = tx.Find(Ec2Tables.Subnets, KeyOf(caller, request.SubnetId)) ?? throw Ec2Errors.SubnetNotFound(request.SubnetId);
        var address = TakeAddress(tx, subnet, request.PrivateIpAddress);
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

    private static ImmutableArray<string> GroupsFor(Transaction tx, ImmutableArray<string>? asked, StoredSubnet subnet, Caller caller)
    {
        if (asked is not { IsDefaultOrEmpty: false } groups)
        {
            return [tx.Find(Ec2Tables.Vpcs, KeyOf(caller, subnet.VpcId))?.DefaultSecurityGroupId ?? throw Ec2Errors.VpcNotFound(subnet.VpcId)];
        }
        foreach (var id in groups)
        {
            if (tx.Find(Ec2Tables.SecurityGroups, KeyOf(caller, id)) is null) throw Ec2Errors.GroupNotFound(id);
        }
        return groups;
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

    private static NetworkInterface ToWire(IReadState state, InterfaceState nic)
    {
        var dns = $"ip-{nic.PrivateIpAddress.Replace('.', '-')}.{(nic.Key.Region is "us-east-1" ? "ec2" : $"{nic.Key.Region}.compute")}.internal";
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
            InterfaceType = NetworkInterfaceType.Interface,
            MacAddress = nic.MacAddress,
            PrivateIpAddress = nic.PrivateIpAddress,
            PrivateDnsName = dns,
            PrivateIpAddresses = [new() { Primary = true, PrivateIpAddress = nic.PrivateIpAddress, PrivateDnsName = dns }],
            Ipv6Addresses = [],
            Groups = [.. nic.Groups.Select(id => new GroupIdentifier { GroupId = id, GroupName = state.Find(Ec2Tables.SecurityGroups, nic.Key with { Id = id })?.Name })],
            SourceDestCheck = true,
            Status = NetworkInterfaceStatus.Available,
            TagSet = ToWire(TagsOf(state, nic.Key)),
        };
    }
}
