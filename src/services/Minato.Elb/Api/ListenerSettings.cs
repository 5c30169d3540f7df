using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Api;

/// <summary>What a listener speaks, as a request or a stored listener has it, checked against what its kind of load balancer can.</summary>
internal sealed record ListenerSettings(ProtocolEnum Protocol, int Port, string? Certificate, string? SslPolicy, string? AlpnPolicy, MutualState? Mutual)
{
    private static readonly string[] s_alpn = ["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"];

    public static ListenerSettings Of(CreateListenerRequest request) => new ListenerSettings(
        request.Protocol ?? throw ElbErrors.Validation("A listener protocol must be specified"),
        request.Port ?? throw ElbErrors.Validation("A listener port must be specified"),
        OnlyOne(request.Certificates), request.SslPolicy, OnlyOne(request.AlpnPolicy), MutualOf(request.MutualAuthentication)).Checked();

    /// <summary>AWS: what a listener that leaves TLS had for it goes; what one that takes it up needs must be given.</summary>
    public static ListenerSettings Of(ModifyListenerRequest request, ListenerState now, string? certificate)
    {
        var protocol = request.Protocol ?? now.Protocol;
        var staysTls = TlsPlanner.IsTls(protocol) && TlsPlanner.IsTls(now.Protocol);
        return new ListenerSettings(
            protocol, request.Port ?? now.Port, OnlyOne(request.Certificates) ?? (staysTls ? certificate : null),
            request.SslPolicy ?? (staysTls ? now.SslPolicy : null),
            OnlyOne(request.AlpnPolicy) ?? (protocol is ProtocolEnum.Tls ? now.AlpnPolicy : null),
            MutualOf(request.MutualAuthentication) ?? (protocol is ProtocolEnum.Https ? now.Mutual : null)).Checked();
    }

    public ListenerState ApplyTo(ListenerState listener) =>
        listener with { Port = Port, Protocol = Protocol, SslPolicy = SslPolicy, AlpnPolicy = AlpnPolicy, Mutual = Mutual };

    public bool IsSameAs(ListenerState listener, string? certificate) =>
        listener.Protocol == Protocol && listener.SslPolicy == SslPolicy && listener.AlpnPolicy == AlpnPolicy && listener.Mutual == Mutual && certificate == Certificate;

    /// <summary>Refuses a protocol that load balancers of a type do not have.</summary>
    public void DemandFor(BalancerState balancer)
    {
        var ofNetwork = Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls or ProtocolEnum.Udp or ProtocolEnum.TcpUdp;
        if (ofNetwork == balancer.IsNetwork) return;
        throw ElbErrors.Validation(balancer.IsNetwork
            ? $"Listener protocol '{Protocol.ToWire()}' must be one of 'TCP, TLS, UDP, TCP_UDP'"
            : $"Listener protocol '{Protocol.ToWire()}' must be one of 'HTTPS, HTTP'");
    }

    private ListenerSettings Checked()
    {
        if (Port is < 1 or > 65535) throw ElbErrors.Validation($"Port '{Port}' must be between '1' and '65535'");
        if (Protocol is ProtocolEnum.Geneve or ProtocolEnum.Quic or ProtocolEnum.TcpQuic) throw ElbErrors.NotYet($"listeners of protocol '{Protocol.ToWire()}'");
        if (AlpnPolicy is not null && Protocol is not ProtocolEnum.Tls) throw ElbErrors.Validation($"You cannot specify an ALPN policy for a listener with protocol '{Protocol.ToWire()}'");
        if (Mutual is not null && Protocol is not ProtocolEnum.Https) throw ElbErrors.Validation($"You cannot specify mutual authentication for a listener with protocol '{Protocol.ToWire()}'");
        if (!TlsPlanner.IsTls(Protocol))
        {
            if (Certificate is not null) throw ElbErrors.Validation($"You cannot specify certificates for a listener with protocol '{Protocol.ToWire()}'");
            return SslPolicy is null ? this : throw ElbErrors.Validation($"You cannot specify an SSL policy for a listener with protocol '{Protocol.ToWire()}'");
        }
        if (Certificate is null) throw ElbErrors.Validation($"A certificate must be specified for {Protocol.ToWire()} listeners");
        if (SslPolicy is { } policy && SslPolicies.Find(policy) is null) throw new SSLPolicyNotFoundException($"SSL policy '{policy}' not found");
        return this with { SslPolicy = SslPolicy ?? SslPolicies.Default };
    }

    private static string? OnlyOne(ImmutableArray<Certificate>? certificates) => certificates switch
    {
        null or { IsDefaultOrEmpty: true } => null,
        { Length: > 1 } => throw ElbErrors.Validation("You can specify only one default certificate"),
        { } one => one[0].CertificateArn ?? throw ElbErrors.Validation("A certificate ARN must be specified"),
    };

    private static string? OnlyOne(ImmutableArray<string>? policies) => policies switch
    {
        null or { IsDefaultOrEmpty: true } => null,
        { Length: > 1 } => throw ElbErrors.Validation("You can specify only one ALPN policy"),
        { } one when !s_alpn.Contains(one[0]) => throw new ALPNPolicyNotSupportedException($"ALPN policy '{one[0]}' not found"),
        { } one => one[0],
    };

    private static MutualState? MutualOf(MutualAuthenticationAttributes? mutual) => mutual?.Mode switch
    {
        null => null,
        "off" or "passthrough" when mutual.TrustStoreArn is null => new(mutual.Mode),
        "off" or "passthrough" => throw ElbErrors.Validation($"You cannot specify a trust store when the mutual authentication mode is '{mutual.Mode}'"),
        "verify" => new("verify")
        {
            TrustStoreArn = mutual.TrustStoreArn ?? throw ElbErrors.Validation("You must specify a trust store when the mutual authentication mode is 'verify'"),
            IgnoresExpiry = mutual.IgnoreClientCertificateExpiry ?? false, NamesAuthorities = mutual.AdvertiseTrustStoreCaNames is AdvertiseTrustStoreCaNamesEnum.On,
        },
        var other => throw ElbErrors.Validation($"Mutual authentication mode '{other}' must be one of 'off, passthrough, verify'"),
    };
}
