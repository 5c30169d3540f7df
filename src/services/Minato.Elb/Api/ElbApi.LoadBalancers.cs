using System.Collections.Immutable;
using System.Net;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    private const int MostBalancers = 50;

    public async Task<CreateLoadBalancerResponse> CreateLoadBalancerAsync(CreateLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        var type = request.Type ?? LoadBalancerTypeEnum.Application;
        if (type is LoadBalancerTypeEnum.Gateway) throw ElbErrors.NotYet("load balancers of type 'gateway'");
        DemandIpv4(request.IpAddressType);
        DemandName("The load balancer", request.Name);
        if (request.Name.StartsWith("internal-", StringComparison.Ordinal))
        {
            throw ElbErrors.Validation($"The load balancer name '{request.Name}' cannot begin with 'internal-'");
        }
        var tags = Checked(request.Tags, caller);
        var (zones, vpcId) = await ZonesAsync(type, request.Subnets, request.SubnetMappings, caller, ct);
        var groups = await GroupsAsync(type, request.SecurityGroups, vpcId, caller, ct);
        var scheme = request.Scheme ?? LoadBalancerSchemeEnum.InternetFacing;
        var balancer = await store.UpdateAsync(tx =>
        {
            if (tx.Where(ElbTables.BalancersByName, (HomeOf(caller), request.Name)).FirstOrDefault() is { } same)
            {
                // AWS: an exact repeat is answered, not refused.
                return same.Scheme == scheme && same.Type == type && AreSame(same.Zones.Select(z => z.SubnetId), zones.Select(z => z.SubnetId))
                    && AreSame(same.SecurityGroups, groups) ? same : throw ElbErrors.DuplicateBalancer(request.Name);
            }
            // AWS: each type has a quota of its own.
            if (tx.Where(ElbTables.BalancersByHome, HomeOf(caller)).Count(b => b.Type == type) >= MostBalancers)
            {
                throw new TooManyLoadBalancersException($"The maximum number of load balancers '{MostBalancers}' has been reached");
            }
            var made = NewBalancer(tx, type, request.Name, scheme, vpcId, zones, groups, caller);
            tx.Put(ElbTables.Balancers, made);
            PutTags(tx, made.Arn, tags);
            return made;
        }, ct);
        return new() { LoadBalancers = [ToWire(store.Current, balancer)] };
    }

    public async Task<DeleteLoadBalancerResponse> DeleteLoadBalancerAsync(DeleteLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        DemandArn(request.LoadBalancerArn, "loadbalancer", "load balancer");
        await store.UpdateAsync(tx =>
        {
            // AWS: deleting what is not there succeeds.
            if (!IsOf(caller, request.LoadBalancerArn) || tx.Find(ElbTables.Balancers, request.LoadBalancerArn) is not { IsClassic: false } balancer) return;
            if (Attributes.Value(Attributes.Balancer, balancer.Attributes, "deletion_protection.enabled") is "true") throw ElbErrors.Protected(balancer.Arn);
            foreach (var listener in tx.Where(ElbTables.ListenersByBalancer, balancer.Arn).ToList()) Delete(tx, listener);
            tx.Delete(ElbTables.Balancers, balancer.Arn);
            tx.Delete(ElbTables.Tags, balancer.Arn);
            tx.Delete(ElbTables.Troubles, balancer.Arn);
        }, ct);
        return new();
    }

    public Task<DescribeLoadBalancersResponse> DescribeLoadBalancersAsync(DescribeLoadBalancersRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        IEnumerable<BalancerState> balancers;
        DemandFewBalancers(request.LoadBalancerArns);
        DemandFewBalancers(request.Names);
        if (request.LoadBalancerArns is { IsDefaultOrEmpty: false } arns)
        {
            balancers = [.. arns.Distinct(StringComparer.Ordinal).Select(a => FindBalancer(state, caller, a)).OrderBy(b => b.Arn, StringComparer.Ordinal)];
        }
        else if (request.Names is { IsDefaultOrEmpty: false } names)
        {
            var found = names.Distinct(StringComparer.Ordinal).ToDictionary(n => n, n => state.Where(ElbTables.BalancersByName, (HomeOf(caller), n)).FirstOrDefault());
            if (found.ContainsValue(null)) throw ElbErrors.BalancerNotFound(found.Where(f => f.Value is null).Select(f => f.Key));
            balancers = found.Values.OfType<BalancerState>().OrderBy(b => b.Arn, StringComparer.Ordinal);
        }
        else balancers = state.Where(ElbTables.BalancersByHome, HomeOf(caller));
        var (page, next) = Page(nameof(DescribeLoadBalancersAsync), balancers, b => b.Arn, request.PageSize, request.Marker);
        return Task.FromResult<DescribeLoadBalancersResponse>(new() { LoadBalancers = [.. page.Select(b => ToWire(state, b))], NextMarker = next });
    }

    private static void DemandFewBalancers(ImmutableArray<string>? named)
    {
        if (named is { IsDefault: false, Length: > MostDescribed and var asked })
            throw ElbErrors.Validation($"Up to {MostDescribed} load balancers can be described at a time, but {asked} were specified");
    }

    public async Task<SetSecurityGroupsResponse> SetSecurityGroupsAsync(SetSecurityGroupsRequest request, Caller caller, CancellationToken ct)
    {
        var before = FindBalancer(store.Current, caller, request.LoadBalancerArn);
        if (before is { IsNetwork: true, SecurityGroups.IsEmpty: true })
        {
            // AWS: only one that was made with security groups can have others.
            throw new InvalidConfigurationRequestException("You cannot set security groups on a Network Load Balancer that was created without security groups");
        }
        var vpcId = before.VpcId;
        var groups = await network.SecurityGroupsAsync(request.SecurityGroups, vpcId, caller, ct);
        await store.UpdateAsync(tx => tx.Put(
            ElbTables.Balancers, FindBalancer(tx, caller, request.LoadBalancerArn) with { SecurityGroups = groups }), ct);
        return new() { SecurityGroupIds = groups };
    }

    public async Task<SetSubnetsResponse> SetSubnetsAsync(SetSubnetsRequest request, Caller caller, CancellationToken ct)
    {
        DemandIpv4(request.IpAddressType);
        var type = FindBalancer(store.Current, caller, request.LoadBalancerArn).Type;
        var (zones, vpcId) = await ZonesAsync(type, request.Subnets, request.SubnetMappings, caller, ct);
        var balancer = await store.UpdateAsync(tx =>
        {
            var now = FindBalancer(tx, caller, request.LoadBalancerArn);
            if (now.VpcId != vpcId) throw new InvalidSubnetException($"The specified subnets are not in the VPC '{now.VpcId}' of the load balancer");
            now = now with { Zones = zones };
            tx.Put(ElbTables.Balancers, now);
            return now;
        }, ct);
        return new() { AvailabilityZones = ZonesToWire(balancer), IpAddressType = IpAddressType.Ipv4 };
    }

    public Task<SetIpAddressTypeResponse> SetIpAddressTypeAsync(SetIpAddressTypeRequest request, Caller caller, CancellationToken ct)
    {
        DemandIpv4(request.IpAddressType);
        FindBalancer(store.Current, caller, request.LoadBalancerArn);
        return Task.FromResult<SetIpAddressTypeResponse>(new() { IpAddressType = IpAddressType.Ipv4 });
    }

    /// <summary>One subnet a zone, two zones at least for an application load balancer.</summary>
    private async Task<(ImmutableArray<BalancerZone> Zones, string VpcId)> ZonesAsync(
        LoadBalancerTypeEnum type, ImmutableArray<string>? subnets, ImmutableArray<SubnetMapping>? mappings, Caller caller, CancellationToken ct)
    {
        var isNetwork = type is LoadBalancerTypeEnum.Network;
        if (mappings is { } asked && asked.Any(m => m.IPv6Address is not null || (!isNetwork && (m.AllocationId is not null || m.PrivateIPv4Address is not null))))
        {
            throw new InvalidConfigurationRequestException(
                $"Elastic IP addresses and private addresses of subnet mappings are not supported for load balancers with type '{type.ToWire()}'");
        }
        if (subnets is { IsDefaultOrEmpty: false } && mappings is { IsDefaultOrEmpty: false }) throw ElbErrors.Validation("You can specify either subnets or subnet mappings, but not both");
        ImmutableArray<string> wanted = [.. subnets ?? [], .. (mappings ?? []).Select(m => m.SubnetId).OfType<string>()];
        var facts = wanted.IsEmpty ? [] : await network.SubnetsAsync([.. wanted.Distinct(StringComparer.Ordinal)], caller, ct);
        if (facts.Select(f => f.Zone).Distinct(StringComparer.Ordinal).Count() < facts.Length)
        {
            throw new InvalidConfigurationRequestException("A load balancer cannot be attached to multiple subnets in the same Availability Zone");
        }
        if (facts.Length < (isNetwork ? 1 : 2))
        {
            throw ElbErrors.Validation(isNetwork ? "At least one subnet must be specified" : "At least two subnets in two different Availability Zones must be specified");
        }
        if (facts.FirstOrDefault(f => f.VpcId != facts[0].VpcId) is { } foreign)
        {
            throw new InvalidConfigurationRequestException($"All subnets must be in one VPC: '{facts[0].Id}' is in '{facts[0].VpcId}', '{foreign.Id}' in '{foreign.VpcId}'");
        }
        await network.DemandAllocationsAsync([.. (mappings ?? []).Select(m => m.AllocationId).OfType<string>()], caller, ct);
        return ([.. facts.OrderBy(f => f.Zone, StringComparer.Ordinal).Select(f => Zone(f, mappings))], facts[0].VpcId);
    }

    private static BalancerZone Zone(SubnetFact subnet, ImmutableArray<SubnetMapping>? mappings)
    {
        var mapping = (mappings ?? []).FirstOrDefault(m => m.SubnetId == subnet.Id);
        if (mapping?.PrivateIPv4Address is { } address && !(IPAddress.TryParse(address, out var parsed) && IPNetwork.Parse(subnet.Cidr).Contains(parsed)))
        {
            throw new InvalidConfigurationRequestException($"Address '{address}' is not in the CIDR range of subnet '{subnet.Id}'");
        }
        return new(subnet.Zone, subnet.Id, mapping?.AllocationId, mapping?.PrivateIPv4Address);
    }

    /// <summary>AWS: without being told, an application load balancer has the VPC's default group, a network load balancer none.</summary>
    private async Task<ImmutableArray<string>> GroupsAsync(
        LoadBalancerTypeEnum type, ImmutableArray<string>? groups, string vpcId, Caller caller, CancellationToken ct) =>
        type is LoadBalancerTypeEnum.Network && groups is not { IsDefaultOrEmpty: false } ? [] : await network.SecurityGroupsAsync(groups, vpcId, caller, ct);

    private BalancerState NewBalancer(
        IReadState state, LoadBalancerTypeEnum type, string name, LoadBalancerSchemeEnum scheme, string vpcId, ImmutableArray<BalancerZone> zones,
        ImmutableArray<string> groups, Caller caller)
    {
        var internalPrefix = scheme is LoadBalancerSchemeEnum.Internal ? "internal-" : "";
        var (isNetwork, id) = (type is LoadBalancerTypeEnum.Network, ids.Hex(16));
        return new()
        {
            Arn = ArnOf(caller, $"loadbalancer/{(isNetwork ? "net" : "app")}/{name}/{id}"),
            Type = type,
            Home = HomeOf(caller),
            Name = name,
            DnsName = isNetwork
                ? $"{name}-{id}.elb.{caller.Region}.amazonaws.com"
                : $"{internalPrefix}{name}-{1 + ids.Next(9)}{ids.Digits(9)}.{caller.Region}.elb.amazonaws.com",
            Scheme = scheme,
            VpcId = vpcId,
            Zones = zones,
            SecurityGroups = groups,
            CreatedAt = clock.GetUtcNow(),
            Address = addresses.Choose(state),
        };
    }

    private static void DemandIpv4(IpAddressType? type)
    {
        if (type is { } asked && asked is not IpAddressType.Ipv4) throw ElbErrors.NotYet($"IP address type '{asked.ToWire()}'");
    }

    private static bool AreSame(IEnumerable<string> one, IEnumerable<string> other) =>
        one.Order(StringComparer.Ordinal).SequenceEqual(other.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    private static LoadBalancer ToWire(IReadState state, BalancerState balancer)
    {
        var trouble = state.Find(ElbTables.Troubles, balancer.Arn);
        return new()
        {
            LoadBalancerArn = balancer.Arn,
            LoadBalancerName = balancer.Name,
            DNSName = balancer.DnsName,
            CanonicalHostedZoneId = HostedZones.Of(balancer),
            CreatedTime = balancer.CreatedAt,
            Scheme = balancer.Scheme,
            VpcId = balancer.VpcId,
            Type = balancer.Type,
            IpAddressType = IpAddressType.Ipv4,
            SecurityGroups = balancer is { IsNetwork: true, SecurityGroups.IsEmpty: true } ? null : balancer.SecurityGroups,
            AvailabilityZones = ZonesToWire(balancer),
            // Active at once: a client that sees "provisioning" waits half a minute for nothing.
            State = trouble is null
                ? new() { Code = LoadBalancerStateEnum.Active }
                : new() { Code = LoadBalancerStateEnum.ActiveImpaired, Reason = trouble.Reason },
        };
    }

    private static ImmutableArray<AvailabilityZone> ZonesToWire(BalancerState balancer) =>
        [.. balancer.Zones.Select(z => new AvailabilityZone
        {
            ZoneName = z.Name, SubnetId = z.SubnetId, LoadBalancerAddresses = [new() { IpAddress = balancer.Address, AllocationId = z.AllocationId, PrivateIPv4Address = z.PrivateAddress }],
        })];
}
