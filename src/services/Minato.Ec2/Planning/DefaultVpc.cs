using System.Collections.Immutable;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>What an account finds in a region it has never used: a VPC, a subnet in each zone, a security group.</summary>
internal sealed record DefaultVpc(StoredVpc Vpc, ImmutableArray<StoredSubnet> Subnets, SecurityGroupState Group)
{
    private const int SubnetPrefix = 20;

    public static DefaultVpc Make(Home home, Ipv4Range range, Ids ids, DateTimeOffset now)
    {
        var vpc = new StoredVpc
        {
            Key = new(home, NewId("vpc", ids)),
            CidrBlock = range.ToString(),
            CidrAssociationId = NewId("vpc-cidr-assoc", ids),
            DhcpOptionsId = NewId("dopt", ids),
            RouteTableId = NewId("rtb", ids),
            RouteTableAssociationId = NewId("rtbassoc", ids),
            InternetGatewayId = NewId("igw", ids),
            DefaultSecurityGroupId = NewId("sg", ids),
            CreatedAt = now,
        };
        return new(vpc, [.. Places.ZoneLetters.Select((letter, i) => SubnetIn(home, vpc, range, letter, i, ids))], GroupOf(home, vpc, ids));
    }

    public static string NewId(string prefix, Ids ids) => $"{prefix}-0{ids.Hex(16)}";

    private static StoredSubnet SubnetIn(Home home, StoredVpc vpc, Ipv4Range range, string letter, int index, Ids ids) => new()
    {
        Key = new(home, NewId("subnet", ids)),
        VpcId = vpc.Key.Id,
        AvailabilityZone = home.Region + letter,
        AvailabilityZoneId = Places.ZoneId(home.Region, index + 1),
        CidrBlock = new Ipv4Range(range.First + ((uint)index << (32 - SubnetPrefix)), SubnetPrefix).ToString(),
    };

    private static SecurityGroupState GroupOf(Home home, StoredVpc vpc, Ids ids) => new()
    {
        Key = new(home, vpc.DefaultSecurityGroupId),
        Name = "default",
        Description = "default VPC security group",
        VpcId = vpc.Key.Id,
        Rules =
        [
            new() { Id = NewId("sgr", ids), IsEgress = false, Protocol = "-1", GroupId = vpc.DefaultSecurityGroupId, GroupOwnerId = home.AccountId },
            EgressToAnywhere(ids),
        ],
    };

    public static RuleState EgressToAnywhere(Ids ids) =>
        new() { Id = NewId("sgr", ids), IsEgress = true, Protocol = "-1", CidrIpv4 = "0.0.0.0/0" };
}
