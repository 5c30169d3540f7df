using System.Security.Cryptography.X509Certificates;

namespace Minato.Platform;

/// <summary>
/// The certificate authority of an installation. Nobody trusts it until they are told to: its root is there to be exported. It is
/// made when first needed, and outlives a reset.
/// </summary>
public interface ICertificateAuthority
{
    /// <summary>The root certificate, without its key.</summary>
    string RootPem { get; }

    /// <returns>A certificate for the request's key, signed by the root.</returns>
    X509Certificate2 Sign(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter);
}
