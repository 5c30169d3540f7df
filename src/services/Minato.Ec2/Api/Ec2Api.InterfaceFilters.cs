using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// What network interfaces are found by.
internal sealed partial class Ec2Api
{
    /// <summary>An interface with what else there is: an address of the internet, names of groups.</summary>
    private readonly record struct InterfaceRow(IReadState State, InterfaceState Nic)
    {
        public NetworkInterfaceAssociation? Association => AssociationOf(State, Nic);
    }

    private static readonly FilterSet<InterfaceRow> InterfaceFilters = new(
        ("network-interface-id", r => [r.Nic.Key.Id]),
        ("subnet-id", r => [r.Nic.SubnetId]),
        ("vpc-id", r => [r.Nic.VpcId]),
        ("availability-zone", r => [r.Nic.AvailabilityZone]),
        ("availability-zone-id", r => [r.Nic.AvailabilityZoneId]),
        ("private-ip-address", r => [r.Nic.PrivateIpAddress]),
        ("private-dns-name", r => [DnsNameOf(r.Nic.PrivateIpAddress, r.Nic.Key.Region)]),
        ("addresses.private-ip-address", r => [r.Nic.PrivateIpAddress]),
        ("addresses.primary", _ => ["true"]),
        ("addresses.association.public-ip", r => [r.Association?.PublicIp]),
        ("addresses.association.owner-id", r => [r.Association?.IpOwnerId]),
        ("association.allocation-id", r => [r.Association?.AllocationId]),
        ("association.association-id", r => [r.Association?.AssociationId]),
        ("association.ip-owner-id", r => [r.Association?.IpOwnerId]),
        ("association.public-ip", r => [r.Association?.PublicIp]),
        ("association.public-dns-name", r => [r.Association?.PublicDnsName]),
        ("group-id", r => r.Nic.Groups),
        ("group-name", r => GroupsOf(r.State, r.Nic).Select(g => g.GroupName)),
        ("description", r => [r.Nic.Description]),
        ("mac-address", r => [r.Nic.MacAddress]),
        ("ipv6-addresses.ipv6-address", _ => []),
        ("owner-id", r => [r.Nic.Key.AccountId]),
        ("requester-id", r => [r.Nic.RequesterId]),
        ("requester-managed", r => [r.Nic.RequesterId is null ? "false" : "true"]),
        ("interface-type", r => [TypeOf(r.Nic).ToWire()]),
        ("source-dest-check", r => [Text(!r.Nic.HasNoSourceDestCheck)]),
        ("attachment.instance-id", r => [r.Nic.Attachment?.InstanceId]),
        ("attachment.attachment-id", r => [r.Nic.Attachment?.Id]),
        ("attachment.delete-on-termination", r => [r.Nic.Attachment is { } a ? Text(a.DeleteOnTermination) : null]),
        ("attachment.device-index", r => [Text(r.Nic.Attachment?.DeviceIndex)]),
        ("attachment.status", r => IsInUse(r.Nic) ? ["attached"] : []),
        ("attachment.instance-owner-id", r => [OwnerOfAttachment(r.Nic)]),
        ("status", r => [StatusOf(r.Nic).ToWire()]));

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
        if (Filters.Exact(filters, "requester-id") is { } requesters)
        {
            return requesters.SelectMany(r => state.Where(Ec2Tables.InterfacesByRequester, (HomeOf(caller), r))).OrderBy(i => i.Key);
        }
        if (Filters.Exact(filters, "group-id") is { } groups)
        {
            return groups.SelectMany(g => state.Where(Ec2Tables.InterfacesByGroup, g)).Where(i => i.Key.Home == HomeOf(caller)).DistinctBy(i => i.Key).OrderBy(i => i.Key);
        }
        if (Filters.Exact(filters, "attachment.instance-id") is { } instances)
        {
            return instances.SelectMany(m => state.Where(Ec2Tables.InterfacesByInstance, m)).Where(i => i.Key.Home == HomeOf(caller)).OrderBy(i => i.Key);
        }
        return Filters.Exact(filters, "subnet-id") is { } subnets
            ? subnets.SelectMany(s => state.Where(Ec2Tables.InterfacesBySubnet, s)).Where(i => i.Key.Home == HomeOf(caller)).OrderBy(i => i.Key)
            : state.Where(Ec2Tables.InterfacesByHome, HomeOf(caller));
    }
}
