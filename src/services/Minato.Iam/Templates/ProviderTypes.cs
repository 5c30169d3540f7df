using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>Ref is the provider's ARN.</summary>
internal sealed class OidcProviderType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::OIDCProvider", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["ClientIdList", "Tags", "ThumbprintList", "Url"], CreateOnly = ["Url"], Attributes = ["Arn"], Identifiers = ["Arn"], Tags = "Tags",
    };

    // The issuer is its name, and always given: an earlier attempt's is the one that bears it.
    protected override NameRule Name { get; } = new("Url", 255);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ClientIdList"] = "ClientIDList" };

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        var issuer = r.Name.Replace("https://", "", StringComparison.OrdinalIgnoreCase).TrimEnd('/');
        var all = (await iam.ListOpenIDConnectProvidersAsync(new(), r.Caller, ct)).OpenIDConnectProviderList ?? [];
        return all.Select(p => p.Arn).FirstOrDefault(a => a?.EndsWith($":oidc-provider/{issuer}", StringComparison.OrdinalIgnoreCase) is true);
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Has("Url")) throw new ResourceFailedException("InvalidRequest", "Required property Url was not specified.");
        await OnceAsync(() => iam.CreateOpenIDConnectProviderAsync(r.As<CreateOpenIDConnectProviderRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id }, r.Caller, ct);
        foreach (var id in r.Texts("ClientIdList").Except(seen.ClientIDList ?? []))
            await iam.AddClientIDToOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id, ClientID = id }, r.Caller, ct);
        foreach (var id in (seen.ClientIDList ?? []).Except(r.Texts("ClientIdList")))
            await iam.RemoveClientIDFromOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id, ClientID = id }, r.Caller, ct);
        if (r.Changed("ThumbprintList"))
            await iam.UpdateOpenIDConnectProviderThumbprintAsync(new() { OpenIDConnectProviderArn = r.Id, ThumbprintList = [.. r.Texts("ThumbprintList")] }, r.Caller, ct);
        await r.RetagAsync(seen.Tags, keys => iam.UntagOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id, TagKeys = keys }, r.Caller, ct),
            tags => iam.TagOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id, Tags = tags }, r.Caller, ct));
    }

    // AWS: deleting what is not there succeeds.
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        iam.DeleteOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = r.Id }, r.Caller, ct);
        var model = r.Model(seen, ("Arn", r.Id));
        model.Properties["Url"] = r.Text("Url") ?? $"https://{seen.Url}"; // AWS answers it without its scheme.
        return model;
    }
}

/// <summary>Ref is the provider's ARN.</summary>
internal sealed class SamlProviderType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::SAMLProvider", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["AddPrivateKey", "AssertionEncryptionMode", "Name", "SamlMetadataDocument", "Tags"], CreateOnly = ["Name"], Attributes = ["Arn", "SamlProviderUUID"],
        Identifiers = ["Arn"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("Name", 128);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["SamlMetadataDocument"] = "SAMLMetadataDocument" };

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        var arn = $"arn:aws:iam::{r.Caller.AccountId}:saml-provider/{r.Name}";
        await iam.GetSAMLProviderAsync(new() { SAMLProviderArn = arn }, r.Caller, ct);
        return arn;
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => iam.CreateSAMLProviderAsync(r.As<CreateSAMLProviderRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("SamlMetadataDocument", "AssertionEncryptionMode", "AddPrivateKey")) await iam.UpdateSAMLProviderAsync(r.As<UpdateSAMLProviderRequest>(("SAMLProviderArn", r.Id)), r.Caller, ct);
        var seen = await iam.GetSAMLProviderAsync(new() { SAMLProviderArn = r.Id }, r.Caller, ct);
        await r.RetagAsync(seen.Tags, keys => iam.UntagSAMLProviderAsync(new() { SAMLProviderArn = r.Id, TagKeys = keys }, r.Caller, ct),
            tags => iam.TagSAMLProviderAsync(new() { SAMLProviderArn = r.Id, Tags = tags }, r.Caller, ct));
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => iam.DeleteSAMLProviderAsync(new() { SAMLProviderArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await iam.GetSAMLProviderAsync(new() { SAMLProviderArn = r.Id }, r.Caller, ct);
        var model = r.Model(seen, ("Arn", r.Id), ("SamlProviderUUID", seen.SAMLProviderUUID));
        model.Properties[nameof(Name)] = r.Id[(r.Id.LastIndexOf('/') + 1)..];
        return model;
    }
}
