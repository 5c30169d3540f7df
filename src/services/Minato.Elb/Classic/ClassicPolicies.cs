using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.Api;
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
    public const string CookieName = "CookieName";
    public const string CookiePeriod = "CookieExpirationPeriod";
    private const string Protocol = "Protocol-";
    private const string ProxyProtocolOn = "ProxyProtocol";
    private const string BackendAuthentication = "BackendServerAuthenticationPolicyType";
    private const int LongestCookie = 256;
    private static readonly string[] s_versions = ["TLSv1", "TLSv1.1", "TLSv1.2"];
    private static readonly string[] s_predefined = ["2016-08", "TLS-1-2-2017-01", "TLS-1-1-2017-01", "2015-05"];

    public static readonly ImmutableArray<PolicyTypeDescription> Types =
    [
        Type(AppCookie, "Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie. This policy can be associated only with HTTP/HTTPS listeners.",
            (CookieName, "String", "ONE")),
        Type(BackendAuthentication, "Policy that controls authentication to back-end server(s) and contains one or more policies, such as an instance of a PublicKeyPolicyType. This policy can be associated only with back-end servers that are using HTTPS/SSL.",
            ("PublicKeyPolicyName", "PolicyName", "ONE_OR_MORE")),
        Type(BalancerCookie, "Stickiness policy with session lifetimes controlled by the browser (user-agent) or a specified expiration period. This policy can be associated only with HTTP/HTTPS listeners.",
            (CookiePeriod, "Long", "ZERO_OR_ONE")),
        Type(ProxyProtocol, "Policy that controls whether to include the IP address and port of the originating request for TCP messages. This policy operates on TCP/SSL listeners only",
            (ProxyProtocolOn, "Boolean", "ONE")),
        Type("PublicKeyPolicyType", "Policy containing a list of public keys to accept when authenticating the back-end server(s). This policy cannot be applied directly to back-end servers or listeners but must be part of a BackendServerAuthenticationPolicyType.",
            ("PublicKey", "String", "ONE")),
        Type(Negotiation, "Listener policy that defines the ciphers and protocols that will be accepted by the load balancer. This policy can be associated only with HTTPS/SSL listeners.",
            [(Reference, "String", "ZERO_OR_ONE"), .. Names().Select(n => (n, "Boolean", "ZERO_OR_ONE"))]),
    ];

    public static ImmutableArray<ClassicPolicy> Predefined { get; } =
        [.. s_predefined.Select(n => "ELBSecurityPolicy-" + n).Select(n => new ClassicPolicy(n, Negotiation, Expand(n)))];

    public static bool IsSticky(ClassicPolicy policy) => policy.Type is AppCookie or BalancerCookie;

    /// <summary>What the attributes of a policy may be.</summary>
    public static void Demand(ClassicPolicy policy)
    {
        string? Value(string name) => policy.Attributes.FirstOrDefault(a => a.Name == name)?.Value;
        if (policy.Type is BalancerCookie && Value(CookiePeriod) is { } period && !long.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw new InvalidConfigurationRequestException($"The value '{period}' is not valid for policy attribute '{CookiePeriod}'");
        }
        if (policy.Type is not AppCookie) return;
        var name = Value(CookieName) ?? "";
        if (name.Length is 0 or > LongestCookie || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new InvalidConfigurationRequestException($"The value '{name}' is not valid for policy attribute '{CookieName}'");
        }
    }

    /// <summary>Which policies a listener may have together, as AWS says; and what is better refused than accepted and ignored.</summary>
    public static void Demand(ClassicListener listener, IReadOnlyList<ClassicPolicy> policies)
    {
        if (policies.FirstOrDefault(p => IsSticky(p) && listener.Protocol is not ("HTTP" or "HTTPS")) is { } sticky)
            throw new InvalidConfigurationRequestException($"Policy '{sticky.Name}' can be associated only with HTTP/HTTPS listeners");
        if (policies.FirstOrDefault(p => p.Type is Negotiation && listener.Protocol is not ("HTTPS" or "SSL")) is { } secure)
            throw new InvalidConfigurationRequestException($"Policy '{secure.Name}' can be associated only with HTTPS/SSL listeners");
        if (policies.Count(IsSticky) > 1 || policies.Count(p => p.Type is Negotiation) > 1)
            throw new InvalidConfigurationRequestException($"The listener on port {listener.Port} can have only one policy of each kind");
        foreach (var own in policies.Select(CustomOf).OfType<CustomTls>()) Demand(own);
        if (policies.FirstOrDefault(p => !IsSticky(p) && p.Type is not Negotiation) is { } other)
            throw new InvalidConfigurationRequestException($"Policy '{other.Name}' of type '{other.Type}' cannot be associated with listeners");
    }

    /// <summary>Which policies a port of the instances may have.</summary>
    public static void DemandOfBackend(IReadOnlyList<ClassicPolicy> policies)
    {
        if (policies.FirstOrDefault(p => p.Type is BackendAuthentication) is { } authentication) throw ElbErrors.NotYet($"policies of type {authentication.Type}");
        if (policies.FirstOrDefault(p => p.Type is not ProxyProtocol) is { } other)
            throw new InvalidConfigurationRequestException($"Policy '{other.Name}' of type '{other.Type}' cannot be associated with instance ports");
    }

    public static bool TellsClient(ClassicPolicy policy) =>
        policy.Type is ProxyProtocol && policy.Attributes.Any(a => a.Name is ProxyProtocolOn && string.Equals(a.Value, "true", StringComparison.OrdinalIgnoreCase));

    private static void Demand(CustomTls own)
    {
        if (own.Versions.Length == 0) throw ElbErrors.NotYet("security policies without a version of TLS");
        if (own.Versions is "TLSv1 TLSv1.2") throw ElbErrors.NotYet("security policies that leave out a version of TLS between two others");
        if (own.Ciphers.Length == 0) throw new InvalidConfigurationRequestException("A security policy must enable at least one cipher");
    }

    /// <summary>What a security policy offers that was put together by hand; null for every other policy.</summary>
    public static CustomTls? CustomOf(ClassicPolicy policy)
    {
        if (policy.Type is not Negotiation || policy.Attributes.Any(a => a.Name == Reference)) return null;
        var on = policy.Attributes.Where(a => bool.TryParse(a.Value, out var isOn) && isOn).Select(a => a.Name).ToHashSet(StringComparer.Ordinal);
        return new(
            string.Join(' ', s_versions.Where(v => on.Contains(Protocol + v))),
            string.Join(' ', (SslPolicies.Find(SslPolicies.Default)?.Ciphers ?? []).Select(c => c.Name ?? "").Where(on.Contains)));
    }

    /// <summary>Every protocol and cipher of a predefined policy, said to be on or off.</summary>
    public static ImmutableArray<ClassicAttribute> Expand(string name)
    {
        var policy = SslPolicies.Find(name);
        var on = (policy?.SslProtocols ?? []).Select(p => Protocol + p).Concat((policy?.Ciphers ?? []).Select(c => c.Name ?? "")).Append("Server-Defined-Cipher-Order").ToHashSet(StringComparer.Ordinal);
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
