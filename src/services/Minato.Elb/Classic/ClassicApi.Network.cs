using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.State;

namespace Minato.Elb.Api;

// Subnets, zones and security groups.
internal sealed partial class ClassicApi
{
    public async Task<AttachLoadBalancerToSubnetsResponse> AttachLoadBalancerToSubnetsAsync(AttachLoadBalancerToSubnetsRequest request, Caller caller, CancellationToken ct)
    {
        var added = await network.SubnetsAsync(request.Subnets, caller, ct);
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c => c with { Zones = Join(c, added) }, ct);
        return new() { Subnets = [.. changed.Zones.Select(z => z.SubnetId)] };
    }

    public async Task<DetachLoadBalancerFromSubnetsResponse> DetachLoadBalancerFromSubnetsAsync(DetachLoadBalancerFromSubnetsRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c => Left(c, z => !request.Subnets.Contains(z.SubnetId)), ct);
        return new() { Subnets = [.. changed.Zones.Select(z => z.SubnetId)] };
    }

    public async Task<EnableAvailabilityZonesForLoadBalancerResponse> EnableAvailabilityZonesForLoadBalancerAsync(
        EnableAvailabilityZonesForLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        var added = await network.DefaultSubnetsAsync(request.AvailabilityZones, caller, ct);
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c => c with { Zones = Join(c, added) }, ct);
        return new() { AvailabilityZones = [.. changed.Zones.Select(z => z.Name)] };
    }

    public async Task<DisableAvailabilityZonesForLoadBalancerResponse> DisableAvailabilityZonesForLoadBalancerAsync(
        DisableAvailabilityZonesForLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c => Left(c, z => !request.AvailabilityZones.Contains(z.Name)), ct);
        return new() { AvailabilityZones = [.. changed.Zones.Select(z => z.Name)] };
    }

    public async Task<ApplySecurityGroupsToLoadBalancerResponse> ApplySecurityGroupsToLoadBalancerAsync(
        ApplySecurityGroupsToLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        var vpcId = Find(store.Current, caller, request.LoadBalancerName).VpcId;
        var groups = await network.SecurityGroupsAsync(request.SecurityGroups, vpcId, caller, ct);
        await ChangeAsync(caller, request.LoadBalancerName, c => c with { SecurityGroups = groups }, ct);
        return new() { SecurityGroups = groups };
    }

    private async Task<(ImmutableArray<BalancerZone> Zones, string VpcId)> ZonesAsync(
        ImmutableArray<string>? subnets, ImmutableArray<string>? zones, Caller caller, CancellationToken ct)
    {
        var facts = (subnets, zones) switch
        {
            ({ IsDefaultOrEmpty: false } given, null or { IsDefaultOrEmpty: true }) => await network.SubnetsAsync(given, caller, ct),
            (null or { IsDefaultOrEmpty: true }, { IsDefaultOrEmpty: false } named) => await network.DefaultSubnetsAsync(named, caller, ct),
            ({ IsDefaultOrEmpty: false }, _) => throw ElbErrors.Validation("Only one of SubnetIds or AvailabilityZones may be specified"),
            _ => throw ElbErrors.Validation("Either AvailabilityZones or SubnetIds must be specified"),
        };
        DemandOneAZone(facts.Select(f => f.Zone));
        return ([.. facts.Select(Zone).OrderBy(z => z.Name, StringComparer.Ordinal)], facts[0].VpcId);
    }

    private static ImmutableArray<BalancerZone> Join(ClassicState classic, ImmutableArray<SubnetFact> added)
    {
        if (added.FirstOrDefault(s => s.VpcId != classic.VpcId) is { } foreign) throw new InvalidSubnetException($"Subnet {foreign.Id} is not in the VPC of the load balancer.");
        ImmutableArray<BalancerZone> all = [.. classic.Zones.Concat(added.Select(Zone)).Distinct().OrderBy(z => z.Name, StringComparer.Ordinal)];
        DemandOneAZone(all.Select(z => z.Name));
        return all;
    }

    private static ClassicState Left(ClassicState classic, Func<BalancerZone, bool> stays) => classic with { Zones = [.. classic.Zones.Where(stays)] } is { Zones.IsEmpty: false } left
        ? left : throw new InvalidConfigurationRequestException("A load balancer must have at least one Availability Zone.");

    private static void DemandOneAZone(IEnumerable<string> zones)
    {
        if (zones.GroupBy(z => z, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidConfigurationRequestException($"ELB cannot be attached to multiple subnets in the same AZ: {twice.Key}");
        }
    }

    private static BalancerZone Zone(SubnetFact subnet) => new(subnet.Zone, subnet.Id);
}
