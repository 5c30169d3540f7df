using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Api;

// Listeners and the health check.
internal sealed partial class ClassicApi
{
    private const int MostListeners = 100;

    public async Task<CreateLoadBalancerListenersResponse> CreateLoadBalancerListenersAsync(CreateLoadBalancerListenersRequest request, Caller caller, CancellationToken ct)
    {
        var added = request.Listeners.Select(Checked).ToImmutableArray();
        foreach (var arn in added.Select(l => l.Certificate).OfType<string>()) await certificates.DemandAsync(arn, caller, ct);
        await ChangeAsync(caller, request.LoadBalancerName, c => WithSecurity(c with { Listeners = WithListeners(c.Listeners, added, c.Key.Name) }), ct);
        return new();
    }

    public async Task<DeleteLoadBalancerListenersResponse> DeleteLoadBalancerListenersAsync(DeleteLoadBalancerListenersRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.LoadBalancerName, c => c with { Listeners = [.. c.Listeners.Where(l => !request.LoadBalancerPorts.Contains(l.Port))] }, ct);
        return new();
    }

    public async Task<SetLoadBalancerListenerSSLCertificateResponse> SetLoadBalancerListenerSSLCertificateAsync(
        SetLoadBalancerListenerSSLCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await certificates.DemandAsync(request.SSLCertificateId, caller, ct);
        await ChangeAsync(caller, request.LoadBalancerName, c => OnListener(c, request.LoadBalancerPort, l => l.Certificate is null
            ? throw new InvalidConfigurationRequestException($"The listener on port {l.Port} does not use HTTPS or SSL.") : l with { Certificate = request.SSLCertificateId }), ct);
        return new();
    }

    public async Task<ConfigureHealthCheckResponse> ConfigureHealthCheckAsync(ConfigureHealthCheckRequest request, Caller caller, CancellationToken ct)
    {
        var check = request.HealthCheck;
        if (ClassicPlanner.Parse(check.Target) is null)
        {
            var begins = check.Target.Split(':')[0].ToUpperInvariant() is "HTTP" or "HTTPS" or "TCP" or "SSL";
            throw ElbErrors.Validation(begins
                ? "HealthCheck HTTP Target must specify a port followed by a path that begins with a slash. e.g. HTTP:80/ping/this/path"
                : "HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL");
        }
        if (check.Timeout >= check.Interval) throw ElbErrors.Validation("HealthCheck timeout must be less than the interval.");
        var wanted = new ClassicCheck(check.Target, check.Interval, check.Timeout, check.UnhealthyThreshold, check.HealthyThreshold);
        await ChangeAsync(caller, request.LoadBalancerName, c => c with { Check = wanted }, ct);
        return new() { HealthCheck = Wire(wanted) };
    }

    private static ClassicListener Checked(Listener listener)
    {
        var protocol = listener.Protocol.ToUpperInvariant();
        // AWS: the instances are spoken to as the layer of the listener is without encryption.
        var inside = listener.InstanceProtocol?.ToUpperInvariant() ?? (IsHttp(protocol) ? "HTTP" : "TCP");
        foreach (var name in (string[])[protocol, inside])
        {
            if (name is not ("HTTP" or "HTTPS" or "TCP" or "SSL")) throw new UnsupportedProtocolException($"Protocol '{name}' is not supported");
        }
        if (IsHttp(protocol) != IsHttp(inside)) throw ElbErrors.Validation($"The listener protocol '{protocol}' and the instance protocol '{inside}' must be at the same layer");
        var isSecure = protocol is "HTTPS" or "SSL";
        if (isSecure && listener.SSLCertificateId is null) throw ElbErrors.Validation("Secure Listeners need to specify a SSLCertificateId");
        if (listener.LoadBalancerPort is < 1 or > 65535 || listener.InstancePort is < 1 or > 65535) throw ElbErrors.Validation("Ports must be between 1 and 65535");
        return new(protocol, listener.LoadBalancerPort, inside, listener.InstancePort, isSecure ? listener.SSLCertificateId : null)
        {
            Policies = isSecure ? [SslPolicies.Default] : [],
        };
    }

    /// <summary>AWS: the same listener once more is answered; another one on its port is refused.</summary>
    private static ImmutableArray<ClassicListener> WithListeners(ImmutableArray<ClassicListener> there, ImmutableArray<ClassicListener> added, string name)
    {
        foreach (var listener in added)
        {
            var same = there.FirstOrDefault(l => l.Port == listener.Port);
            if (same is null) there = there.Add(listener);
            else if (!AreSame(same, listener))
            {
                throw new DuplicateListenerException(
                    $"A listener already exists for {name} with LoadBalancerPort {listener.Port}, but with a different InstancePort, Protocol, or SSLCertificateId");
            }
        }
        return there.Length <= MostListeners ? there : throw new InvalidConfigurationRequestException($"A load balancer can have at most {MostListeners} listeners.");
    }

    private static bool AreSame(ClassicListener one, ClassicListener other) => one.Port == other.Port && one.Protocol == other.Protocol
        && one.InstancePort == other.InstancePort && one.InstanceProtocol == other.InstanceProtocol && one.Certificate == other.Certificate;

    /// <summary>AWS: a secure listener that is made has the default security policy, which its load balancer has from then on.</summary>
    private static ClassicState WithSecurity(ClassicState classic) =>
        classic.Policy(SslPolicies.Default) is null && classic.Listeners.Any(l => l.Policies.Contains(SslPolicies.Default))
            ? classic with { Policies = classic.Policies.Add(ClassicPolicies.Predefined.First(p => p.Name == SslPolicies.Default)) } : classic;

    private static ClassicState OnListener(ClassicState classic, int port, Func<ClassicListener, ClassicListener> change) => classic.Listeners.Any(l => l.Port == port)
        ? classic with { Listeners = [.. classic.Listeners.Select(l => l.Port == port ? change(l) : l)] }
        : throw new ListenerNotFoundException($"There is no listener on port {port} for load balancer '{classic.Key.Name}'.");

    private static HealthCheck Wire(ClassicCheck check) => new()
    {
        Target = check.Target, Interval = check.Interval, Timeout = check.Timeout, UnhealthyThreshold = check.Unhealthy, HealthyThreshold = check.Healthy,
    };

    private static bool IsHttp(string protocol) => protocol is "HTTP" or "HTTPS";
}
