using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostSubnetsOfVpc = 200; // AWS's quota.

    private static readonly FilterSet<StoredSubnet> SubnetFilters = new(
        ("subnet-id", s => [s.Key.Id]),
        ("vpc-id", s => [s.VpcId]),
        ("availability-zone", s => [s.AvailabilityZone]),
        ("availabilityZone", s => [s.AvailabilityZone]),
        ("availability-zone-id", s => [s.AvailabilityZoneId]),
        ("cidr-block", s => [s.CidrBlock]),
        ("cidrBlock", s => [s.CidrBlock]),
        ("cidr", s => [s.CidrBlock]),
        ("default-for-az", s => [Text(s.IsDefault)]),
        ("defaultForAz", s => [Text(s.IsDefault)]),
        ("map-public-ip-on-launch", s => [Text(s.MapPublicIpOnLaunch)]),
        ("map-customer-owned-ip-on-launch", _ => ["false"]),
        ("enable-dns64", s => [Text(s.EnableDns64)]),
        ("ipv6-native", _ => ["false"]),
        ("ipv6-cidr-block-association.association-id", _ => []),
        ("ipv6-cidr-block-association.ipv6-cidr-block", _ => []),
        ("ipv6-cidr-block-association.state", _ => []),
        ("outpost-arn", _ => []),
        ("private-dns-name-options-on-launch.hostname-type", s => [s.UsesResourceNames ? "resource-name" : "ip-name"]),
        ("private-dns-name-options-on-launch.enable-resource-name-dns-a-record", s => [Text(s.EnableResourceNameDnsARecord)]),
        ("private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record", _ => ["false"]),
        ("owner-id", s => [s.Key.AccountId]),
        ("subnet-arn", s => [ArnOf(s)]),
        ("state", _ => ["available"]));

    public async Task<DescribeSubnetsResponse> DescribeSubnetsAsync(DescribeSubnetsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = SubnetFilters.Compile(request.Filters, s => TagsOf(state, s.Key));
        var subnets = Named(
            state, caller, request.SubnetIds, Ec2Tables.Subnets, () => state.Where(Ec2Tables.SubnetsByHome, HomeOf(caller)), Ec2Errors.SubnetNotFound);
        var (page, next) = Page(nameof(DescribeSubnetsAsync), subnets.Where(passes), s => s.Key.Id, request.MaxResults, request.NextToken);
        return new() { Subnets = [.. page.Select(s => ToWire(state, s))], NextToken = next };
    }

    public async Task<CreateSubnetResponse> CreateSubnetAsync(CreateSubnetRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (request.Ipv6Native is true || request.Ipv6CidrBlock is not null) throw Ec2Errors.NoIpv6();
        var cidr = request.CidrBlock ?? throw Ec2Errors.MissingParameter("cidrBlock");
        if (!cidr.Contains('/', StringComparison.Ordinal) || !Ipv4Range.TryParse(cidr, out var range)) throw Ec2Errors.BadCidr(cidr);
        var zone = ZoneFor(caller.Region, request.AvailabilityZone, request.AvailabilityZoneId);
        var tags = TagsFrom(request.TagSpecifications, "subnet", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            var vpc = VpcOf(tx, caller, request.VpcId);
            DemandRoom(tx, vpc, range, cidr);
            var subnet = new StoredSubnet
            {
                Key = KeyOf(caller, DefaultVpc.NewId("subnet", ids)), VpcId = vpc.Key.Id, CidrBlock = range.ToString(),
                AvailabilityZone = caller.Region + Places.ZoneLetters[zone], AvailabilityZoneId = Places.ZoneId(caller.Region, zone + 1),
                NetworkAcl = new(DefaultVpc.NewId("aclassoc", ids), vpc.NetworkAclId),
            };
            Homes.PutNew(tx, subnet);
            PutTags(tx, subnet.Key, tags);
            return subnet;
        }, ct);
        return new() { Subnet = ToWire(store.Current, made) };
    }

    public async Task<CreateDefaultSubnetResponse> CreateDefaultSubnetAsync(CreateDefaultSubnetRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        var zone = ZoneFor(caller.Region, request.AvailabilityZone, request.AvailabilityZoneId);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            var vpc = Homes.DefaultOf(tx, tx.Find(Ec2Tables.Homes, home.Home) ?? home)
                ?? throw new AwsException("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
            var name = caller.Region + Places.ZoneLetters[zone];
            if (tx.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id).FirstOrDefault(s => s.IsDefault && s.AvailabilityZone == name) is { } there)
                throw new AwsException("DefaultSubnetAlreadyExistsInAvailabilityZone", $"'{there.Key.Id}' is already the default subnet in {name}.");
            var subnet = DefaultVpc.SubnetIn(vpc, Ipv4Range.Parse(vpc.CidrBlock), zone, ids);
            DemandRoom(tx, vpc, Ipv4Range.Parse(subnet.CidrBlock), subnet.CidrBlock);
            Homes.PutNew(tx, subnet);
            return subnet;
        }, ct);
        return new() { Subnet = ToWire(store.Current, made) };
    }

    public async Task<DeleteSubnetResponse> DeleteSubnetAsync(DeleteSubnetRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var subnet = SubnetOf(tx, caller, request.SubnetId);
            if (tx.Count(Ec2Tables.InterfacesBySubnet, subnet.Key.Id) > 0 || tx.Count(Ec2Tables.MachinesBySubnet, subnet.Key.Id) > 0)
                throw Ec2Errors.HasDependencies($"subnet '{subnet.Key.Id}'");
            tx.Delete(Ec2Tables.Subnets, subnet.Key);
            tx.Delete(Ec2Tables.AddressPools, subnet.Key);
            tx.Delete(Ec2Tables.Tags, subnet.Key);
        }, ct);
        return new();
    }

    public async Task<ModifySubnetAttributeResponse> ModifySubnetAttributeAsync(ModifySubnetAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (request.AssignIpv6AddressOnCreation?.Value is true || request.EnableResourceNameDnsAAAARecordOnLaunch?.Value is true) throw Ec2Errors.NoIpv6();
        await store.UpdateAsync(tx =>
        {
            var subnet = SubnetOf(tx, caller, request.SubnetId);
            tx.Put(Ec2Tables.Subnets, subnet with
            {
                MapPublicIpOnLaunch = request.MapPublicIpOnLaunch?.Value ?? subnet.MapPublicIpOnLaunch,
                EnableDns64 = request.EnableDns64?.Value ?? subnet.EnableDns64,
                EnableResourceNameDnsARecord = request.EnableResourceNameDnsARecordOnLaunch?.Value ?? subnet.EnableResourceNameDnsARecord,
                UsesResourceNames = request.PrivateDnsHostnameTypeOnLaunch is { } type ? type is HostnameType.ResourceName : subnet.UsesResourceNames,
            });
        }, ct);
        return new();
    }

    private static StoredSubnet SubnetOf(IReadState state, Caller caller, string id) =>
        state.Find(Ec2Tables.Subnets, KeyOf(caller, id)) ?? throw Ec2Errors.SubnetNotFound(id);

    /// <summary>In a range of the VPC, of a size that AWS knows, and nobody else's.</summary>
    private static void DemandRoom(IReadState state, StoredVpc vpc, Ipv4Range range, string given)
    {
        if (range.Prefix is < SmallestPrefix or > LargestPrefix || !vpc.Ranges.Any(r => Ipv4Range.Parse(r).Holds(range)))
            throw new AwsException("InvalidSubnet.Range", $"The CIDR '{given}' is invalid.");
        var others = state.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id);
        if (others.Any(s => Ipv4Range.Parse(s.CidrBlock).Overlaps(range)))
            throw new AwsException("InvalidSubnet.Conflict", $"The CIDR '{given}' conflicts with another subnet");
        if (state.Count(Ec2Tables.SubnetsByVpc, vpc.Key.Id) >= MostSubnetsOfVpc)
            throw new AwsException("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
    }

    /// <returns>The zone's number from 0; AWS chooses one when none is given, here it is the first.</returns>
    private static int ZoneFor(string region, string? name, string? id)
    {
        if (name is null && id is null) return 0;
        for (var i = 0; i < Places.ZoneLetters.Count; i++)
        {
            if (name == region + Places.ZoneLetters[i] || (name is null && id == Places.ZoneId(region, i + 1))) return i;
        }
        throw Ec2Errors.Invalid($"Value ({name ?? id}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following "
            + $"availability zones: {string.Join(", ", Places.ZoneLetters.Select(l => region + l))}.");
    }

    private static Subnet ToWire(IReadState state, StoredSubnet subnet) => new()
    {
        SubnetId = subnet.Key.Id,
        SubnetArn = ArnOf(subnet),
        OwnerId = subnet.Key.AccountId,
        VpcId = subnet.VpcId,
        AvailabilityZone = subnet.AvailabilityZone,
        AvailabilityZoneId = subnet.AvailabilityZoneId,
        CidrBlock = subnet.CidrBlock,
        AvailableIpAddressCount = state.Find(Ec2Tables.AddressPools, subnet.Key)?.Free,
        DefaultForAz = subnet.IsDefault,
        MapPublicIpOnLaunch = subnet.MapPublicIpOnLaunch,
        MapCustomerOwnedIpOnLaunch = false,
        AssignIpv6AddressOnCreation = false,
        EnableDns64 = subnet.EnableDns64,
        Ipv6Native = false,
        Ipv6CidrBlockAssociationSet = [],
        PrivateDnsNameOptionsOnLaunch = new()
        {
            HostnameType = subnet.UsesResourceNames ? HostnameType.ResourceName : HostnameType.IpName,
            EnableResourceNameDnsARecord = subnet.EnableResourceNameDnsARecord, EnableResourceNameDnsAAAARecord = false,
        },
        State = SubnetState.Available,
        Tags = ToWire(TagsOf(state, subnet.Key)),
    };

    private static string ArnOf(StoredSubnet subnet) => ArnOf(subnet.Key, "subnet");
}
