using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minato.Platform;

/// <summary>A root of its own, in memory; an adapter keeps it longer.</summary>
public class LocalAuthority(Ids ids, TimeProvider clock) : ICertificateAuthority, IDisposable
{
    private const int KeyBits = 2048; // RSA: even old clients verify it.
    private const int SerialLength = 16;
    private static readonly TimeSpan s_life = TimeSpan.FromDays(3650);
    private readonly Lock _gate = new();
    private X509Certificate2? _root;

    public string RootPem => Root().ExportCertificatePem() + "\n";

    public X509Certificate2 Sign(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var root = Root();
        using var key = root.GetRSAPrivateKey() ?? throw new InvalidDataException("The certificate authority's key is missing.");
        return request.Create(root.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), notBefore, notAfter, Serial());
    }

    public void Dispose()
    {
        _root?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <returns>Certificate and key as PEM; null when there is none yet.</returns>
    protected virtual string? Load() => null;

    /// <summary>Keeps what was made, unless another is kept already.</summary>
    protected virtual void Keep(string pem)
    {
    }

    private X509Certificate2 Root()
    {
        lock (_gate) return _root ??= Load() is { } pem ? X509Certificate2.CreateFromPem(pem, pem) : Make();
    }

    private X509Certificate2 Make()
    {
        using var key = RSA.Create(KeyBits);
        var request = new CertificateRequest("CN=Minato local CA", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        using var made = request.Create(request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), now.AddDays(-1), now + s_life, Serial());
        Keep($"{made.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        // Somebody else may have been quicker: there is one authority, whoever made it.
        return Load() is { } kept ? X509Certificate2.CreateFromPem(kept, kept) : made.CopyWithPrivateKey(key);
    }

    private byte[] Serial()
    {
        var serial = new byte[SerialLength];
        ids.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // Positive, and as long as it is.
        return serial;
    }
}
