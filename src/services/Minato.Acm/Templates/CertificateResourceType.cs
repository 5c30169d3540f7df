using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Acm;

namespace Minato.Acm.Templates;

/// <summary>A certificate is there once it is issued: until its domains are proved the stack waits. Ref is its ARN.</summary>
internal sealed class CertificateResourceType(IAcm acm, TimeProvider clock) : ResourceHandler("AWS::CertificateManager::Certificate", clock)
{
    // AWS: after that the request itself has failed.
    protected override TimeSpan Longest => TimeSpan.FromHours(72);

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties =
        [
            "CertificateAuthorityArn", "CertificateExport", "CertificateTransparencyLoggingPreference", "DomainName", "DomainValidationOptions", "KeyAlgorithm", "SubjectAlternativeNames",
            "Tags", "ValidationMethod",
        ],
        Required = ["DomainName"],
        CreateOnly = ["CertificateAuthorityArn", "CertificateExport", "DomainName", "DomainValidationOptions", "KeyAlgorithm", "SubjectAlternativeNames", "ValidationMethod"],
        Identifiers = ["Id"], Tags = "Tags",
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        // AWS: a zone of a domain is where CloudFormation itself would write the proof; the API does not know of it.
        var domains = new JsonArray([.. r.Objects("DomainValidationOptions").Where(o => o["ValidationDomain"] is not null).Select(o =>
            new JsonObject { ["DomainName"] = o["DomainName"]?.DeepClone(), ["ValidationDomain"] = o["ValidationDomain"]?.DeepClone() })]);
        r.Id = (await acm.RequestCertificateAsync(r.As<RequestCertificateRequest>(("DomainValidationOptions", domains.Count > 0 ? domains : null), ("Options", Options(r))), r.Caller, ct)).CertificateArn ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("CertificateTransparencyLoggingPreference"))
            await acm.UpdateCertificateOptionsAsync(r.Read<UpdateCertificateOptionsRequest>(new() { ["CertificateArn"] = r.Id, ["Options"] = Options(r) ?? [] }), r.Caller, ct);
        var there = (await acm.ListTagsForCertificateAsync(new() { CertificateArn = r.Id }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value ?? "")));
        if (changes.Gone.Count > 0) await acm.RemoveTagsFromCertificateAsync(new() { CertificateArn = r.Id, Tags = [.. changes.Gone.Select(k => new Tag { Key = k })] }, r.Caller, ct);
        if (changes.Set.Count > 0) await acm.AddTagsToCertificateAsync(new() { CertificateArn = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct)
    {
        var certificate = await CertificateAsync(r, ct);
        if (certificate?.Status == CertificateStatus.PendingValidation) return false;
        if (certificate?.Status != CertificateStatus.Issued)
            throw new ResourceFailedException("NotStabilized", $"Certificate {r.Id} is {certificate?.Status?.ToWire() ?? "gone"}{(certificate?.FailureReason is { } why ? $": {why.ToWire()}" : "")}.");
        return true;
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => acm.DeleteCertificateAsync(new() { CertificateArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await CertificateAsync(r, ct) is not { } certificate) return null;
        var model = r.Model(certificate);
        model.Properties.Remove("DomainValidationOptions");
        model.Properties.Remove("SubjectAlternativeNames");
        // AWS: the names of a certificate begin with its own.
        if ((certificate.SubjectAlternativeNames ?? []).Where(n => n != certificate.DomainName).ToArray() is { Length: > 0 } others)
            model.Properties["SubjectAlternativeNames"] = new JsonArray([.. others.Select(n => (JsonNode)n)]);
        var tags = (await acm.ListTagsForCertificateAsync(new() { CertificateArn = r.Id }, r.Caller, ct)).Tags ?? [];
        model.Properties["Tags"] = new JsonArray([.. tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
        return model;
    }

    private static JsonObject? Options(TemplateResource r) => (r.Text("CertificateTransparencyLoggingPreference"), r.Text("CertificateExport")) switch
    {
        (null, null) => null,
        var (logging, export) => new() { ["CertificateTransparencyLoggingPreference"] = logging, ["Export"] = export },
    };

    private async Task<CertificateDetail?> CertificateAsync(TemplateResource r, CancellationToken ct) =>
        (await acm.DescribeCertificateAsync(new() { CertificateArn = r.Id }, r.Caller, ct)).Certificate;
}
