using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Types of policies and the predefined ones.</summary>
internal static class ClassicPolicies
{
    public const string Negotiation = "SSLNegotiationPolicyType";
    public const string AppCookie = "AppCookieStickinessPolicyType";
    public const string BalancerCookie = "LBCookieStickinessPolicyType";
    public const string ProxyProtocol = "ProxyProtocolPolicyType";
    public const string Reference = "Reference-Security-Policy";
    private static readonly string[] s_predefined = ["2016-08", "TLS-1-2-2017-01", "TLS-1-1-2017-01", "2015-05"];

    public static readonly ImmutableArray<PolicyTypeDescription> Types =
    [
        Type(AppCookie, "Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie. This policy can be associated only with HTTP/HTTPS listeners.",
            ("CookieName", "String", "ONE")),
        Type("BackendServerAuthenticationPolicyType", "Policy that controls authentication to back-end server(s) and contains one or more policies, such as an instance of a PublicKeyPolicyType. This policy can be associated only with back-end servers that are using HTTPS/SSL.",
            ("PublicKeyPolicyName", "PolicyName", "ONE_OR_MORE")),
        Type(BalancerCookie, "Stickiness policy with session lifetimes controlled by the browser (user-agent) or a specified expiration period. This policy can be associated only with HTTP/HTTPS listeners.",
            ("CookieExpirationPeriod", "Long", "ZERO_OR_ONE")),
        Type(ProxyProtocol, "Policy that controls whether to include the IP address and port of the originating request for TCP messages. This policy operates on TCP/SSL listeners only",
            ("ProxyProtocol", "Boolean", "ONE")),
        Type("PublicKeyPolicyType", "Policy containing a list of public keys to accept when authenticating the back-end server(s). This policy cannot be applied directly to back-end servers or listeners but must be part of a BackendServerAuthenticationPolicyType.",
            ("PublicKey", "String", "ONE")),
        Type(Negotiation, "Listener policy that defines the ciphers and protocols that will be accepted by the load balancer. This policy can be associated only with HTTPS/SSL listeners.",
            [(Reference, "String", "ZERO_OR_ONE"), .. Names().Select(n => (n, "Boolean", "ZERO_OR_ONE"))]),
    ];

    public static ImmutableArray<ClassicPolicy> Predefined { get; } =
        [.. s_predefined.Select(n => "ELBSecurityPolicy-" + n).Select(n => new ClassicPolicy(n, Negotiation, Expand(n)))];

    /// <summary>Every protocol and cipher of a predefined policy, said to be on or off.</summary>
    public static ImmutableArray<ClassicAttribute> Expand(string name)
    {
        var policy = SslPolicies.Find(name);
        var on = (policy?.SslProtocols ?? []).Select(p => "Protocol-" + p).Concat((policy?.Ciphers ?? []).Select(c => c.Name ?? "")).Append("Server-Defined-Cipher-Order").ToHashSet(StringComparer.Ordinal);
        return [new(Reference, name), .. Names().Select(n => new ClassicAttribute(n, on.Contains(n) ? "true" : "false"))];
    }

    private static IEnumerable<string> Names() =>
    [
        "Protocol-SSLv2", "Protocol-TLSv1", "Protocol-SSLv3", "Protocol-TLSv1.1", "Protocol-TLSv1.2", "Server-Defined-Cipher-Order",
        .. (SslPolicies.Find(SslPolicies.Default)?.Ciphers ?? []).Select(c => c.Name ?? ""),
    ];

    private static PolicyTypeDescription Type(string name, string description, params (string Name, string Type, string Cardinality)[] attributes) => new()
    {
        PolicyTypeName = name, Description = description,
        PolicyAttributeTypeDescriptions = [.. attributes.Select(a => new PolicyAttributeTypeDescription { AttributeName = a.Name, AttributeType = a.Type, Cardinality = a.Cardinality })],
    };
}
