using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>Ref is the certificate's name.</summary>
internal sealed class ServerCertificateType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::ServerCertificate", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["CertificateBody", "CertificateChain", "Path", "PrivateKey", "ServerCertificateName", "Tags"],
        CreateOnly = ["CertificateBody", "CertificateChain", "PrivateKey", "ServerCertificateName"], Attributes = ["Arn"], Identifiers = ["ServerCertificateName"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("ServerCertificateName", 128);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        await iam.GetServerCertificateAsync(new() { ServerCertificateName = r.Name }, r.Caller, ct);
        return r.Name;
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var needed in (string[])["CertificateBody", "PrivateKey"])
            if (!r.Has(needed)) throw new ResourceFailedException("InvalidRequest", $"Required property {needed} was not specified.");
        await OnceAsync(() => iam.UploadServerCertificateAsync(r.As<UploadServerCertificateRequest>(("ServerCertificateName", r.Name)), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Path")) await iam.UpdateServerCertificateAsync(new() { ServerCertificateName = r.Id, NewPath = r.Text("Path") ?? "/" }, r.Caller, ct);
        var there = (await iam.GetServerCertificateAsync(new() { ServerCertificateName = r.Id }, r.Caller, ct)).ServerCertificate.Tags;
        await r.RetagAsync(there, keys => iam.UntagServerCertificateAsync(new() { ServerCertificateName = r.Id, TagKeys = keys }, r.Caller, ct),
            tags => iam.TagServerCertificateAsync(new() { ServerCertificateName = r.Id, Tags = tags }, r.Caller, ct));
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => iam.DeleteServerCertificateAsync(new() { ServerCertificateName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = (await iam.GetServerCertificateAsync(new() { ServerCertificateName = r.Id }, r.Caller, ct)).ServerCertificate;
        var model = r.Model(seen, ("Arn", seen.ServerCertificateMetadata.Arn));
        model.Properties["ServerCertificateName"] = seen.ServerCertificateMetadata.ServerCertificateName;
        if (r.Has("Path")) model.Properties["Path"] = seen.ServerCertificateMetadata.Path;
        return model;
    }
}
