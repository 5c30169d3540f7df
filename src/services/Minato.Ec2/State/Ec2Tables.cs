using System.Text.Json.Serialization;
using Minato.Contracts.Ec2;
using Minato.Platform;

namespace Minato.Ec2.State;

internal static class Ec2Tables
{
    public static readonly Table<Home, HomeState> Homes = new("ec2.homes", h => h.Home, () => Ec2Json.Default.HomeState);

    public static readonly Table<ResourceKey, StoredVpc> Vpcs = new("ec2.vpcs", v => v.Key, () => Ec2Json.Default.StoredVpc);
    public static readonly Index<Home, ResourceKey, StoredVpc> VpcsByHome = Vpcs.AddIndex("home", v => v.Key.Home);

    public static readonly Table<ResourceKey, StoredSubnet> Subnets = new("ec2.subnets", s => s.Key, () => Ec2Json.Default.StoredSubnet);
    public static readonly Index<Home, ResourceKey, StoredSubnet> SubnetsByHome = Subnets.AddIndex("home", s => s.Key.Home);

    public static readonly Index<string, ResourceKey, StoredSubnet> SubnetsByVpc = Subnets.AddIndex("vpc", s => s.VpcId);
    public static readonly Index<string, ResourceKey, StoredSubnet> SubnetsByRouteAssociation = Subnets.AddIndex("route-association", s => s.RouteTable?.Id);
    public static readonly Index<string, ResourceKey, StoredSubnet> SubnetsByAclAssociation = Subnets.AddIndex("acl-association", s => s.NetworkAcl.Id);

    public static readonly Table<ResourceKey, StoredRouteTable> RouteTables = new("ec2.route-tables", t => t.Key, () => Ec2Json.Default.StoredRouteTable);
    public static readonly Index<Home, ResourceKey, StoredRouteTable> RouteTablesByHome = RouteTables.AddIndex("home", t => t.Key.Home);
    public static readonly Index<string, ResourceKey, StoredRouteTable> RouteTablesByVpc = RouteTables.AddIndex("vpc", t => t.VpcId);

    public static readonly Table<ResourceKey, StoredInternetGateway> InternetGateways =
        new("ec2.internet-gateways", g => g.Key, () => Ec2Json.Default.StoredInternetGateway);
    public static readonly Index<Home, ResourceKey, StoredInternetGateway> InternetGatewaysByHome = InternetGateways.AddIndex("home", g => g.Key.Home);
    public static readonly Index<string, ResourceKey, StoredInternetGateway> InternetGatewaysByVpc = InternetGateways.AddIndex("vpc", g => g.VpcId);

    public static readonly Table<ResourceKey, StoredNatGateway> NatGateways = new("ec2.nat-gateways", g => g.Key, () => Ec2Json.Default.StoredNatGateway);
    public static readonly Index<Home, ResourceKey, StoredNatGateway> NatGatewaysByHome = NatGateways.AddIndex("home", g => g.Key.Home);

    public static readonly Table<ResourceKey, StoredVpcEndpoint> Endpoints = new("ec2.vpc-endpoints", e => e.Key, () => Ec2Json.Default.StoredVpcEndpoint);
    public static readonly Index<Home, ResourceKey, StoredVpcEndpoint> EndpointsByHome = Endpoints.AddIndex("home", e => e.Key.Home);
    public static readonly Index<string, ResourceKey, StoredVpcEndpoint> EndpointsByVpc = Endpoints.AddIndex("vpc", e => e.VpcId);
    public static readonly Index<string, ResourceKey, StoredVpcEndpoint> EndpointsByRouteTable = Endpoints.AddIndexOfEach("route-table", e => e.RouteTables);

    public static readonly Table<ResourceKey, StoredAddress> Addresses = new("ec2.addresses", a => a.Key, () => Ec2Json.Default.StoredAddress);
    public static readonly Index<Home, ResourceKey, StoredAddress> ElasticByHome = Addresses.AddIndex("elastic", a => a.IsAutomatic ? null : a.Key.Home);
    public static readonly Index<string, ResourceKey, StoredAddress> AddressesByPublicIp = Addresses.AddIndex("public-ip", a => a.PublicIp);
    public static readonly Index<string, ResourceKey, StoredAddress> AddressesByInterface = Addresses.AddIndex("interface", a => a.Association?.InterfaceId);
    public static readonly Index<string, ResourceKey, StoredAddress> AddressesByAssociation = Addresses.AddIndex("association", a => a.Association?.Id);

    public static readonly Table<ResourceKey, StoredNetworkAcl> NetworkAcls = new("ec2.network-acls", a => a.Key, () => Ec2Json.Default.StoredNetworkAcl);
    public static readonly Index<Home, ResourceKey, StoredNetworkAcl> NetworkAclsByHome = NetworkAcls.AddIndex("home", a => a.Key.Home);
    public static readonly Index<string, ResourceKey, StoredNetworkAcl> NetworkAclsByVpc = NetworkAcls.AddIndex("vpc", a => a.VpcId);

    public static readonly Table<ResourceKey, StoredPrefixList> PrefixLists = new("ec2.prefix-lists", l => l.Key, () => Ec2Json.Default.StoredPrefixList);
    public static readonly Index<Home, ResourceKey, StoredPrefixList> PrefixListsByHome = PrefixLists.AddIndex("home", l => l.Key.Home);

    public static readonly Table<ResourceKey, StoredKeyPair> KeyPairs = new("ec2.key-pairs", k => k.Key, () => Ec2Json.Default.StoredKeyPair);
    public static readonly Index<Home, ResourceKey, StoredKeyPair> KeyPairsByHome = KeyPairs.AddIndex("home", k => k.Key.Home);
    public static readonly Index<(Home, string), ResourceKey, StoredKeyPair> KeyPairsByName = KeyPairs.AddIndex("name", k => (k.Key.Home, k.Name));

    public static readonly Table<ResourceKey, StoredDhcpOptions> DhcpOptions = new("ec2.dhcp-options", d => d.Key, () => Ec2Json.Default.StoredDhcpOptions);
    public static readonly Index<Home, ResourceKey, StoredDhcpOptions> DhcpOptionsByHome = DhcpOptions.AddIndex("home", d => d.Key.Home);

    public static readonly Table<ResourceKey, AddressPool> AddressPools = new("ec2.address-pools", p => p.Key, () => Ec2Json.Default.AddressPool);

    public static readonly Table<ResourceKey, SecurityGroupState> SecurityGroups =
        new("ec2.security-groups", g => g.Key, () => Ec2Json.Default.SecurityGroupState);
    public static readonly Index<Home, ResourceKey, SecurityGroupState> SecurityGroupsByHome =
        SecurityGroups.AddIndex("home", g => g.Key.Home);
    public static readonly Index<string, ResourceKey, SecurityGroupState> SecurityGroupsByVpc = SecurityGroups.AddIndex("vpc", g => g.VpcId);
    public static readonly Index<(string VpcId, string Name), ResourceKey, SecurityGroupState> SecurityGroupsByName =
        SecurityGroups.AddIndex("name", g => (g.VpcId, g.Name));
    public static readonly Index<string, ResourceKey, SecurityGroupState> SecurityGroupsByRule =
        SecurityGroups.AddIndexOfEach("rule", g => g.Rules.Select(r => r.Id));

    /// <summary>By groups and prefix lists that their rules name.</summary>
    public static readonly Index<string, ResourceKey, SecurityGroupState> SecurityGroupsByPeer =
        SecurityGroups.AddIndexOfEach("peer", g => g.Rules.Select(r => r.GroupId ?? r.PrefixListId).OfType<string>().Distinct(StringComparer.Ordinal));

    public static readonly Table<ResourceKey, InterfaceState> Interfaces =
        new("ec2.network-interfaces", i => i.Key, () => Ec2Json.Default.InterfaceState);
    public static readonly Index<Home, ResourceKey, InterfaceState> InterfacesByHome = Interfaces.AddIndex("home", i => i.Key.Home);
    public static readonly Index<string, ResourceKey, InterfaceState> InterfacesBySubnet = Interfaces.AddIndex("subnet", i => i.SubnetId);
    public static readonly Index<(Home, string), ResourceKey, InterfaceState> InterfacesByAddress =
        Interfaces.AddIndex("address", i => (i.Key.Home, i.PrivateIpAddress));
    public static readonly Index<string, ResourceKey, InterfaceState> InterfacesByInstance =
        Interfaces.AddIndex("instance", i => i.Attachment?.InstanceId);
    public static readonly Index<(Home, string), ResourceKey, InterfaceState> InterfacesByRequester =
        Interfaces.AddIndex("requester", i => (i.Key.Home, i.RequesterId ?? ""));
    public const string ToRaise = "to-raise";

    public static readonly Index<string, ResourceKey, InterfaceState> InterfacesByGroup = Interfaces.AddIndexOfEach("group", i => i.Groups);

    /// <summary>Of load balancers that the host does not answer for yet.</summary>
    public static readonly Index<string, ResourceKey, InterfaceState> InterfacesToRaise =
        Interfaces.AddIndex("to-raise", i => i is { IsOfLoadBalancer: true, IsUp: false } ? ToRaise : null);
    public static readonly Index<string, ResourceKey, InterfaceState> InterfacesByAttachment = Interfaces.AddIndex("attachment", i => i.Attachment?.Id);
    public static readonly Index<string, ResourceKey, InterfaceState> InterfacesByClientToken = Interfaces.AddIndex("client-token",
        i => i.ClientToken is null ? null : $"{i.Key.AccountId}/{i.Key.Region}/{i.ClientToken}");

    public static readonly Table<ResourceKey, MachineState> Machines = new("ec2.instances", m => m.Key, () => Ec2Json.Default.MachineState);
    public static readonly Index<Home, ResourceKey, MachineState> MachinesByHome = Machines.AddIndex("home", m => m.Key.Home);
    public static readonly Index<string, ResourceKey, MachineState> MachinesByAddress = Machines.AddIndex("address", m => m.Address);

    public static readonly Index<string, ResourceKey, MachineState> MachinesByClientToken = Machines.AddIndex("client-token",
        m => m.ClientToken is null ? null : $"{m.Key.AccountId}/{m.Key.Region}/{m.ClientToken}");

    /// <summary>Those that hold something of their subnet: one that is terminated is only shown.</summary>
    public static readonly Index<string, ResourceKey, MachineState> MachinesBySubnet =
        Machines.AddIndex("subnet", m => m.State is InstanceStateName.Terminated ? null : m.SubnetId);
    public static readonly Index<string, ResourceKey, MachineState> MachinesByInterface = Machines.AddIndex("interface", m => m.Body?.InterfaceId);

    public static readonly Table<ResourceKey, StoredImage> Images = new("ec2.images", i => i.Key, () => Ec2Json.Default.StoredImage);
    public static readonly Index<Home, ResourceKey, StoredImage> ImagesByHome = Images.AddIndex("home", i => i.Key.Home);
    public static readonly Index<(Home, string), ResourceKey, StoredImage> ImagesByName = Images.AddIndex("name", i => (i.Key.Home, i.Name));

    public static readonly Table<ResourceKey, ResourceTags> Tags = new("ec2.tags", t => t.Key, () => Ec2Json.Default.ResourceTags);
    public static readonly Index<Home, ResourceKey, ResourceTags> TagsByHome = Tags.AddIndex("home", t => t.Key.Home);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(HomeState))]
[JsonSerializable(typeof(StoredVpc))]
[JsonSerializable(typeof(StoredRouteTable))]
[JsonSerializable(typeof(StoredInternetGateway))]
[JsonSerializable(typeof(StoredNatGateway))]
[JsonSerializable(typeof(StoredVpcEndpoint))]
[JsonSerializable(typeof(StoredAddress))]
[JsonSerializable(typeof(StoredNetworkAcl))]
[JsonSerializable(typeof(StoredSubnet))]
[JsonSerializable(typeof(StoredPrefixList))]
[JsonSerializable(typeof(StoredKeyPair))]
[JsonSerializable(typeof(StoredDhcpOptions))]
[JsonSerializable(typeof(AddressPool))]
[JsonSerializable(typeof(SecurityGroupState))]
[JsonSerializable(typeof(InterfaceState))]
[JsonSerializable(typeof(MachineState))]
[JsonSerializable(typeof(StoredImage))]
[JsonSerializable(typeof(ResourceTags))]
internal sealed partial class Ec2Json : JsonSerializerContext;
