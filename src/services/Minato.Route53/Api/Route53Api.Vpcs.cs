using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Which VPCs see a private zone.
internal sealed partial class Route53Api
{
    private const string CloudMap = "servicediscovery.amazonaws.com";

    public async Task<AssociateVPCWithHostedZoneResponse> AssociateVPCWithHostedZoneAsync(AssociateVPCWithHostedZoneRequest request, Caller caller, CancellationToken ct)
    {
        if (!FindOwn(store.Current, caller, request.HostedZoneId).IsPrivate) throw new PublicZoneVPCAssociation("You can't associate a VPC with a public hosted zone.");
        var vpc = await VpcAsync(request.VPC, caller, ct);
        var change = await store.UpdateAsync(tx =>
        {
            var zone = FindOwn(tx, caller, request.HostedZoneId);
            DemandNoOther(tx, caller, vpc, zone.Name);
            if (zone.Vpcs.Length >= MostVpcs) throw new LimitsExceeded($"Limits Exceeded: MAX_VPCS_ASSOCIATED_BY_ZONE - Cannot associate more than {MostVpcs} VPCs.");
            tx.Put(Route53Tables.Zones, zone with { Vpcs = zone.Vpcs.Add(vpc) });
            return PutChange(tx, caller.AccountId, request.Comment);
        }, ct);
        return new() { ChangeInfo = change.ToWire(ChangeStatus.Pending) };
    }

    public async Task<DisassociateVPCFromHostedZoneResponse> DisassociateVPCFromHostedZoneAsync(DisassociateVPCFromHostedZoneRequest request, Caller caller, CancellationToken ct)
    {
        var change = await store.UpdateAsync(tx =>
        {
            var zone = FindOwn(tx, caller, request.HostedZoneId);
            var vpc = zone.Vpcs.FirstOrDefault(v => v.VpcId == request.VPC.VPCId)
                ?? throw new VPCAssociationNotFound($"The VPC: {request.VPC.VPCId} that you provided is not currently associated with the hosted zone.");
            if (zone.Vpcs.Length == 1) throw new LastVPCAssociation("The VPC that you're trying to disassociate from the private hosted zone is the last VPC that is associated with the hosted zone. Amazon Route 53 doesn't support disassociating the last VPC from a hosted zone.");
            tx.Put(Route53Tables.Zones, zone with { Vpcs = zone.Vpcs.Remove(vpc) });
            return PutChange(tx, caller.AccountId, request.Comment);
        }, ct);
        return new() { ChangeInfo = change.ToWire(ChangeStatus.Pending) };
    }

    private async Task<ZoneVpc> VpcAsync(VPC asked, Caller caller, CancellationToken ct)
    {
        if (asked is not { VPCId: { } id, VPCRegion: { } region }) throw new InvalidVPCId("The VPC ID is invalid.");
        try
        {
            var answer = await ec2.DescribeVpcsAsync(new() { VpcIds = [id] }, Caller.ForService(caller.AccountId, region.ToWire(), "route53.amazonaws.com"), ct);
            if (answer.Vpcs is not [{ CidrBlock: { } cidr } vpc, ..]) throw new InvalidVPCId("The VPC ID is invalid.");
            return new(id, region, cidr) { More = [.. (vpc.CidrBlockAssociationSet ?? []).Select(a => a.CidrBlock).OfType<string>().Where(c => c != cidr)] };
        }
        catch (AwsException e) when (e.Code.StartsWith("InvalidVpc", StringComparison.Ordinal))
        {
            throw new InvalidVPCId("The VPC ID is invalid.");
        }
    }

    // AWS: a VPC that sees the zone already is such a conflict, too.
    private static void DemandNoOther(IReadState state, Caller caller, ZoneVpc vpc, string name)
    {
        if (state.Where(Route53Tables.ZonesByAccount, caller.AccountId).FirstOrDefault(z => z.Name == name && z.Vpcs.Any(v => v.VpcId == vpc.VpcId)) is { } other)
        {
            throw new ConflictingDomainExists(
                $"The VPC {vpc.VpcId} in region {vpc.Region.ToWire()} has already been associated with the hosted zone {other.Id} with the same domain name.");
        }
    }
}
