using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Minato.Acm.Api;
using Minato.Contracts.Acm;
using Minato.Engines.Certificates;

namespace Minato.Acm.Planning;

/// <summary>What an import brings, checked: the key is the certificate's, and the chain leads on from it link by link.</summary>
internal sealed record Imported(X509Certificate2 Certificate, KeyAlgorithm Algorithm, string CertificatePem, string? ChainPem, string KeyPem) : IDisposable
{
    private const int MostLinks = 16;
    private const int LeastChainBits = 2048;

    public static Imported Read(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? chain, DateTimeOffset now)
    {
        var own = ReadAll(certificate.Span, "certificate");
        if (own.Count != 1)
        {
            Dispose(own);
            throw AcmErrors.Validation("The certificate field contains more than one certificate. You can specify only one certificate in this field.");
        }
        var links = chain is { } given ? ReadAll(given.Span, "certificate chain") : [];
        try
        {
            var algorithm = KeyAlgorithms.Of(own[0]) ?? throw AcmErrors.Validation("The certificate's key algorithm or key length is not supported.");
            CheckDates(own[0], "certificate", now);
            CheckSignature(own[0], "certificate");
            var keyPem = MatchingKey(own[0], key.Span);
            CheckChain(own[0], links, chain is not null, now);
            return new(own[0], algorithm, Pem(own), links.Count == 0 ? null : Pem(links), keyPem);
        }
        catch
        {
            Dispose(own);
            throw;
        }
        finally
        {
            Dispose(links);
        }
    }

    public override string ToString() => Certificate.Subject; // A key does not belong in a log.

    public void Dispose() => Certificate.Dispose();

    private static X509Certificate2Collection ReadAll(ReadOnlySpan<byte> bytes, string what)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(Encoding.UTF8.GetString(bytes));
        }
        catch (CryptographicException)
        {
            Dispose(found);
            found.Clear();
        }
        return found.Count is > 0 and <= MostLinks ? found : throw AcmErrors.Validation($"The {what} is not PEM-encoded or is not valid.");
    }

    private static void CheckDates(X509Certificate2 certificate, string what, DateTimeOffset now)
    {
        if (certificate.NotAfter.ToUniversalTime() <= now.UtcDateTime) throw AcmErrors.Validation($"The {what} has expired, is not valid.");
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime) throw AcmErrors.Validation($"The {what} is not in effect yet, is not valid.");
    }

    // No client of today accepts it, and no proxy loads it.
    private static void CheckSignature(X509Certificate2 certificate, string what)
    {
        if (!Signatures.IsStrong(certificate)) throw AcmErrors.Validation($"The signature algorithm of the {what} is not supported.");
    }

    private static string MatchingKey(X509Certificate2 certificate, ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (text.Contains("ENCRYPTED", StringComparison.Ordinal)) throw AcmErrors.Validation("The private key is encrypted. Only unencrypted private keys are supported.");
        using AsymmetricAlgorithm key = certificate.GetRSAPublicKey() is { } rsa ? Unused(rsa, RSA.Create()) : ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw AcmErrors.Validation("The private key is not PEM-encoded or is not valid.");
        }
        if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            throw AcmErrors.Validation("The private key does not match the certificate.");
        }
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static RSA Unused(RSA instead, RSA wanted)
    {
        instead.Dispose();
        return wanted;
    }

    private static void CheckChain(X509Certificate2 certificate, X509Certificate2Collection links, bool isGiven, DateTimeOffset now)
    {
        if (!isGiven)
        {
            if (!Signatures.IsBy(certificate, certificate))
            {
                throw AcmErrors.Validation("Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.");
            }
            return;
        }
        var below = certificate;
        foreach (var link in links)
        {
            CheckDates(link, "certificate chain", now);
            if (!Signatures.IsBy(below, link)) throw AcmErrors.Validation("Could not validate the certificate with the certificate chain.");
            if (!Signatures.IsBy(link, link)) CheckSignature(link, "certificate chain");
            using var rsa = link.GetRSAPublicKey();
            if (rsa is { KeySize: < LeastChainBits }) throw AcmErrors.Validation("The key length of the certificate chain is not supported.");
            below = link;
        }
    }

    private static string Pem(X509Certificate2Collection certificates) => string.Concat(certificates.Select(c => c.ExportCertificatePem() + "\n"));

    private static void Dispose(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates) certificate.Dispose();
    }
}
