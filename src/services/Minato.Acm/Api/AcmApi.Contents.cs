using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Aws;
using Minato.Contracts.Acm;
using Minato.Platform;

namespace Minato.Acm.Api;

// Certificates that come in from elsewhere, and what goes out.
internal sealed partial class AcmApi
{
    private const int KeyIterations = 100_000;

    public async Task<ImportCertificateResponse> ImportCertificateAsync(ImportCertificateRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var arn = request.CertificateArn ?? NewArn(caller);
        if (request.CertificateArn is not null && request.Tags is { IsDefaultOrEmpty: false })
        {
            throw AcmErrors.Validation("Tagging is not permitted on re-import.");
        }
        using var given = Imported.Read(request.Certificate, request.PrivateKey, request.CertificateChain, now);
        var names = CertificateFacts.Names(given.Certificate);
        var imported = new CertificateState
        {
            Arn = arn, Home = Home.Of(caller), Type = CertificateType.Imported, DomainName = names.FirstOrDefault() ?? "", Names = names,
            KeyAlgorithm = given.Algorithm, CreatedAt = now, IsLogged = false, Issued = Issue(arn, given, now),
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            if (request.CertificateArn is null) DemandRoom(tx, caller);
            tx.Put(AcmTables.Certificates, request.CertificateArn is null ? imported : Again(Find(tx, caller, arn), imported));
        }, ct);
        hints.Publish(AcmRoom.CertificateTopic, arn);
        return new() { CertificateArn = arn };
    }

    public Task<GetCertificateResponse> GetCertificateAsync(GetCertificateRequest request, Caller caller, CancellationToken ct)
    {
        var certificate = Find(store.Current, caller, request.CertificateArn);
        var issued = certificate.Issued ?? throw AcmErrors.InProgress(certificate.Arn);
        return Task.FromResult(new GetCertificateResponse { Certificate = issued.Certificate, CertificateChain = issued.Chain });
    }

    public async Task<ExportCertificateResponse> ExportCertificateAsync(ExportCertificateRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: what may leave is asked for with the option to export; nothing else ever does.
        var certificate = await ChangeAsync(caller, request.CertificateArn, c => c switch
        {
            { CanExport: false } or { IsManaged: false } => throw AcmErrors.Validation($"Certificate ARN: {c.Arn} is not a private certificate"),
            { Issued: null } => throw AcmErrors.InProgress(c.Arn),
            _ => c with { WasExported = true },
        }, ct);
        var issued = certificate.Issued ?? throw AcmErrors.InProgress(certificate.Arn);
        return new() { Certificate = issued.Certificate, CertificateChain = issued.Chain, PrivateKey = Encrypted(certificate, issued, request.Passphrase.Span) };
    }

    private IssuedState Issue(string arn, Imported given, DateTimeOffset now)
    {
        var serial = CertificateFacts.Serial(given.Certificate);
        return new()
        {
            At = now, Certificate = given.CertificatePem, Chain = given.ChainPem, Serial = serial,
            NotBefore = new(given.Certificate.NotBefore.ToUniversalTime()), NotAfter = new(given.Certificate.NotAfter.ToUniversalTime()),
            SealedKey = sealer.Seal(Encoding.UTF8.GetBytes(given.KeyPem), IssuedState.ContextOf(arn, serial)),
        };
    }

    /// <summary>AWS: an import under an ARN replaces the contents; those who use it go on with the new ones.</summary>
    private static CertificateState Again(CertificateState there, CertificateState imported)
    {
        if (there.Type is not CertificateType.Imported) throw AcmErrors.Validation("The certificate that you are trying to import over is not an imported certificate.");
        if (there.KeyAlgorithm != imported.KeyAlgorithm)
        {
            throw AcmErrors.Validation("The key type of the new certificate must match the key type of the certificate that it replaces.");
        }
        return imported with { CreatedAt = there.CreatedAt, Tags = there.Tags, ToldAt = there.ToldAt };
    }

    private string Encrypted(CertificateState certificate, IssuedState issued, ReadOnlySpan<byte> passphrase)
    {
        var pem = Encoding.UTF8.GetString(sealer.Open(issued.SealedKey, IssuedState.ContextOf(certificate.Arn, issued.Serial)));
        using AsymmetricAlgorithm key = KeyAlgorithms.IsElliptic(certificate.KeyAlgorithm) ? ECDsa.Create() : RSA.Create();
        key.ImportFromPem(pem);
        var protection = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, KeyIterations);
        return key.ExportEncryptedPkcs8PrivateKeyPem(Encoding.UTF8.GetString(passphrase), protection) + "\n";
    }
}
