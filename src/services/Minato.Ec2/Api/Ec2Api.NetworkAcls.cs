using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Network ACLs.
internal sealed partial class Ec2Api
{
    private const int MostAclEntries = 40;

    private static readonly FilterSet<NetworkAcl> AclFilters = new(
        ("network-acl-id", a => [a.NetworkAclId]),
        ("vpc-id", a => [a.VpcId]),
        ("default", a => [Text(a.IsDefault is true)]),
        ("owner-id", a => [a.OwnerId]),
        ("association.subnet-id", a => a.Associations.OrNone().Select(s => s.SubnetId)),
        ("association.network-acl-id", a => a.Associations.OrNone().Select(s => s.NetworkAclId)),
        ("association.association-id", a => a.Associations.OrNone().Select(s => s.NetworkAclAssociationId)),
        ("entry.cidr", a => a.Entries.OrNone().Select(e => e.CidrBlock)),
        ("entry.ipv6-cidr", a => a.Entries.OrNone().Select(e => e.Ipv6CidrBlock)),
        ("entry.icmp.type", a => a.Entries.OrNone().Select(e => Text(e.IcmpTypeCode?.Type))),
        ("entry.icmp.code", a => a.Entries.OrNone().Select(e => Text(e.IcmpTypeCode?.Code))),
        ("entry.port-range.from", a => a.Entries.OrNone().Select(e => Text(e.PortRange?.From))),
        ("entry.port-range.to", a => a.Entries.OrNone().Select(e => Text(e.PortRange?.To))),
        ("entry.egress", a => a.Entries.OrNone().Select(e => Text(e.Egress is true))),
        ("entry.protocol", a => a.Entries.OrNone().SelectMany(e => new[] { e.Protocol, e.Protocol switch { "6" => "tcp", "17" => "udp", "1" => "icmp", _ => null } })),
        ("entry.rule-action", a => a.Entries.OrNone().Select(e => e.RuleAction?.ToWire())),
        ("entry.rule-number", a => a.Entries.OrNone().Select(e => Text(e.RuleNumber))));

    public async Task<DescribeNetworkAclsResponse> DescribeNetworkAclsAsync(DescribeNetworkAclsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = AclFilters.Compile(request.Filters, a => TagsOf(state, KeyOf(caller, a.NetworkAclId ?? "")));
        var acls = Named(state, caller, request.NetworkAclIds, Ec2Tables.NetworkAcls,
            () => state.Where(Ec2Tables.NetworkAclsByHome, HomeOf(caller)), Ec2Errors.AclNotFound);
        var (page, next) = Page(
            nameof(DescribeNetworkAclsAsync), acls.Select(a => ToWire(state, a)).Where(passes), a => a.NetworkAclId ?? "", request.MaxResults, request.NextToken);
        return new() { NetworkAcls = page, NextToken = next };
    }

    public async Task<CreateNetworkAclResponse> CreateNetworkAclAsync(CreateNetworkAclRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var tags = TagsFrom(request.TagSpecifications, "network-acl", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            var acl = VpcParts.AclOf(KeyOf(caller, DefaultVpc.NewId("acl", ids)), VpcOf(tx, caller, request.VpcId).Key.Id, isDefault: false);
            tx.Put(Ec2Tables.NetworkAcls, acl);
            PutTags(tx, acl.Key, tags);
            return acl;
        }, ct);
        return new() { NetworkAcl = ToWire(store.Current, made), ClientToken = request.ClientToken };
    }

    public async Task<DeleteNetworkAclResponse> DeleteNetworkAclAsync(DeleteNetworkAclRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var acl = AclOf(tx, caller, request.NetworkAclId);
            if (acl.IsDefault) throw Ec2Errors.Invalid($"cannot delete default network ACL {acl.Key.Id}");
            if (SubnetsOf(tx, acl).Any()) throw Ec2Errors.HasDependencies($"networkAcl '{acl.Key.Id}'");
            tx.Delete(Ec2Tables.NetworkAcls, acl.Key);
            tx.Delete(Ec2Tables.Tags, acl.Key);
        }, ct);
        return new();
    }

    public async Task<CreateNetworkAclEntryResponse> CreateNetworkAclEntryAsync(CreateNetworkAclEntryRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var entry = Entry(request.RuleNumber, request.Egress, request.Protocol, request.RuleAction, request.CidrBlock, request.Ipv6CidrBlock, request.PortRange, request.IcmpTypeCode);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var acl = AclOf(tx, caller, request.NetworkAclId);
            if (Find(acl, entry) is not null)
                throw new AwsException("NetworkAclEntryAlreadyExists", $"The network acl entry identified by {entry.Number} already exists.");
            if (acl.Entries.Count(e => e.IsEgress == entry.IsEgress) >= MostAclEntries)
                throw new AwsException("NetworkAclEntryLimitExceeded", "The maximum number of entries for this network ACL has been reached.");
            tx.Put(Ec2Tables.NetworkAcls, acl with { Entries = acl.Entries.Add(entry) });
        }, ct);
        return new();
    }

    public async Task<ReplaceNetworkAclEntryResponse> ReplaceNetworkAclEntryAsync(ReplaceNetworkAclEntryRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var entry = Entry(request.RuleNumber, request.Egress, request.Protocol, request.RuleAction, request.CidrBlock, request.Ipv6CidrBlock, request.PortRange, request.IcmpTypeCode);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var acl = AclOf(tx, caller, request.NetworkAclId);
            tx.Put(Ec2Tables.NetworkAcls, acl with { Entries = acl.Entries.Replace(Find(acl, entry) ?? throw NoEntry(acl, entry.Number), entry) });
        }, ct);
        return new();
    }

    public async Task<DeleteNetworkAclEntryResponse> DeleteNetworkAclEntryAsync(DeleteNetworkAclEntryRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var acl = AclOf(tx, caller, request.NetworkAclId);
            var gone = acl.Entries.FirstOrDefault(e => e.Number == request.RuleNumber && e.IsEgress == request.Egress && e.Number != VpcParts.LastEntry)
                ?? throw NoEntry(acl, request.RuleNumber);
            tx.Put(Ec2Tables.NetworkAcls, acl with { Entries = acl.Entries.Remove(gone) });
        }, ct);
        return new();
    }

    public async Task<ReplaceNetworkAclAssociationResponse> ReplaceNetworkAclAssociationAsync(
        ReplaceNetworkAclAssociationRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var id = await store.UpdateAsync(tx =>
        {
            var acl = AclOf(tx, caller, request.NetworkAclId);
            var subnet = SubnetBy(tx, Ec2Tables.SubnetsByAclAssociation, caller, request.AssociationId);
            if (subnet.VpcId != acl.VpcId) throw Ec2Errors.Invalid($"networkAcl {acl.Key.Id} and subnet {subnet.Key.Id} belong to different networks");
            var made = new TableAssociation(DefaultVpc.NewId("aclassoc", ids), acl.Key.Id);
            tx.Put(Ec2Tables.Subnets, subnet with { NetworkAcl = made });
            return made.Id;
        }, ct);
        return new() { NewAssociationId = id };
    }

    private static StoredNetworkAcl AclOf(IReadState state, Caller caller, string id) =>
        state.Find(Ec2Tables.NetworkAcls, KeyOf(caller, id)) ?? throw Ec2Errors.AclNotFound(id);

    private static AclEntry? Find(StoredNetworkAcl acl, AclEntry like) => acl.Entries.FirstOrDefault(e => e.Number == like.Number && e.IsEgress == like.IsEgress);

    private static AwsException NoEntry(StoredNetworkAcl acl, int number) =>
        new("InvalidNetworkAclEntry.NotFound", $"The network acl entry with rule number {number} does not exist in network ACL {acl.Key.Id}");

    private static IEnumerable<StoredSubnet> SubnetsOf(IReadState state, StoredNetworkAcl acl) =>
        state.Where(Ec2Tables.SubnetsByVpc, acl.VpcId).Where(s => s.NetworkAcl.OtherId == acl.Key.Id);

    private static AclEntry Entry(
        int number, bool egress, string protocol, RuleAction action, string? cidr, string? ipv6, PortRange? ports, IcmpTypeCode? icmp)
    {
        if (number is < 1 or >= VpcParts.LastEntry) throw Ec2Errors.Invalid($"Value ({number}) for parameter ruleNumber is invalid. Rule numbers are from 1 to 32766.");
        if ((cidr is null) == (ipv6 is null)) throw Ec2Errors.MissingParameter("cidrBlock or ipv6CidrBlock");
        if (cidr is not null && (!cidr.Contains('/', StringComparison.Ordinal) || !Ipv4Range.TryParse(cidr, out _))) throw Ec2Errors.BadCidr(cidr);
        if (ipv6 is not null && Ipv6Block.Canonical(ipv6) is null) throw Ec2Errors.BadCidr(ipv6, "ipv6CidrBlock");
        var known = protocol switch { "tcp" => "6", "udp" => "17", "icmp" => "1", "icmpv6" => "58", "all" => "-1", _ => protocol };
        if (known is not "-1" && !byte.TryParse(known, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw Ec2Errors.Invalid($"Invalid value '{protocol}' for protocol. Must be -1, a name or a number from 0 to 255.");
        CheckPorts(known, ports, icmp);
        return new()
        {
            Number = number, IsEgress = egress, Protocol = known, Action = action, Cidr = cidr is null ? null : Ipv4Range.Parse(cidr).ToString(), Ipv6Cidr = Ipv6Block.Canonical(ipv6),
            FromPort = ports?.From, ToPort = ports?.To, IcmpType = icmp?.Type, IcmpCode = icmp?.Code,
        };
    }

    private static void CheckPorts(string protocol, PortRange? ports, IcmpTypeCode? icmp)
    {
        if (protocol is "1" or "58" && (icmp?.Type is < -1 or > RuleWords.HighestIcmp || icmp?.Code is < -1 or > RuleWords.HighestIcmp))
            throw Ec2Errors.Invalid($"Invalid value for ICMP type ({icmp.Type}) or code ({icmp.Code}). Each must be -1 or a number from 0 to 255.");
        if (protocol is not ("6" or "17")) return;
        if (ports is not { From: { } from, To: { } to }) throw Ec2Errors.MissingParameter("portRange");
        if (from < 0 || to > RuleWords.HighestPort || from > to) throw Ec2Errors.Invalid($"Invalid TCP/UDP port range ({from}:{to})");
    }

    private static NetworkAcl ToWire(IReadState state, StoredNetworkAcl acl) => new()
    {
        NetworkAclId = acl.Key.Id,
        VpcId = acl.VpcId,
        OwnerId = acl.Key.AccountId,
        IsDefault = acl.IsDefault,
        Associations = [.. SubnetsOf(state, acl).Select(s => new NetworkAclAssociation
        {
            NetworkAclAssociationId = s.NetworkAcl.Id, NetworkAclId = acl.Key.Id, SubnetId = s.Key.Id,
        })],
        Entries = [.. acl.Entries.OrderByDescending(e => e.IsEgress).ThenBy(e => e.Number).Select(ToWire)],
        Tags = ToWire(TagsOf(state, acl.Key)),
    };

    private static NetworkAclEntry ToWire(AclEntry entry) => new()
    {
        RuleNumber = entry.Number,
        Egress = entry.IsEgress,
        Protocol = entry.Protocol,
        RuleAction = entry.Action,
        CidrBlock = entry.Cidr,
        Ipv6CidrBlock = entry.Ipv6Cidr,
        PortRange = entry.FromPort is null ? null : new() { From = entry.FromPort, To = entry.ToPort },
        IcmpTypeCode = entry.IcmpType is null ? null : new() { Type = entry.IcmpType, Code = entry.IcmpCode },
    };
}
