using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Api;

// Policies: kept and described; of a listener's, stickiness and predefined security policies have effect.
internal sealed partial class ClassicApi
{
    private const int MostPolicies = 100;

    public async Task<CreateAppCookieStickinessPolicyResponse> CreateAppCookieStickinessPolicyAsync(
        CreateAppCookieStickinessPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await AddAsync(caller, request.LoadBalancerName, new(request.PolicyName, ClassicPolicies.AppCookie, [new("CookieName", request.CookieName)]), ct);
        return new();
    }

    public async Task<CreateLBCookieStickinessPolicyResponse> CreateLBCookieStickinessPolicyAsync(
        CreateLBCookieStickinessPolicyRequest request, Caller caller, CancellationToken ct)
    {
        ImmutableArray<ClassicAttribute> attributes = request.CookieExpirationPeriod is { } seconds
            ? [new("CookieExpirationPeriod", seconds.ToString(CultureInfo.InvariantCulture))] : [];
        await AddAsync(caller, request.LoadBalancerName, new(request.PolicyName, ClassicPolicies.BalancerCookie, attributes), ct);
        return new();
    }

    public async Task<CreateLoadBalancerPolicyResponse> CreateLoadBalancerPolicyAsync(CreateLoadBalancerPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var type = ClassicPolicies.Types.FirstOrDefault(t => t.PolicyTypeName == request.PolicyTypeName)
            ?? throw new PolicyTypeNotFoundException($"Policy type {request.PolicyTypeName} not found");
        ImmutableArray<ClassicAttribute> given = [.. (request.PolicyAttributes ?? []).Select(a => new ClassicAttribute(a.AttributeName ?? "", a.AttributeValue ?? ""))];
        if (given.FirstOrDefault(a => (type.PolicyAttributeTypeDescriptions ?? []).All(d => d.AttributeName != a.Name)) is { } unknown)
        {
            throw new InvalidConfigurationRequestException($"Policy attribute '{unknown.Name}' is not valid for policy type '{request.PolicyTypeName}'");
        }
        if (request.PolicyTypeName is ClassicPolicies.Negotiation) given = Negotiated(given);
        await AddAsync(caller, request.LoadBalancerName, new(request.PolicyName, request.PolicyTypeName, given), ct);
        return new();
    }

    public async Task<DeleteLoadBalancerPolicyResponse> DeleteLoadBalancerPolicyAsync(DeleteLoadBalancerPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.LoadBalancerName, c => c.Listeners.Any(l => l.Policies.Contains(request.PolicyName)) || (c.Backends ?? []).Any(b => b.Policies.Contains(request.PolicyName))
            ? throw new InvalidConfigurationRequestException($"Policy '{request.PolicyName}' is enabled and cannot be deleted")
            : c with { Policies = [.. c.Policies.Where(p => p.Name != request.PolicyName)] }, ct);
        return new();
    }

    public async Task<SetLoadBalancerPoliciesOfListenerResponse> SetLoadBalancerPoliciesOfListenerAsync(
        SetLoadBalancerPoliciesOfListenerRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.LoadBalancerName, c =>
        {
            var policies = request.PolicyNames.Select(name => FindPolicy(c, name)).ToList();
            return OnListener(c, request.LoadBalancerPort, l =>
            {
                ClassicPolicies.Demand(l, policies);
                return l with { Policies = request.PolicyNames };
            });
        }, ct);
        return new();
    }

    public async Task<SetLoadBalancerPoliciesForBackendServerResponse> SetLoadBalancerPoliciesForBackendServerAsync(
        SetLoadBalancerPoliciesForBackendServerRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.LoadBalancerName, c =>
        {
            if (c.Listeners.All(l => l.InstancePort != request.InstancePort))
                throw new InvalidConfigurationRequestException($"There is no listener of load balancer '{c.Key.Name}' with instance port {request.InstancePort}");
            ClassicPolicies.DemandOfBackend([.. request.PolicyNames.Select(name => FindPolicy(c, name))]);
            var others = (c.Backends ?? []).Where(b => b.Port != request.InstancePort);
            return c with { Backends = request.PolicyNames.IsEmpty ? [.. others] : [.. others, new(request.InstancePort, request.PolicyNames)] };
        }, ct);
        return new();
    }

    public Task<DescribeLoadBalancerPoliciesResponse> DescribeLoadBalancerPoliciesAsync(DescribeLoadBalancerPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: without a load balancer, those that are predefined.
        var all = request.LoadBalancerName is { } name ? Find(store.Current, caller, name).Policies : ClassicPolicies.Predefined;
        if (request.PolicyNames is { IsDefaultOrEmpty: false } names)
        {
            all = [.. names.Select(n => all.FirstOrDefault(p => p.Name == n) ?? throw new PolicyNotFoundException($"There is no policy with name {n} for load balancer {request.LoadBalancerName}"))];
        }
        return Task.FromResult<DescribeLoadBalancerPoliciesResponse>(new()
        {
            PolicyDescriptions = [.. all.Select(p => new PolicyDescription
            {
                PolicyName = p.Name, PolicyTypeName = p.Type,
                PolicyAttributeDescriptions = [.. p.Attributes.Select(a => new PolicyAttributeDescription { AttributeName = a.Name, AttributeValue = a.Value })],
            })],
        });
    }

    public Task<DescribeLoadBalancerPolicyTypesResponse> DescribeLoadBalancerPolicyTypesAsync(
        DescribeLoadBalancerPolicyTypesRequest request, Caller caller, CancellationToken ct) => Task.FromResult<DescribeLoadBalancerPolicyTypesResponse>(new()
    {
        PolicyTypeDescriptions = request.PolicyTypeNames is { IsDefaultOrEmpty: false } names
            ? [.. names.Select(n => ClassicPolicies.Types.FirstOrDefault(t => t.PolicyTypeName == n) ?? throw new PolicyTypeNotFoundException($"Policy type {n} not found"))]
            : ClassicPolicies.Types,
    });

    private async Task AddAsync(Caller caller, string name, ClassicPolicy policy, CancellationToken ct) => await ChangeAsync(caller, name, c =>
    {
        ClassicPolicies.Demand(policy);
        if (c.Policy(policy.Name) is not null) throw new DuplicatePolicyNameException($"Policy with name {policy.Name} already exists");
        return c.Policies.Length < MostPolicies ? c with { Policies = c.Policies.Add(policy) } : throw new TooManyPoliciesException($"The maximum number of policies '{MostPolicies}' has been reached");
    }, ct);

    /// <summary>AWS: a reference to a predefined policy is that policy, spelled out.</summary>
    private static ImmutableArray<ClassicAttribute> Negotiated(ImmutableArray<ClassicAttribute> given)
    {
        if (given.FirstOrDefault(a => a.Name == ClassicPolicies.Reference)?.Value is not { } name) return given;
        return ClassicPolicies.Predefined.FirstOrDefault(p => p.Name == name)?.Attributes
            ?? throw new InvalidConfigurationRequestException($"Policy '{name}' is not a predefined security policy");
    }

    private static ClassicPolicy FindPolicy(ClassicState classic, string name) =>
        classic.Policy(name) ?? throw new PolicyNotFoundException($"There is no policy with name {name} for load balancer {classic.Key.Name}");
}
