using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Minato.Contracts.Iam;
using Minato.Engines.Certificates;

namespace Minato.Iam.Planning;

/// <summary>What an upload brings, checked: one certificate, the key that is its own, and a chain that leads on from it link by link.</summary>
internal sealed record UploadedCertificate(X509Certificate2 Certificate, string KeyPem) : IDisposable
{
    private const int MostNames = 100;

    public bool IsElliptic => Certificate.PublicKey.Oid.Value == "1.2.840.10045.2.1";

    public int KeyBits
    {
        get
        {
            using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)Certificate.GetRSAPublicKey() ?? Certificate.GetECDsaPublicKey();
            return key?.KeySize ?? 0;
        }
    }

    public IEnumerable<string> Names => Certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames())
        .Prepend(Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)).Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostNames);

    /// <exception cref="MalformedCertificateException">Something of it cannot be read, or is over.</exception>
    /// <exception cref="KeyPairMismatchException">The key is another certificate's.</exception>
    public static UploadedCertificate Read(string body, string key, string? chain, DateTimeOffset now)
    {
        var own = ReadAll(body);
        var links = new X509Certificate2Collection();
        try
        {
            if (own.Count != 1) throw new MalformedCertificateException("Unable to parse certificate. Please ensure the certificate is in PEM format.");
            if (own[0].NotAfter.ToUniversalTime() <= now.UtcDateTime)
                throw new MalformedCertificateException("Certificate is no longer valid. The 'Not After' date in the certificate is in the past.");
            if (chain is not null) links = ReadAll(chain);
            CheckChain(own[0], links, chain is not null);
            return new(new(own[0]), MatchingKey(own[0], key));
        }
        finally
        {
            foreach (var certificate in own.Concat(links)) certificate.Dispose();
        }
    }

    public override string ToString() => Certificate.Subject; // A key does not belong in a log.

    public void Dispose() => Certificate.Dispose();

    private static X509Certificate2Collection ReadAll(string text)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            found.Clear();
        }

        return found;
    }

    private static void CheckChain(X509Certificate2 certificate, X509Certificate2Collection links, bool isGiven)
    {
        var below = certificate;
        var index = -1;
        foreach (var link in links)
        {
            if (!Signatures.IsBy(below, link)) throw BadChain(index);
            (below, index) = (link, index + 1);
        }

        if (isGiven && links.Count == 0) throw BadChain(index);
    }

    private static MalformedCertificateException BadChain(int index) => new(
        "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. "
        + $"The index within the chain of the invalid certificate is: {index}");

    private static string MatchingKey(X509Certificate2 certificate, string text)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using AsymmetricAlgorithm key = rsa is not null ? RSA.Create() : ECDsa.Create();
        if (text.Contains("ENCRYPTED", StringComparison.Ordinal)) throw new MalformedCertificateException("Invalid Private Key.");
        try
        {
            key.ImportFromPem(text);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw IsKeyOfOtherKind(text) ? Mismatch() : new MalformedCertificateException("Invalid Private Key.");
        }

        return key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()) ? key.ExportPkcs8PrivateKeyPem() + "\n" : throw Mismatch();
    }

    private static bool IsKeyOfOtherKind(string text)
    {
        foreach (Func<AsymmetricAlgorithm> make in (Func<AsymmetricAlgorithm>[])[RSA.Create, ECDsa.Create])
        {
            using var key = make();
            try
            {
                key.ImportFromPem(text);
                return true;
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                // Not of this kind.
            }
        }

        return false;
    }

    private static KeyPairMismatchException Mismatch() => new("The public key certificate and the private key do not match.");
}
