using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Aws;
using Minato.Contracts.Acm;
using Minato.Contracts.Eventbridge;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Acm.Reconcile;

/// <summary>A certificate whose end is told of.</summary>
internal sealed record ExpiryKey(string Arn);

/// <summary>Tells EventBridge, where there is one, that a certificate is about to end or has ended: once a day, also over a restart.</summary>
internal sealed partial class ExpiryReconciler(
    Store store, IEnumerable<ICertificateUsers> users, TimeProvider clock, ILogger<ExpiryReconciler> log, IEventbridge? bridge = null) : IReconciler<ExpiryKey>
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public async ValueTask<Next> ReconcileAsync(ExpiryKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (bridge is null || state.Find(AcmTables.Certificates, key.Arn) is not { Issued: { } issued } certificate) return Next.Done;
        var days = state.Find(AcmTables.Accounts, AccountState.KeyOf(certificate.Home))?.DaysBeforeExpiry ?? ExpiryPlanner.DefaultDays;
        if (ExpiryPlanner.Due(certificate, days) is not { } due) return Next.Done;
        var now = clock.GetUtcNow();
        if (due > now) return Next.At(due);
        var told = certificate with { ToldAt = now };
        await store.UpdateAsync(tx =>
        {
            tx.Expect(AcmTables.Certificates, key.Arn, certificate);
            tx.Put(AcmTables.Certificates, told);
        }, ct);
        if (issued.NotAfter > now)
            await TellAsync(certificate, "ACM Certificate Approaching Expiration", new() { ["DaysToExpiry"] = ExpiryPlanner.DaysLeft(issued.NotAfter, now), ["CommonName"] = certificate.DomainName }, ct);
        else if (certificate.IsManaged) await TellAsync(certificate, "ACM Certificate Expired", Ended(certificate, issued), ct);
        return ExpiryPlanner.Due(told, days) is { } next ? Next.At(next) : Next.Done;
    }

    private JsonObject Ended(CertificateState certificate, IssuedState issued) => new()
    {
        ["CertificateType"] = certificate.Type.ToWire(), ["CommonName"] = certificate.DomainName, ["DomainValidationMethod"] = certificate.ValidationMethod?.ToWire(),
        ["CertificateCreatedDate"] = Text(certificate.CreatedAt), ["CertificateExpirationDate"] = Text(issued.NotAfter),
        ["InUse"] = users.SelectMany(u => u.UsersOf(certificate.Arn)).Any(), ["Exported"] = certificate.WasExported,
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, System.Globalization.CultureInfo.InvariantCulture);

    private async ValueTask TellAsync(CertificateState certificate, string type, JsonObject detail, CancellationToken ct)
    {
        if (bridge is null) return;
        try
        {
            await bridge.PutEventsAsync(
                new() { Entries = [new() { Source = "aws.acm", DetailType = type, Resources = [certificate.Arn], Detail = detail.ToJsonString() }] },
                Caller.ForService(certificate.Home.AccountId, certificate.Home.Region, "acm.amazonaws.com"), ct);
        }
        catch (AwsException e)
        {
            LogRefused(certificate.Arn, e.Message); // It is told again tomorrow.
        }
    }

    [LoggerMessage(2902, LogLevel.Warning, "EventBridge refused an event of certificate {Certificate}: {Reason}")]
    private partial void LogRefused(string certificate, string reason);
}
