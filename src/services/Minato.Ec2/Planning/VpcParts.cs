using Minato.Contracts.Ec2;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>A new VPC with what every VPC has from the start: a main route table, a default network ACL, a default security group.</summary>
internal sealed record VpcParts(StoredVpc Vpc, StoredRouteTable RouteTable, StoredNetworkAcl Acl, SecurityGroupState Group)
{
    /// <summary>The number of the last entry of an ACL, which answers <c>*</c> in the console.</summary>
    public const int LastEntry = 32767;

    public static VpcParts Make(Home home, Ipv4Range range, string dhcpOptions, Ids ids, DateTimeOffset now)
    {
        var vpc = new StoredVpc
        {
            Key = new(home, DefaultVpc.NewId("vpc", ids)),
            CidrBlock = range.ToString(),
            CidrAssociationId = DefaultVpc.NewId("vpc-cidr-assoc", ids),
            DhcpOptionsId = dhcpOptions,
            RouteTableId = DefaultVpc.NewId("rtb", ids),
            RouteTableAssociationId = DefaultVpc.NewId("rtbassoc", ids),
            NetworkAclId = DefaultVpc.NewId("acl", ids),
            DefaultSecurityGroupId = DefaultVpc.NewId("sg", ids),
            CreatedAt = now,
        };
        return new(
            vpc,
            new() { Key = new(home, vpc.RouteTableId), VpcId = vpc.Key.Id },
            AclOf(new(home, vpc.NetworkAclId), vpc.Key.Id, isDefault: true),
            new()
            {
                Key = new(home, vpc.DefaultSecurityGroupId), Name = "default", Description = "default VPC security group", VpcId = vpc.Key.Id,
                Rules = [FromItself(vpc, ids), DefaultVpc.EgressToAnywhere(ids)],
            });
    }

    public void PutIn(Transaction tx)
    {
        tx.Put(Ec2Tables.Vpcs, Vpc);
        tx.Put(Ec2Tables.RouteTables, RouteTable);
        tx.Put(Ec2Tables.NetworkAcls, Acl);
        tx.Put(Ec2Tables.SecurityGroups, Group);
    }

    /// <summary>AWS: the default one lets everything through, one that somebody makes nothing.</summary>
    public static StoredNetworkAcl AclOf(ResourceKey key, string vpcId, bool isDefault) => new()
    {
        Key = key, VpcId = vpcId, IsDefault = isDefault,
        Entries =
        [
            .. isDefault ? new[] { Entry(100, true, RuleAction.Allow), Entry(100, false, RuleAction.Allow) } : [],
            Entry(LastEntry, true, RuleAction.Deny), Entry(LastEntry, false, RuleAction.Deny),
        ],
    };

    private static AclEntry Entry(int number, bool isEgress, RuleAction action) =>
        new() { Number = number, IsEgress = isEgress, Protocol = "-1", Action = action, Cidr = DefaultVpc.Anywhere };

    private static RuleState FromItself(StoredVpc vpc, Ids ids) => new()
    {
        Id = DefaultVpc.NewId("sgr", ids), IsEgress = false, Protocol = "-1", GroupId = vpc.DefaultSecurityGroupId, GroupOwnerId = vpc.Key.AccountId,
    };
}
