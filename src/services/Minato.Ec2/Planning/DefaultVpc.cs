using System.Collections.Immutable;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>What an account finds in a region it has never used: a VPC, a way to the internet, a subnet in each zone.</summary>
internal sealed record DefaultVpc(VpcParts Parts, StoredInternetGateway Gateway, ImmutableArray<StoredSubnet> Subnets)
{
    private const int SubnetPrefix = 20;
    public const string Anywhere = "0.0.0.0/0";

    public static DefaultVpc Make(Home home, Ipv4Range range, string dhcpOptions, Ids ids, DateTimeOffset now)
    {
        var parts = VpcParts.Make(home, range, dhcpOptions, ids, now);
        var gateway = new StoredInternetGateway(new(home, NewId("igw", ids)), parts.Vpc.Key.Id);
        var vpc = parts.Vpc with { IsDefault = true, EnableDnsHostnames = true };
        return new(
            parts with
            {
                Vpc = vpc,
                RouteTable = parts.RouteTable with { Routes = [new() { Cidr = Anywhere, GatewayId = gateway.Key.Id }] },
            },
            gateway, [.. Places.ZoneLetters.Select((_, i) => SubnetIn(vpc, range, i, ids))]);
    }

    /// <param name="zone">0 for the first zone of the region.</param>
    public static StoredSubnet SubnetIn(StoredVpc vpc, Ipv4Range range, int zone, Ids ids) => new()
    {
        Key = new(vpc.Key.Home, NewId("subnet", ids)),
        VpcId = vpc.Key.Id,
        AvailabilityZone = vpc.Key.Region + Places.ZoneLetters[zone],
        AvailabilityZoneId = Places.ZoneId(vpc.Key.Region, zone + 1),
        CidrBlock = new Ipv4Range(range.First + ((uint)zone << (32 - SubnetPrefix)), SubnetPrefix).ToString(),
        IsDefault = true,
        MapPublicIpOnLaunch = true,
        NetworkAcl = new(NewId("aclassoc", ids), vpc.NetworkAclId),
    };

    public static string NewId(string prefix, Ids ids) => $"{prefix}-0{ids.Hex(16)}";

    public static RuleState EgressToAnywhere(Ids ids) =>
        new() { Id = NewId("sgr", ids), IsEgress = true, Protocol = "-1", CidrIpv4 = Anywhere };
}
