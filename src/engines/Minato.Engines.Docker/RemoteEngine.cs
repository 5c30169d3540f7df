using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Minato.Engines.Docker;

/// <summary>
/// A Docker Engine on another machine. Both sides prove who they are: the folder holds <c>ca.pem</c>, <c>cert.pem</c> and
/// <c>key.pem</c>, as Docker's own clients name them.
/// </summary>
public sealed record RemoteEngine(string Host, int Port, string CertificateFolder)
{
    public static readonly string[] Files = ["ca.pem", "cert.pem", "key.pem"];

    /// <returns>Null when it is no <c>tcp://host:port</c>.</returns>
    public static (string Host, int Port)? Parse(string name) =>
        Uri.TryCreate(name, UriKind.Absolute, out var uri) && uri is { Scheme: "tcp", Port: > 0, PathAndQuery: "" or "/", UserInfo: "" } && uri.Host.Length > 0
            ? (uri.Host, uri.Port) : null;

    internal SslClientAuthenticationOptions Authentication()
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(CertificateFolder, "ca.pem"));
        var own = X509Certificate2.CreateFromPemFile(Path.Combine(CertificateFolder, "cert.pem"), Path.Combine(CertificateFolder, "key.pem"));
        return new()
        {
            TargetHost = Host,
            ClientCertificates = [own],
            CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck, // An authority made for two machines has no list.
            },
        };
    }
}
