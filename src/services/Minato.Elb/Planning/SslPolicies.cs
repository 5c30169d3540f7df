using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Planning;

/// <summary>Predefined security policies by name: what a listener speaks.</summary>
internal static class SslPolicies
{
    /// <summary>AWS: that of a listener made by API without naming one; consoles and guides name newer ones.</summary>
    public const string Default = "ELBSecurityPolicy-2016-08";

    private static readonly string[] s_tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

    // In the order of preference that AWS lists them in.
    private static readonly string[] s_forwardSecret =
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
    ];
    private static readonly string[] s_plainRsa = ["AES128-GCM-SHA256", "AES128-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA256", "AES256-SHA"];

    // AWS: the module that is validated has no ChaCha20.
    private static readonly string[] s_tls13Fips = [.. s_tls13.Where(c => c.Contains("_AES_", StringComparison.Ordinal))];

    private static readonly string[] s_all = [.. s_forwardSecret, .. s_plainRsa];
    private static readonly string[] s_forwardSecretSha2 = [.. s_forwardSecret.Where(IsSha2)];
    private static readonly string[] s_forwardSecretGcm = [.. s_forwardSecret.Where(IsGcm)];
    private static readonly string[] s_sha2 = [.. s_all.Where(IsSha2)];

    public static readonly ImmutableArray<SslPolicy> All =
    [
        .. Every().OrderBy(p => p.Name, StringComparer.Ordinal),
    ];

    private static readonly ImmutableDictionary<string, SslPolicy> s_byName = All.ToImmutableDictionary(p => p.Name ?? "", StringComparer.Ordinal);

    public static SslPolicy? Find(string name) => s_byName.GetValueOrDefault(name);

    private static IEnumerable<SslPolicy> Every() =>
    [
        Policy("2016-08", ["TLSv1", "TLSv1.1", "TLSv1.2"], s_all),
        Policy("2015-05", ["TLSv1", "TLSv1.1", "TLSv1.2"], s_all),
        Policy("TLS-1-0-2015-04", ["TLSv1", "TLSv1.1", "TLSv1.2"], s_all, ["DES-CBC3-SHA"]),
        Policy("TLS-1-1-2017-01", ["TLSv1.1", "TLSv1.2"], s_all),
        Policy("TLS-1-2-2017-01", ["TLSv1.2"], s_sha2),
        Policy("TLS-1-2-Ext-2018-06", ["TLSv1.2"], s_all),
        Policy("FS-2018-06", ["TLSv1", "TLSv1.1", "TLSv1.2"], s_forwardSecret),
        Policy("FS-1-1-2019-08", ["TLSv1.1", "TLSv1.2"], s_forwardSecret),
        Policy("FS-1-2-2019-08", ["TLSv1.2"], s_forwardSecret),
        Policy("FS-1-2-Res-2019-08", ["TLSv1.2"], s_forwardSecretSha2),
        Policy("FS-1-2-Res-2020-10", ["TLSv1.2"], s_forwardSecretGcm),
        Policy("TLS13-1-1-2021-06", ["TLSv1.1", "TLSv1.2", "TLSv1.3"], s_tls13, s_all),
        .. Twins("TLS13-1-0", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], s_tls13, s_all),
        .. Twins("TLS13-1-2", ["TLSv1.2", "TLSv1.3"], s_tls13, s_forwardSecretSha2),
        .. Twins("TLS13-1-2-Ext1", ["TLSv1.2", "TLSv1.3"], s_tls13, s_sha2),
        .. Twins("TLS13-1-2-Ext2", ["TLSv1.2", "TLSv1.3"], s_tls13, s_all),
        .. Twins("TLS13-1-2-Res", ["TLSv1.2", "TLSv1.3"], s_tls13, s_forwardSecretGcm),
        .. Twins("TLS13-1-3", ["TLSv1.3"], s_tls13),
        Policy("TLS13-1-1-FIPS-2023-04", ["TLSv1.1", "TLSv1.2", "TLSv1.3"], s_tls13Fips, s_all),
        .. Validated("TLS13-1-0", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], s_tls13Fips, s_all),
        .. Validated("TLS13-1-2", ["TLSv1.2", "TLSv1.3"], s_tls13Fips, s_forwardSecretSha2),
        .. Validated("TLS13-1-2-Ext0", ["TLSv1.2", "TLSv1.3"], s_tls13Fips, s_forwardSecret),
        .. Validated("TLS13-1-2-Ext1", ["TLSv1.2", "TLSv1.3"], s_tls13Fips, s_sha2),
        .. Validated("TLS13-1-2-Ext2", ["TLSv1.2", "TLSv1.3"], s_tls13Fips, s_all),
        .. Validated("TLS13-1-2-Res", ["TLSv1.2", "TLSv1.3"], s_tls13Fips, s_forwardSecretGcm),
        .. Validated("TLS13-1-3", ["TLSv1.3"], s_tls13Fips),
    ];

    // AWS: the younger twin also agrees on keys with ML-KEM, which OpenSSL 3.0 cannot; protocols and ciphers are the same.
    private static IEnumerable<SslPolicy> Twins(string name, ImmutableArray<string> protocols, params string[][] ciphers) =>
        [Policy($"{name}-2021-06", protocols, ciphers), Policy($"{name}-PQ-2025-09", protocols, ciphers)];

    // What they name is offered and nothing else; whether the host's OpenSSL is a validated one is for the host to say.
    private static IEnumerable<SslPolicy> Validated(string name, ImmutableArray<string> protocols, params string[][] ciphers) =>
        [Policy($"{name}-FIPS-2023-04", protocols, ciphers), Policy($"{name}-FIPS-PQ-2025-09", protocols, ciphers)];

    private static SslPolicy Policy(string name, ImmutableArray<string> protocols, params string[][] ciphers) => new()
    {
        Name = "ELBSecurityPolicy-" + name,
        SslProtocols = protocols,
        Ciphers = [.. ciphers.SelectMany(c => c).Select((c, i) => new Cipher { Name = c, Priority = i + 1 })],
        SupportedLoadBalancerTypes = ["application", "network"],
    };

    private static bool IsGcm(string cipher) => cipher.Contains("-GCM-", StringComparison.Ordinal);

    private static bool IsSha2(string cipher) => !cipher.EndsWith("-SHA", StringComparison.Ordinal);
}
