using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Engines.Certificates;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>How a listener ends TLS: its policy, its certificates, and what it offers to speak.</summary>
internal static class TlsPlanner
{
    private const int LongestName = 64;

    public static bool IsTls(ProtocolEnum protocol) => protocol is ProtocolEnum.Https or ProtocolEnum.Tls;

    /// <returns>Null for a listener without TLS, and for one whose certificate cannot be had: nobody is answered in the clear instead.</returns>
    public static ProxyTls? Of(ListenerView view)
    {
        if (view.Certificates.FirstOrDefault(c => c.IsDefault).Material is not { } first) return null;
        if (view.Listener.Mutual is { Mode: "verify" } && view.TrustStore is null) return null;
        var policy = SslPolicies.Find(view.Listener.SslPolicy ?? SslPolicies.Default) ?? throw new InvalidOperationException($"Policy {view.Listener.SslPolicy} was stored.");
        var versions = policy.SslProtocols ?? [];
        return new()
        {
            Default = Wire(first),
            Certificates = [.. Preferred(view.Certificates.Where(c => !c.IsDefault).Select(c => c.Material)).Select(Wire)],
            Oldest = versions[0],
            Newest = versions[^1],
            Ciphers = [.. (policy.Ciphers ?? []).Select(c => c.Name).OfType<string>()],
            Alpn = AlpnOf(view),
            PassesClientCertificate = view.Listener.Mutual is { Mode: "passthrough" },
            Trust = view is { Listener.Mutual: { Mode: "verify" } mutual, TrustStore: { } store } ? TrustOf(mutual, store) : null,
            TellsTargets = view.Listener.Protocol is ProtocolEnum.Https
                && Attributes.Value(Attributes.Balancer, view.Balancer.Attributes, "routing.http.x_amzn_tls_version_and_cipher_suite.enabled") is "true",
            Renamed = RequestHeaderNames.Of(view.Listener),
        };
    }

    private static ProxyClientTrust TrustOf(MutualState mutual, TrustStoreState store) => new(
        store.Authorities, store.Revocations.IsEmpty ? null : string.Concat(store.Revocations.Select(r => r.List)), mutual.IgnoresExpiry, mutual.NamesAuthorities);

    /// <summary>AWS: of several certificates for a name, ECDSA before RSA, then the longer key, then the later end.</summary>
    public static IEnumerable<CertificateMaterial> Preferred(IEnumerable<CertificateMaterial> certificates) => certificates
        .OrderByDescending(c => c.IsElliptic).ThenByDescending(c => c.KeyBits).ThenByDescending(c => c.NotAfter - c.NotBefore).ThenBy(c => c.Arn, StringComparer.Ordinal);

    private static ProxyCertificate Wire(CertificateMaterial material) =>
        new($"{NameOf(material.Arn)}-{material.Version.Replace(":", "", StringComparison.Ordinal)}", material.Pem);

    // A server certificate of IAM has a name that people chose; the version tells it from others.
    private static string NameOf(string arn) =>
        string.Concat(arn[(arn.LastIndexOf('/') + 1)..].Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_'));

    private static ImmutableArray<string> AlpnOf(ListenerView view) => view.Listener switch
    {
        { Protocol: ProtocolEnum.Https } =>
            Attributes.Value(Attributes.Balancer, view.Balancer.Attributes, "routing.http2.enabled") is "true" ? ["h2", "http/1.1"] : ["http/1.1"],
        { AlpnPolicy: "HTTP1Only" } => ["http/1.1"],
        { AlpnPolicy: "HTTP2Only" } => ["h2"],
        { AlpnPolicy: "HTTP2Optional" } => ["http/1.1", "h2"],
        { AlpnPolicy: "HTTP2Preferred" } => ["h2", "http/1.1"],
        _ => [],
    };
}
