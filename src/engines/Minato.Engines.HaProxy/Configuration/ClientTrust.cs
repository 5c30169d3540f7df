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

    public static string BindOptions(ProxyClientTrust trust, ImmutableSortedDictionary<string, string>.Builder files)
    {
        var ignored = trust.IgnoresExpiry ? FormattableString.Invariant($"{NoList},{Expired}") : FormattableString.Invariant($"{NoList}");
        return $" verify required ca-file {files.Add("ca", trust.Authorities, "pem")}"
            + (trust.NamesAuthorities ? "" : " no-ca-names")
            + (trust.Revocations is { } lists ? $" crl-file {files.Add("crl", lists, "pem")}" : "")
            + $" ca-ignore-err {NoList} crt-ignore-err {ignored}";
    }

    /// <summary>AWS: what the client sends of these names itself does not count.</summary>
    public static void WriteHeaders(Action<string> line, ProxyTlsHeaders names)
    {
        foreach (var name in (string[])[names.SerialNumber, names.Issuer, names.Subject, names.Validity, names.Leaf]) line($"http-request del-header {name}");
        line($"http-request set-header {names.SerialNumber} %[ssl_c_serial,hex]");
        line($"http-request set-header {names.Issuer} \"%[ssl_c_i_dn(,0,rfc2253)]\"");
        line($"http-request set-header {names.Subject} \"%[ssl_c_s_dn(,0,rfc2253)]\"");
        line($"http-request set-header {names.Validity} \"NotBefore=%[ssl_c_notbefore,{Date}];NotAfter=%[ssl_c_notafter,{Date}]\"");
        line($"http-request set-header {names.Leaf} {TlsWriter.CertificateAsPem}");
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
}
