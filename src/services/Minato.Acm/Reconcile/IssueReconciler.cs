using Microsoft.Extensions.Logging;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Acm.Reconcile;

internal sealed record CertificateKey(string Arn);

/// <summary>
/// Issues what was requested, and renews it before it expires while somebody uses it. Nobody has to prove that a name is theirs:
/// the authority is this installation's own, and nobody outside trusts it.
/// </summary>
internal sealed partial class IssueReconciler(
    Store store, Issuer issuer, IEnumerable<ICertificateUsers> users, Hints hints, TimeProvider clock, ILogger<IssueReconciler> log) : IReconciler<CertificateKey>
{
    public async ValueTask<Next> ReconcileAsync(CertificateKey key, CancellationToken ct)
    {
        if (store.Current.Find(AcmTables.Certificates, key.Arn) is not { } certificate) return Next.Done;
        var now = clock.GetUtcNow();
        if (RenewalPlanner.Due(certificate, users.SelectMany(u => u.UsersOf(key.Arn)).Any(), now) is not { } due) return Next.Done;
        if (due > now) return Next.At(due);
        var next = issuer.Issue(certificate, now);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(AcmTables.Certificates, key.Arn, certificate);
            tx.Put(AcmTables.Certificates, certificate with { Issued = next, RenewNow = false, RenewedAt = certificate.Issued is null ? null : now });
        }, ct);
        LogIssued(key.Arn, certificate.DomainName, next.NotAfter);
        hints.Publish(AcmRoom.CertificateTopic, key.Arn);
        return Next.At(next.NotAfter - RenewalPlanner.Ahead);
    }

    [LoggerMessage(2901, LogLevel.Information, "Certificate {Certificate} for {Name} is issued and valid until {End}")]
    private partial void LogIssued(string certificate, string name, DateTimeOffset end);
}
