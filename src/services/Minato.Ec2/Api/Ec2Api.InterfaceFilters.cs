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
        var home = HomeOf(caller);
        var found = By("network-interface-id", id => state.Find(Ec2Tables.Interfaces, KeyOf(caller, id)) is { } nic ? [nic] : [])
            ?? By("addresses.private-ip-address", OfAddress) ?? By("private-ip-address", OfAddress)
            ?? By("requester-id", r => state.Where(Ec2Tables.InterfacesByRequester, (home, r)))
            ?? By("group-id", g => state.Where(Ec2Tables.InterfacesByGroup, g))
            ?? By("attachment.instance-id", m => state.Where(Ec2Tables.InterfacesByInstance, m))
            ?? By("subnet-id", s => state.Where(Ec2Tables.InterfacesBySubnet, s));
        if (found is null) return state.Where(Ec2Tables.InterfacesByHome, home);
        return found.Where(i => i.Key.Home == home).DistinctBy(i => i.Key).OrderBy(i => i.Key);

        IEnumerable<InterfaceState>? By(string filter, Func<string, IEnumerable<InterfaceState>> find) => Filters.Exact(filters, filter)?.SelectMany(find);

        IEnumerable<InterfaceState> OfAddress(string address) => state.Where(Ec2Tables.InterfacesByAddress, (home, address));
    }
}
