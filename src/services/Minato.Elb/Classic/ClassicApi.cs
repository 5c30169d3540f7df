using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.Planning;
using Minato.Elb.Reconcile;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

/// <summary>
/// The older API of Elastic Load Balancing (2012-06-01). AWS: one service with two APIs at one address, told apart by their version; so one
/// room. Classic Load Balancers carry traffic through the records that all load balancers have.
/// </summary>
internal sealed partial class ClassicApi(
    Store store, NetworkFacts network, CertificateFacts certificates, LoopbackAddresses addresses, TimeProvider clock, Ids ids, PageTokens tokens) : IElasticLoadBalancing
{
    private const int MostBalancers = 20;
    private const int MostTags = 10;

    public async Task<CreateLoadBalancerResponse> CreateLoadBalancerAsync(CreateLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        DemandName(request.LoadBalancerName);
        if (request.Listeners.IsDefaultOrEmpty) throw ElbErrors.Validation("Listeners cannot be empty");
        var scheme = request.Scheme ?? "internet-facing";
        if (scheme is not ("internet-facing" or "internal")) throw new InvalidSchemeException($"The specified scheme '{scheme}' is not valid");
        var listeners = request.Listeners.Select(Checked).ToImmutableArray();
        foreach (var arn in listeners.Select(l => l.Certificate).OfType<string>()) await certificates.DemandAsync(arn, caller, ct);
        var (zones, vpcId) = await ZonesAsync(request.Subnets, request.AvailabilityZones, caller, ct);
        var groups = await network.SecurityGroupsAsync(request.SecurityGroups, vpcId, caller, ct);
        var key = new ClassicKey(new(caller.AccountId, caller.Region), request.LoadBalancerName);
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Find(ElbTables.Classics, key) is { } same)
            {
                // AWS: an exact repeat is answered, not refused.
                return same.Scheme == scheme && same.Listeners.Length == listeners.Length && same.Listeners.Zip(listeners, AreSame).All(s => s) && same.Zones.SequenceEqual(zones) ? same
                    : throw new DuplicateAccessPointNameException($"Load balancer with name '{key.Name}' already exists and it is configured with different parameters.");
            }
            if (tx.Count(ElbTables.ClassicsByHome, key.Home) >= MostBalancers) throw new TooManyAccessPointsException("Exceeded quota of account");
            var classic = new ClassicState
            {
                Key = key, Id = ids.Hex(16), Scheme = scheme, VpcId = vpcId, Zones = zones, SecurityGroups = groups, CreatedAt = clock.GetUtcNow(),
                DnsName = $"{(scheme is "internal" ? "internal-" : "")}{key.Name}-{1 + ids.Next(9)}{ids.Digits(9)}.{caller.Region}.elb.amazonaws.com",
                Address = addresses.Choose(tx), Check = ClassicCheck.Default, Listeners = WithListeners([], listeners, key.Name), Tags = Merge(Given.None, request.Tags),
            };
            classic = WithSecurity(classic);
            ClassicShadow.Put(tx, classic, clock.GetUtcNow());
            return classic;
        }, ct);
        return new() { DNSName = made.DnsName };
    }

    public async Task<DeleteLoadBalancerResponse> DeleteLoadBalancerAsync(DeleteLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            // AWS: deleting what is not there succeeds.
            if (tx.Find(ElbTables.Classics, KeyOf(caller, request.LoadBalancerName)) is { } classic) ClassicShadow.Delete(tx, classic);
        }, ct);
        return new();
    }

    public Task<DescribeLoadBalancersResponse> DescribeLoadBalancersAsync(DescribeLoadBalancersRequest request, Caller caller, CancellationToken ct)
    {
        const int Most = 400;
        var state = store.Current;
        var after = request.Marker is null ? null
            : tokens.Decode(nameof(ClassicApi), request.Marker) ?? throw ElbErrors.Validation("The specified marker is not valid");
        IEnumerable<ClassicState> found = request.LoadBalancerNames is { IsDefaultOrEmpty: false } names
            ? names.Distinct(StringComparer.Ordinal).Select(n => Find(state, caller, n)).ToList()
            : state.Where(ElbTables.ClassicsByHome, new(caller.AccountId, caller.Region)).Where(c => after is null || string.CompareOrdinal(c.Key.Name, after) > 0);
        var size = Math.Clamp(request.PageSize ?? Most, 1, Most);
        var page = found.Take(size + 1).ToList();
        return Task.FromResult<DescribeLoadBalancersResponse>(new()
        {
            LoadBalancerDescriptions = [.. page.Take(size).Select(Describe)],
            NextMarker = page.Count > size ? tokens.Encode(nameof(ClassicApi), page[size - 1].Key.Name) : null,
        });
    }

    public Task<DescribeAccountLimitsResponse> DescribeAccountLimitsAsync(DescribeAccountLimitsRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult<DescribeAccountLimitsResponse>(new()
        {
            Limits =
            [
                new() { Name = "classic-load-balancers", Max = Text(MostBalancers) }, new() { Name = "classic-listeners", Max = Text(MostListeners) },
                new() { Name = "classic-registered-instances", Max = Text(MostInstances) },
            ],
        });

    private static void DemandName(string name)
    {
        if (name.Length > 32) throw ElbErrors.Validation("LoadBalancer name cannot be longer than 32 characters");
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-'))
        {
            throw ElbErrors.Validation("LoadBalancer name cannot contain characters that are not letters, or digits or the dash.");
        }
        if (name.StartsWith('-') || name.EndsWith('-')) throw ElbErrors.Validation("LoadBalancer name cannot begin or end with a dash.");
    }

    private static ClassicKey KeyOf(Caller caller, string name) => new(new(caller.AccountId, caller.Region), name);

    private static ClassicState Find(IReadState state, Caller caller, string name) =>
        state.Find(ElbTables.Classics, KeyOf(caller, name)) ?? throw new AccessPointNotFoundException($"There is no ACTIVE Load Balancer named '{name}'");

    private ValueTask<ClassicState> ChangeAsync(Caller caller, string name, Func<ClassicState, ClassicState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var changed = change(Find(tx, caller, name));
        ClassicShadow.Put(tx, changed, clock.GetUtcNow());
        return changed;
    }, ct);

    private static LoadBalancerDescription Describe(ClassicState classic) => new()
    {
        LoadBalancerName = classic.Key.Name,
        DNSName = classic.DnsName,
        CanonicalHostedZoneName = classic.DnsName,
        CanonicalHostedZoneNameID = HostedZones.OfApplication(classic.Key.Home.Region),
        ListenerDescriptions = [.. classic.Listeners.OrderBy(l => l.Port).Select(l => new ListenerDescription
        {
            Listener = new() { Protocol = l.Protocol, LoadBalancerPort = l.Port, InstanceProtocol = l.InstanceProtocol, InstancePort = l.InstancePort, SSLCertificateId = l.Certificate },
            PolicyNames = l.Policies,
        })],
        Policies = new()
        {
            AppCookieStickinessPolicies = [.. classic.Policies.Where(p => p.Type is ClassicPolicies.AppCookie)
                .Select(p => new AppCookieStickinessPolicy { PolicyName = p.Name, CookieName = p.Attributes.FirstOrDefault()?.Value })],
            LBCookieStickinessPolicies = [.. classic.Policies.Where(p => p.Type is ClassicPolicies.BalancerCookie).Select(p => new LBCookieStickinessPolicy
            {
                PolicyName = p.Name, CookieExpirationPeriod = long.TryParse(p.Attributes.FirstOrDefault()?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null,
            })],
            OtherPolicies = [.. classic.Policies.Where(p => p.Type is not (ClassicPolicies.AppCookie or ClassicPolicies.BalancerCookie)).Select(p => p.Name)],
        },
        BackendServerDescriptions = [.. (classic.Backends ?? []).OrderBy(b => b.Port).Select(b => new BackendServerDescription { InstancePort = b.Port, PolicyNames = b.Policies })],
        AvailabilityZones = [.. classic.Zones.Select(z => z.Name)],
        Subnets = [.. classic.Zones.Select(z => z.SubnetId)],
        VPCId = classic.VpcId,
        Instances = [.. classic.Instances.Select(i => new Instance { InstanceId = i.Id })],
        HealthCheck = Wire(classic.Check),
        SourceSecurityGroup = new() { OwnerAlias = classic.Key.Home.AccountId, GroupName = "default" },
        SecurityGroups = classic.SecurityGroups,
        CreatedTime = classic.CreatedAt,
        Scheme = classic.Scheme,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
