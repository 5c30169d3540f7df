using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    private static readonly ImmutableArray<Limit> s_limits =
    [
        Limit("application-load-balancers", MostBalancers),
        Limit("certificates-per-application-load-balancer", 25),
        Limit("certificates-per-network-load-balancer", 25),
        Limit("condition-values-per-alb-rule", 5),
        Limit("condition-wildcards-per-alb-rule", 6),
        Limit("listeners-per-application-load-balancer", MostListeners),
        Limit("listeners-per-network-load-balancer", MostListeners),
        Limit("network-load-balancers", MostBalancers),
        Limit("rules-per-application-load-balancer", MostRules),
        Limit("target-groups", MostGroups),
        Limit("target-groups-per-action-on-application-load-balancer", 5),
        Limit("target-groups-per-action-on-network-load-balancer", 5),
        Limit("target-groups-per-application-load-balancer", Quotas.MostGroups),
        Limit("targets-per-application-load-balancer", Quotas.MostTargets),
        Limit("targets-per-network-load-balancer", Quotas.MostNetworkTargets),
        Limit("targets-per-target-group", MostTargets),
    ];

    public Task<DescribeAccountLimitsResponse> DescribeAccountLimitsAsync(DescribeAccountLimitsRequest request, Caller caller, CancellationToken ct)
    {
        var (page, next) = Page(nameof(DescribeAccountLimitsAsync), s_limits, l => l.Name ?? "", request.PageSize, request.Marker);
        return Task.FromResult<DescribeAccountLimitsResponse>(new() { Limits = page, NextMarker = next });
    }

    public Task<DescribeSSLPoliciesResponse> DescribeSSLPoliciesAsync(DescribeSSLPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var known = SslPolicies.All;
        if (request.Names is { IsDefaultOrEmpty: false } names)
        {
            if (names.FirstOrDefault(n => known.All(p => p.Name != n)) is not null) throw new SSLPolicyNotFoundException("One or more SSL policies not found");
            known = [.. known.Where(p => p.Name is { } name && names.Contains(name))];
        }
        var (page, next) = Page(nameof(DescribeSSLPoliciesAsync), known, p => p.Name ?? "", request.PageSize, request.Marker);
        return Task.FromResult<DescribeSSLPoliciesResponse>(new() { SslPolicies = page, NextMarker = next });
    }

    /// <summary>Nothing is reserved: a load balancer here has what the host has.</summary>
    public Task<DescribeCapacityReservationResponse> DescribeCapacityReservationAsync(
        DescribeCapacityReservationRequest request, Caller caller, CancellationToken ct)
    {
        FindBalancer(store.Current, caller, request.LoadBalancerArn);
        return Task.FromResult<DescribeCapacityReservationResponse>(new() { CapacityReservationState = [] });
    }

    private static Limit Limit(string name, int most) => new() { Name = name, Max = Text(most) };
}
