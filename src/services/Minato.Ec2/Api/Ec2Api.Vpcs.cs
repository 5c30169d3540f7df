using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    /// <summary>A bound for this machine, where every VPC may become a bridge. AWS begins with 5 and raises it on request.</summary>
    private const int MostVpcs = 100;
    private const int MostRanges = 5;
    private const int LargestPrefix = 28;
    private const int SmallestPrefix = 16;

    private static readonly FilterSet<StoredVpc> VpcFilters = new(
        ("vpc-id", v => [v.Key.Id]),
        ("cidr", v => [v.CidrBlock]),
        ("cidr-block", v => [v.CidrBlock]),
        ("cidrBlock", v => [v.CidrBlock]),
        ("cidr-block-association.cidr-block", v => v.Ranges),
        ("cidr-block-association.association-id", v => v.MoreRanges.Select(r => r.AssociationId).Prepend(v.CidrAssociationId)),
        ("cidr-block-association.state", _ => ["associated"]),
        ("ipv6-cidr-block-association.association-id", _ => []),
        ("ipv6-cidr-block-association.ipv6-cidr-block", _ => []),
        ("ipv6-cidr-block-association.ipv6-pool", _ => []),
        ("ipv6-cidr-block-association.state", _ => []),
        ("dhcp-options-id", v => [v.DhcpOptionsId]),
        ("is-default", v => [Text(v.IsDefault)]),
        ("isDefault", v => [Text(v.IsDefault)]),
        ("owner-id", v => [v.Key.AccountId]),
        ("state", _ => ["available"]));

    public async Task<DescribeVpcsResponse> DescribeVpcsAsync(DescribeVpcsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = VpcFilters.Compile(request.Filters, v => TagsOf(state, v.Key));
        var vpcs = Named(state, caller, request.VpcIds, Ec2Tables.Vpcs, () => state.Where(Ec2Tables.VpcsByHome, HomeOf(caller)), Ec2Errors.VpcNotFound);
        var (page, next) = Page(nameof(DescribeVpcsAsync), vpcs.Where(passes), v => v.Key.Id, request.MaxResults, request.NextToken);
        return new() { Vpcs = [.. page.Select(v => ToWire(state, v))], NextToken = next };
    }

    public async Task<CreateVpcResponse> CreateVpcAsync(CreateVpcRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        var range = RangeFor(request.CidrBlock ?? throw Ec2Errors.MissingParameter("cidrBlock"), "InvalidVpc.Range");
        if (request.AmazonProvidedIpv6CidrBlock is true || request.Ipv6CidrBlock is not null) throw Ec2Errors.NoIpv6();
        var tags = TagsFrom(request.TagSpecifications, "vpc", caller.MaySetSystemTags);
        if (await homes.ColliderAsync(range.ToString(), ct) is { } collider) throw Ec2Errors.RangeTaken(range.ToString(), collider);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Count(Ec2Tables.VpcsByHome, home.Home) >= MostVpcs) throw Ec2Errors.NoRangeLeft();
            DemandFree(tx, range);
            var parts = VpcParts.Make(home.Home, range, home.DhcpOptionsId, ids, clock.GetUtcNow());
            parts.PutIn(tx);
            PutTags(tx, parts.Vpc.Key, tags);
            return parts.Vpc;
        }, ct);
        return new() { Vpc = ToWire(store.Current, made) };
    }

    public async Task<CreateDefaultVpcResponse> CreateDefaultVpcAsync(CreateDefaultVpcRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var made = await homes.RemakeAsync(caller, ct);
        return new() { Vpc = ToWire(store.Current, made) };
    }

    public async Task<DeleteVpcResponse> DeleteVpcAsync(DeleteVpcRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var vpc = VpcOf(tx, caller, request.VpcId);
            if (HasDependencies(tx, vpc)) throw Ec2Errors.HasDependencies($"vpc '{vpc.Key.Id}'");
            var now = tx.Find(Ec2Tables.Homes, home.Home);
            if (now?.DefaultVpcId == vpc.Key.Id) tx.Put(Ec2Tables.Homes, now with { DefaultVpcId = null });
            foreach (var id in new[] { vpc.RouteTableId, vpc.NetworkAclId, vpc.Key.Id }) tx.Delete(Ec2Tables.Tags, vpc.Key with { Id = id });
            tx.Delete(Ec2Tables.RouteTables, vpc.Key with { Id = vpc.RouteTableId });
            tx.Delete(Ec2Tables.NetworkAcls, vpc.Key with { Id = vpc.NetworkAclId });
            if (tx.Find(Ec2Tables.SecurityGroups, vpc.Key with { Id = vpc.DefaultSecurityGroupId }) is { } group) Remove(tx, group);
            tx.Delete(Ec2Tables.Vpcs, vpc.Key);
        }, ct);
        return new();
    }

    public async Task<DescribeVpcAttributeResponse> DescribeVpcAttributeAsync(
        DescribeVpcAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var vpc = VpcOf(store.Current, caller, request.VpcId);
        EndIfDryRun(request.DryRun);
        var answer = new DescribeVpcAttributeResponse { VpcId = request.VpcId };
        return request.Attribute switch
        {
            VpcAttributeName.EnableDnsSupport => answer with { EnableDnsSupport = new() { Value = vpc.EnableDnsSupport } },
            VpcAttributeName.EnableDnsHostnames => answer with { EnableDnsHostnames = new() { Value = vpc.EnableDnsHostnames } },
            _ => answer with { EnableNetworkAddressUsageMetrics = new() { Value = vpc.EnableNetworkAddressUsageMetrics } },
        };
    }

    public async Task<ModifyVpcAttributeResponse> ModifyVpcAttributeAsync(ModifyVpcAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        AttributeBooleanValue?[] given = [request.EnableDnsSupport, request.EnableDnsHostnames, request.EnableNetworkAddressUsageMetrics];
        if (given.Count(g => g is not null) > 1) throw new AwsException("InvalidParameterCombination", "Fields for multiple attribute types specified");
        await store.UpdateAsync(tx =>
        {
            var vpc = VpcOf(tx, caller, request.VpcId);
            tx.Put(Ec2Tables.Vpcs, vpc with
            {
                EnableDnsSupport = request.EnableDnsSupport?.Value ?? vpc.EnableDnsSupport,
                EnableDnsHostnames = request.EnableDnsHostnames?.Value ?? vpc.EnableDnsHostnames,
                EnableNetworkAddressUsageMetrics = request.EnableNetworkAddressUsageMetrics?.Value ?? vpc.EnableNetworkAddressUsageMetrics,
            });
        }, ct);
        return new();
    }

    public async Task<AssociateVpcCidrBlockResponse> AssociateVpcCidrBlockAsync(AssociateVpcCidrBlockRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (request.CidrBlock is not { } cidr) throw Ec2Errors.NoIpv6();
        var range = RangeFor(cidr, "InvalidVpc.Range");
        if (await homes.ColliderAsync(range.ToString(), ct) is { } collider) throw Ec2Errors.RangeTaken(range.ToString(), collider);
        var added = await store.UpdateAsync(tx =>
        {
            var vpc = VpcOf(tx, caller, request.VpcId);
            if (vpc.MoreRanges.Length + 1 >= MostRanges) throw new AwsException("CidrLimitExceeded", $"This network '{vpc.Key.Id}' has met its maximum number of allowed CIDRs: {MostRanges}");
            DemandFree(tx, range);
            var made = new VpcRange(DefaultVpc.NewId("vpc-cidr-assoc", ids), range.ToString());
            tx.Put(Ec2Tables.Vpcs, vpc with { MoreRanges = vpc.MoreRanges.Add(made) });
            return made;
        }, ct);
        return new() { VpcId = request.VpcId, CidrBlockAssociation = ToWire(added, VpcCidrBlockStateCode.Associating) };
    }

    public async Task<DisassociateVpcCidrBlockResponse> DisassociateVpcCidrBlockAsync(
        DisassociateVpcCidrBlockRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var (vpcId, gone) = await store.UpdateAsync(tx =>
        {
            var id = request.AssociationId;
            var vpc = tx.Where(Ec2Tables.VpcsByHome, HomeOf(caller)).FirstOrDefault(v => v.CidrAssociationId == id || v.MoreRanges.Any(r => r.AssociationId == id))
                ?? throw new AwsException("InvalidVpcCidrBlockAssociationID.NotFound", $"The vpc CIDR block association ID '{id}' does not exist");
            if (vpc.CidrAssociationId == id)
                throw new AwsException("OperationNotPermitted", $"The vpc CIDR block with association ID {id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC");
            var range = vpc.MoreRanges.First(r => r.AssociationId == id);
            if (tx.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id).Any(s => Ipv4Range.Parse(range.CidrBlock).Overlaps(Ipv4Range.Parse(s.CidrBlock))))
                throw new AwsException("InvalidCidrBlock.InUse", $"The vpc currently has a subnet within CIDR block {range.CidrBlock}");
            tx.Put(Ec2Tables.Vpcs, vpc with { MoreRanges = vpc.MoreRanges.Remove(range) });
            return (vpc.Key.Id, range);
        }, ct);
        return new() { VpcId = vpcId, CidrBlockAssociation = ToWire(gone, VpcCidrBlockStateCode.Disassociating) };
    }

    private static StoredVpc VpcOf(IReadState state, Caller caller, string id) => state.Find(Ec2Tables.Vpcs, KeyOf(caller, id)) ?? throw Ec2Errors.VpcNotFound(id);

    private static bool HasDependencies(IReadState state, StoredVpc vpc) =>
        state.Count(Ec2Tables.SubnetsByVpc, vpc.Key.Id) > 0
        || state.Count(Ec2Tables.EndpointsByVpc, vpc.Key.Id) > 0
        || state.Count(Ec2Tables.InternetGatewaysByVpc, vpc.Key.Id) > 0
        || state.Where(Ec2Tables.RouteTablesByVpc, vpc.Key.Id).Any(t => t.Key.Id != vpc.RouteTableId)
        || state.Where(Ec2Tables.NetworkAclsByVpc, vpc.Key.Id).Any(a => !a.IsDefault)
        || state.Where(Ec2Tables.SecurityGroupsByVpc, vpc.Key.Id).Any(g => g.Key.Id != vpc.DefaultSecurityGroupId);

    private static Ipv4Range RangeFor(string cidr, string code)
    {
        if (!cidr.Contains('/', StringComparison.Ordinal) || !Ipv4Range.TryParse(cidr, out var range)) throw Ec2Errors.BadCidr(cidr);
        return range.Prefix is >= SmallestPrefix and <= LargestPrefix ? range : throw new AwsException(code, $"The CIDR '{cidr}' is invalid.");
    }

    /// <summary>Not as on AWS, where VPCs may overlap: here they are networks of one machine, each with its route.</summary>
    private static void DemandFree(IReadState state, Ipv4Range range)
    {
        if (state.All(Ec2Tables.Vpcs).FirstOrDefault(v => v.Ranges.Any(r => Ipv4Range.Parse(r).Overlaps(range))) is { } other)
            throw Ec2Errors.RangeTaken(range.ToString(), $"{other.Key.Id} ({string.Join(", ", other.Ranges)}) of account {other.Key.AccountId} in {other.Key.Region}");
    }

    private static Vpc ToWire(IReadState state, StoredVpc vpc) => new()
    {
        VpcId = vpc.Key.Id,
        OwnerId = vpc.Key.AccountId,
        CidrBlock = vpc.CidrBlock,
        CidrBlockAssociationSet =
        [
            .. vpc.MoreRanges.Prepend(new(vpc.CidrAssociationId, vpc.CidrBlock)).Select(r => ToWire(r, VpcCidrBlockStateCode.Associated)),
        ],
        Ipv6CidrBlockAssociationSet = [],
        DhcpOptionsId = vpc.DhcpOptionsId,
        InstanceTenancy = Tenancy.Default,
        IsDefault = vpc.IsDefault,
        State = VpcState.Available,
        Tags = ToWire(TagsOf(state, vpc.Key)),
    };

    private static VpcCidrBlockAssociation ToWire(VpcRange range, VpcCidrBlockStateCode state) =>
        new() { AssociationId = range.AssociationId, CidrBlock = range.CidrBlock, CidrBlockState = new() { State = state } };

    private static string Text(bool value) => value ? "true" : "false";

    private static string ArnOf(ResourceKey key, string type) => new Arn("ec2", key.Region, key.AccountId, $"{type}/{key.Id}").ToString();
}
