using System.Collections.Immutable;
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
        if ((request.Type ?? LoadBalancerTypeEnum.Application) is not LoadBalancerTypeEnum.Application)
        {
            throw ElbErrors.NotYet($"load balancers of type '{request.Type?.ToWire()}'");
        }
        DemandIpv4(request.IpAddressType);
        DemandName("The load balancer", request.Name);
        if (request.Name.StartsWith("internal-", StringComparison.Ordinal))
        {
            throw ElbErrors.Validation($"The load balancer name '{request.Name}' cannot begin with 'internal-'");
        }
        var tags = Checked(request.Tags);
        var (zones, vpcId) = await ZonesAsync(request.Subnets, request.SubnetMappings, caller, ct);
        var groups = await network.SecurityGroupsAsync(request.SecurityGroups, vpcId, caller, ct);
        var scheme = request.Scheme ?? LoadBalancerSchemeEnum.InternetFacing;
        var balancer = await store.UpdateAsync(tx =>
        {
            if (tx.Where(ElbTables.BalancersByName, (HomeOf(caller), request.Name)).FirstOrDefault() is { } same)
            {
                // AWS: an exact repeat is answered, not refused.
                return same.Scheme == scheme && AreSame(same.Zones.Select(z => z.SubnetId), zones.Select(z => z.SubnetId))
                    && AreSame(same.SecurityGroups, groups) ? same : throw ElbErrors.DuplicateBalancer(request.Name);
            }
            if (tx.Count(ElbTables.BalancersByHome, HomeOf(caller)) >= MostBalancers)
            {
                throw new TooManyLoadBalancersException($"The maximum number of load balancers '{MostBalancers}' has been reached");
            }
            var made = NewBalancer(tx, request.Name, scheme, vpcId, zones, groups, caller);
            tx.Put(ElbTables.Balancers, made);
            PutTags(tx, made.Arn, tags);
            return made;
        }, ct);
        return new() { LoadBalancers = [ToWire(store.Current, balancer)] };
    }

    public async Task<DeleteLoadBalancerResponse> DeleteLoadBalancerAsync(DeleteLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            // AWS: deleting what is not there succeeds.
            if (!IsOf(caller, request.LoadBalancerArn) || tx.Find(ElbTables.Balancers, request.LoadBalancerArn) is not { } balancer) return;
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

    public async Task<SetSecurityGroupsResponse> SetSecurityGroupsAsync(SetSecurityGroupsRequest request, Caller caller, CancellationToken ct)
    {
        var vpcId = FindBalancer(store.Current, caller, request.LoadBalancerArn).VpcId;
        var groups = await network.SecurityGroupsAsync(request.SecurityGroups, vpcId, caller, ct);
        await store.UpdateAsync(tx => tx.Put(
            ElbTables.Balancers, FindBalancer(tx, caller, request.LoadBalancerArn) with { SecurityGroups = groups }), ct);
        return new() { SecurityGroupIds = groups };
    }

    public async Task<SetSubnetsResponse> SetSubnetsAsync(SetSubnetsRequest request, Caller caller, CancellationToken ct)
    {
        DemandIpv4(request.IpAddressType);
        FindBalancer(store.Current, caller, request.LoadBalancerArn);
        var (zones, vpcId) = await ZonesAsync(request.Subnets, request.SubnetMappings, caller, ct);
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

    /// <summary>One subnet a zone, two zones at least.</summary>
    private async Task<(ImmutableArray<BalancerZone> Zones, string VpcId)> ZonesAsync(
        ImmutableArray<string>? subnets, ImmutableArray<SubnetMapping>? mappings, Caller caller, CancellationToken ct)
    {
        if (mappings is { } asked && asked.Any(m => m.AllocationId is not null || m.PrivateIPv4Address is not null || m.IPv6Address is not null))
        {
            throw new InvalidConfigurationRequestException("Elastic IP addresses and private addresses of subnet mappings are not supported for load balancers with type 'application'");
        }
        ImmutableArray<string> wanted = [.. subnets ?? [], .. (mappings ?? []).Select(m => m.SubnetId).OfType<string>()];
        var facts = wanted.IsEmpty ? [] : await network.SubnetsAsync([.. wanted.Distinct(StringComparer.Ordinal)], caller, ct);
        if (facts.Select(f => f.Zone).Distinct(StringComparer.Ordinal).Count() < facts.Length)
        {
            throw new InvalidConfigurationRequestException("A load balancer cannot be attached to multiple subnets in the same Availability Zone");
        }
        if (facts.Length < 2) throw ElbErrors.Validation("At least two subnets in two different Availability Zones must be specified");
        return ([.. facts.OrderBy(f => f.Zone, StringComparer.Ordinal).Select(f => new BalancerZone(f.Zone, f.Id))], facts[0].VpcId);
    }

    private BalancerState NewBalancer(
        IReadState state, string name, LoadBalancerSchemeEnum scheme, string vpcId, ImmutableArray<BalancerZone> zones,
        ImmutableArray<string> groups, Caller caller)
    {
        var internalPrefix = scheme is LoadBalancerSchemeEnum.Internal ? "internal-" : "";
        return new()
        {
            Arn = ArnOf(caller, $"loadbalancer/app/{name}/{ids.Hex(16)}"),
            Home = HomeOf(caller),
            Name = name,
            DnsName = $"{internalPrefix}{name}-{1 + ids.Next(9)}{ids.Digits(9)}.{caller.Region}.elb.amazonaws.com",
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
            CanonicalHostedZoneId = HostedZones.Of(balancer.Home.Region),
            CreatedTime = balancer.CreatedAt,
            Scheme = balancer.Scheme,
            VpcId = balancer.VpcId,
            Type = LoadBalancerTypeEnum.Application,
            IpAddressType = IpAddressType.Ipv4,
            SecurityGroups = balancer.SecurityGroups,
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
            ZoneName = z.Name, SubnetId = z.SubnetId, LoadBalancerAddresses = [new() { IpAddress = balancer.Address }],
        })];
}
