using System.Text;
using Minato.Engines.Certificates;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam;

/// <summary>Opens a server certificate for what carries traffic with it.</summary>
internal sealed class ServerCertificateVault(Store store, ISealer sealer) : ICertificateVault
{
    // An expired certificate goes on serving, as it does on AWS.
    public CertificateMaterial? Find(string arn) => arn.Split(':', 6) is [_, _, "iam", _, var account, _]
        && store.Current.Where(IamTables.ServerCertificatesByAccount, account).FirstOrDefault(c => c.IsCalled(arn)) is { } certificate
        ? new()
        {
            Arn = arn, Version = certificate.Id, Names = certificate.Names, IsElliptic = certificate.IsElliptic, KeyBits = certificate.KeyBits,
            NotBefore = certificate.NotBefore, NotAfter = certificate.NotAfter,
            Pem = Line(certificate.Certificate) + Line(certificate.Chain) + Encoding.UTF8.GetString(sealer.Open(certificate.SealedKey, ServerCertificateState.ContextOf(certificate.Id))),
        }
        : null;

    private static string Line(string? pem) => pem is null or "" or [.., '\n'] ? pem ?? "" : pem + "\n";
}
