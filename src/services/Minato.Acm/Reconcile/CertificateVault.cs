using System.Text;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Acm.Reconcile;

/// <summary>Opens a certificate for what carries traffic with it.</summary>
internal sealed class CertificateVault(Store store, ISealer sealer) : ICertificateVault
{
    // An expired certificate goes on serving, as it does on AWS: clients say so better than a closed port.
    public CertificateMaterial? Find(string arn) =>
        store.Current.Find(AcmTables.Certificates, arn) is { Issued: { } issued, RevokedAt: null } certificate ? Open(certificate, issued) : null;

    private CertificateMaterial Open(CertificateState certificate, IssuedState issued) => new()
    {
        Arn = certificate.Arn,
        Version = issued.Serial,
        Names = certificate.Names,
        IsElliptic = KeyAlgorithms.IsElliptic(certificate.KeyAlgorithm),
        KeyBits = KeyAlgorithms.Bits(certificate.KeyAlgorithm),
        NotBefore = issued.NotBefore,
        NotAfter = issued.NotAfter,
        Pem = issued.Certificate + issued.Chain + Encoding.UTF8.GetString(sealer.Open(issued.SealedKey, IssuedState.ContextOf(certificate.Arn, issued.Serial))),
    };
}
