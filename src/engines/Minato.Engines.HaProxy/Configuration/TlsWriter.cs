using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>TLS on both sides of the proxy. Certificates are files named by what is in them: another one is a hitless reload.</summary>
internal static class TlsWriter
{
    // AWS: the certificate as PEM, encoded for a URL; +, / and = stay as they are.
    public const string CertificateAsPem =
        "\"-----BEGIN%%20CERTIFICATE-----%%0A%[ssl_c_der,base64,regsub('(.{64})','\\\\1%0A',g)]%%0A-----END%%20CERTIFICATE-----%%0A\"";

    private static readonly string[] s_versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

    /// <summary>What stands behind the address of a <c>bind</c>.</summary>
    public static string BindOptions(ProxyTls? tls, ImmutableSortedDictionary<string, string>.Builder files)
    {
        if (tls is null) return "";
        var old = string.Join(':', tls.Ciphers.Where(c => !IsOfTls13(c)));
        var suites = string.Join(':', tls.Ciphers.Where(IsOfTls13));
        return $" ssl crt-list {CertificateList(tls, files)} ssl-min-ver {Version(tls.Oldest)} ssl-max-ver {Version(tls.Newest)}"
            // The lowest level of OpenSSL's, because what may be spoken is the policy's to say: TLS 1.0 and 1.1 need it.
            + (old.Length > 0 ? $" ciphers {old}:@SECLEVEL=0" : "")
            + (suites.Length > 0 ? $" ciphersuites {suites}" : "")
            + (tls.Alpn.IsEmpty ? "" : $" alpn {string.Join(',', tls.Alpn)}")
            + (tls.PassesClientCertificate ? $" verify optional ca-file {Nobody(tls, files)} ca-ignore-err all crt-ignore-err all" : "")
            + (tls.Trust is { } trust ? ClientTrust.BindOptions(trust, files) : "");
    }

    /// <summary>Whoever is behind a listener may want to know how its client came in.</summary>
    public static void WriteHeaders(Action<string> line, ProxyTls tls)
    {
        if (tls.TellsTargets)
        {
            line($"http-request set-header {tls.Headers.Version} %[ssl_fc_protocol]");
            line($"http-request set-header {tls.Headers.CipherSuite} %[ssl_fc_cipher]");
        }
        if (tls.Trust is not null) ClientTrust.WriteHeaders(line, tls.Headers);
        if (!tls.PassesClientCertificate) return;
        line($"http-request del-header {tls.Headers.Certificate}");
        line($"http-request set-header {tls.Headers.Certificate} {CertificateAsPem} if {{ ssl_c_used }}");
    }

    /// <summary>How a listener is reached from this same proxy, as a client would.</summary>
    public static string RelayOptions(ProxyTls? tls) => tls is null ? "" : $" ssl verify none sni req.hdr(host),field(1,:){(tls.Alpn.IsEmpty ? "" : $" alpn {string.Join(',', tls.Alpn)} ws h1")}";

    /// <summary>What stands behind the address of a server, in the configuration and in a command.</summary>
    public static string ServerOptions(ServerProtocol protocol) => protocol switch
    {
        { IsTls: true, IsHttp2: true } => " ssl verify none alpn h2",
        { IsTls: true } => " ssl verify none",
        { IsHttp2: true } => " proto h2",
        _ => "",
    } + (protocol.SendsProxyHeader ? " send-proxy-v2" : protocol.SendsProxyLine ? " send-proxy" : "");

    public static void Verify(ProxyListener listener)
    {
        if (listener.Tls is not { } tls) return;
        var isWritable = s_versions.Contains(tls.Oldest) && s_versions.Contains(tls.Newest) && tls.Ciphers.All(IsCipher) && tls.Alpn.All(a => a is "h2" or "http/1.1");
        if (!isWritable) throw new UnwritableConfigurationException($"listener {listener.Id}: its TLS versions, ciphers or protocols are not known");
        if (!NamesOf(tls.Headers).All(Safe.IsHeaderName)) throw new UnwritableConfigurationException($"listener {listener.Id}: a header of its TLS has a name that is none");
        ClientTrust.Verify(listener.Id, tls.Trust);
        foreach (var certificate in tls.Certificates.Prepend(tls.Default))
        {
            if (!Safe.IsId(certificate.Id)) throw new UnwritableConfigurationException($"listener {listener.Id}: '{certificate.Id}' is not an id");
            Verify(listener, certificate);
        }
    }

    private static string[] NamesOf(ProxyTlsHeaders h) => [h.Version, h.CipherSuite, h.Certificate, h.SerialNumber, h.Issuer, h.Subject, h.Validity, h.Leaf];

    // One certificate that HAProxy cannot load would keep it from loading anything.
    private static void Verify(ProxyListener listener, ProxyCertificate certificate)
    {
        try
        {
            using var parsed = X509Certificate2.CreateFromPem(certificate.Pem, certificate.Pem);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            throw new UnwritableConfigurationException($"listener {listener.Id}: certificate {certificate.Id} cannot be read: {e.Message}");
        }
    }

    private static string CertificateList(ProxyTls tls, ImmutableSortedDictionary<string, string>.Builder files)
    {
        // The first is presented when nothing matches; its own names do not count, so that another one for the same name wins.
        return files.Add("crt", $"{FileOf(tls.Default, files)} !*\n" + string.Concat(tls.Certificates.Select(c => FileOf(c, files) + "\n")), "list");
    }

    private static string FileOf(ProxyCertificate certificate, ImmutableSortedDictionary<string, string>.Builder files) => files.Add("crt", certificate.Pem, "pem");

    // HAProxy wants to be told whom it trusts even when every error is to be passed over: itself, for want of anybody.
    private static string Nobody(ProxyTls tls, ImmutableSortedDictionary<string, string>.Builder files) => FileOf(tls.Default, files);

    private static string Version(string version) => version is "TLSv1" ? "TLSv1.0" : version;

    private static bool IsOfTls13(string cipher) => cipher.StartsWith("TLS_", StringComparison.Ordinal);

    private static bool IsCipher(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
