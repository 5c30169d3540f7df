using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Acm;

namespace Minato.Acm.Templates;

/// <summary>How long before its end an account hears of a certificate. Ref is the account; deleting it leaves what AWS begins with.</summary>
internal sealed class AccountType(IAcm acm, TimeProvider clock) : ResourceHandler("AWS::CertificateManager::Account", clock)
{
    private const int FirstDays = 45;

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["ExpiryEventsConfiguration"], Required = ["ExpiryEventsConfiguration"], Attributes = ["AccountId"], Identifiers = ["AccountId"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ExpiryEventsConfiguration"] = "ExpiryEvents" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Caller.AccountId;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => acm.PutAccountConfigurationAsync(r.As<PutAccountConfigurationRequest>(), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        acm.PutAccountConfigurationAsync(new() { IdempotencyToken = r.Token, ExpiryEvents = new() { DaysBeforeExpiry = FirstDays } }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await acm.GetAccountConfigurationAsync(new(), r.Caller, ct);
        var isFirst = seen.ExpiryEvents?.DaysBeforeExpiry is FirstDays && (r.Properties["ExpiryEventsConfiguration"] as JsonObject)?["DaysBeforeExpiry"]?.ToString() != $"{FirstDays}";
        return isFirst ? null : r.Model(seen, ("AccountId", r.Id));
    }
}
