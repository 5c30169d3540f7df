using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Planning;

/// <summary>Predefined security policies by name: facts that tools list, before HTTPS listeners can use them.</summary>
internal static class SslPolicies
{
    private static readonly string[] s_tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
    private static readonly string[] s_gcm =
        ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"];
    private static readonly string[] s_cbc2 =
        ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384"];
    private static readonly string[] s_cbc1 = ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA"];
    private static readonly string[] s_rsa2 = ["AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256"];
    private static readonly string[] s_rsa1 = ["AES128-SHA", "AES256-SHA"];

    public static readonly ImmutableArray<SslPolicy> All =
    [
        .. new[]
        {
            Policy("2016-08", ["TLSv1", "TLSv1.1", "TLSv1.2"], s_gcm, s_cbc2, s_cbc1, s_rsa2, s_rsa1),
            Policy("TLS-1-1-2017-01", ["TLSv1.1", "TLSv1.2"], s_gcm, s_cbc2, s_cbc1, s_rsa2, s_rsa1),
            Policy("TLS-1-2-2017-01", ["TLSv1.2"], s_gcm, s_cbc2, s_rsa2),
            Policy("TLS-1-2-Ext-2018-06", ["TLSv1.2"], s_gcm, s_cbc2, s_cbc1, s_rsa2, s_rsa1),
            Policy("TLS13-1-0-2021-06", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], s_tls13, s_gcm, s_cbc2, s_cbc1, s_rsa2, s_rsa1),
            Policy("TLS13-1-1-2021-06", ["TLSv1.1", "TLSv1.2", "TLSv1.3"], s_tls13, s_gcm, s_cbc2, s_cbc1, s_rsa2, s_rsa1),
            Policy("TLS13-1-2-2021-06", ["TLSv1.2", "TLSv1.3"], s_tls13, s_gcm, s_cbc2),
            Policy("TLS13-1-2-Ext1-2021-06", ["TLSv1.2", "TLSv1.3"], s_tls13, s_gcm, s_cbc2, s_rsa2),
            Policy("TLS13-1-2-Ext2-2021-06", ["TLSv1.2", "TLSv1.3"], s_tls13, s_gcm, s_cbc2, s_cbc1, s_rsa2, s_rsa1),
            Policy("TLS13-1-2-Res-2021-06", ["TLSv1.2", "TLSv1.3"], s_tls13, s_gcm),
            Policy("TLS13-1-3-2021-06", ["TLSv1.3"], s_tls13),
        }.OrderBy(p => p.Name, StringComparer.Ordinal),
    ];

    private static SslPolicy Policy(string name, ImmutableArray<string> protocols, params string[][] ciphers) => new()
    {
        Name = "ELBSecurityPolicy-" + name,
        SslProtocols = protocols,
        Ciphers = [.. ciphers.SelectMany(c => c).Select((c, i) => new Cipher { Name = c, Priority = i + 1 })],
        SupportedLoadBalancerTypes = ["application", "network"],
    };
}
