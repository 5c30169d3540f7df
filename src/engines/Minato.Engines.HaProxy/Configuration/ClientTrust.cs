using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>Listeners that demand a certificate of their clients.</summary>
internal static class ClientTrust
{
    // OpenSSL's numbers of what is passed over: no list of the authority, a certificate that has expired.
    private const int NoList = 3;
    private const int Expired = 10;

    // Dates as OpenSSL writes them (YYMMDDhhmmssZ) become those that AWS tells.
    private const string Date = "regsub('^(..)(..)(..)(..)(..)(..).*','20\\\\1-\\\\2-\\\\3T\\\\4:\\\\5:\\\\6Z')";

    private static readonly (string Name, string Value)[] s_headers =
    [
        ("Serial-Number", "%[ssl_c_serial,hex]"), ("Issuer", "\"%[ssl_c_i_dn(,0,rfc2253)]\""), ("Subject", "\"%[ssl_c_s_dn(,0,rfc2253)]\""),
        ("Validity", $"\"NotBefore=%[ssl_c_notbefore,{Date}];NotAfter=%[ssl_c_notafter,{Date}]\""), ("Leaf", TlsWriter.CertificateAsPem),
    ];

    public static string BindOptions(ProxyClientTrust trust, ImmutableSortedDictionary<string, string>.Builder files)
    {
        var ignored = trust.IgnoresExpiry ? FormattableString.Invariant($"{NoList},{Expired}") : FormattableString.Invariant($"{NoList}");
        return $" verify required ca-file {FileOf("ca", trust.Authorities, files)}"
            + (trust.NamesAuthorities ? "" : " no-ca-names")
            + (trust.Revocations is { } lists ? $" crl-file {FileOf("crl", lists, files)}" : "")
            + $" ca-ignore-err {NoList} crt-ignore-err {ignored}";
    }

    /// <summary>AWS: what the client sends of these names itself does not count.</summary>
    public static void WriteHeaders(Action<string> line, ProxyTls tls)
    {
        foreach (var (part, value) in s_headers)
        {
            var name = TlsWriter.NameOf(tls, "X-Amzn-Mtls-Clientcert-" + part);
            line($"http-request del-header {name}");
            line($"http-request set-header {name} {value}");
        }
    }

    // One file that HAProxy cannot load would keep it from loading anything.
    public static void Verify(string listener, ProxyClientTrust? trust)
    {
        if (trust is null) return;
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(trust.Authorities);
            if (authorities.Count == 0) throw new UnwritableConfigurationException($"listener {listener}: it trusts nobody");
        }
        catch (CryptographicException e)
        {
            throw new UnwritableConfigurationException($"listener {listener}: whom it trusts cannot be read: {e.Message}");
        }
    }

    private static string FileOf(string kind, string pem, ImmutableSortedDictionary<string, string>.Builder files)
    {
        var name = $"{kind}_{RuleWriter.HashOf(pem)}.pem";
        files[name] = pem;
        return name;
    }
}
