using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.Templates;

/// <summary>How repositories are made that a pull or a push makes. Ref is the prefix.</summary>
internal sealed class RepositoryCreationTemplateType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::RepositoryCreationTemplate", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRepositoryCreationTemplateRequest>() with
    {
        CreateOnly = ["Prefix"], Attributes = ["CreatedAt", "UpdatedAt"], Identifiers = ["Prefix"],
    };

    // The prefix is its name, and always given.
    protected override NameRule Name { get; } = new("Prefix", 256, IsLower: true);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => ecr.CreateRepositoryCreationTemplateAsync(r.As<CreateRepositoryCreationTemplateRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        ecr.UpdateRepositoryCreationTemplateAsync(r.As<UpdateRepositoryCreationTemplateRequest>(("Prefix", r.Id)), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ecr.DeleteRepositoryCreationTemplateAsync(new() { Prefix = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = (await ecr.DescribeRepositoryCreationTemplatesAsync(new() { Prefixes = [r.Id] }, r.Caller, ct)).RepositoryCreationTemplates?.FirstOrDefault();
        return seen is null ? null : r.Model(seen, ("CreatedAt", Iso(seen.CreatedAt)), ("UpdatedAt", Iso(seen.UpdatedAt)));
    }

    private static string? Iso(DateTimeOffset? at) => at?.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What of a registry is scanned, and when. Ref is the account; deleting it scans on push what repositories ask for, as in the beginning.</summary>
internal sealed class RegistryScanningConfigurationType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::RegistryScanningConfiguration", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutRegistryScanningConfigurationRequest>() with
    {
        Required = ["Rules", "ScanType"], Attributes = ["RegistryId"], Identifiers = ["RegistryId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Caller.AccountId;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => ecr.PutRegistryScanningConfigurationAsync(r.As<PutRegistryScanningConfigurationRequest>(), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        ecr.PutRegistryScanningConfigurationAsync(new() { ScanType = ScanType.Basic, Rules = [] }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await ecr.GetRegistryScanningConfigurationAsync(new(), r.Caller, ct)).ScanningConfiguration is { } seen && (seen.ScanType != ScanType.Basic || seen.Rules is { IsDefaultOrEmpty: false })
            ? r.Model(seen, ("RegistryId", r.Id)) : null;
}

/// <summary>Which images are signed as they are pushed. Ref is the account.</summary>
internal sealed class SigningConfigurationType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::SigningConfiguration", clock)
{
    public override ResourceTypeSchema Schema { get; } = new() { Properties = ["Rules"], Required = ["Rules"], Attributes = ["RegistryId"], Identifiers = ["RegistryId"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Caller.AccountId;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => ecr.PutSigningConfigurationAsync(
        r.Read<PutSigningConfigurationRequest>(new() { ["SigningConfiguration"] = new JsonObject { ["Rules"] = r.ListOrEmpty("Rules") } }), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ecr.DeleteSigningConfigurationAsync(new(), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await ecr.GetSigningConfigurationAsync(new(), r.Caller, ct)).SigningConfiguration is { } seen ? r.Model(seen, ("RegistryId", r.Id)) : null;
}

/// <summary>Somebody whose pulls do not count as the use of an image. Ref is the principal's ARN.</summary>
internal sealed class PullTimeUpdateExclusionType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::PullTimeUpdateExclusion", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<RegisterPullTimeUpdateExclusionRequest>() with { CreateOnly = ["PrincipalArn"], Identifiers = ["PrincipalArn"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => ecr.RegisterPullTimeUpdateExclusionAsync(r.As<RegisterPullTimeUpdateExclusionRequest>(), r.Caller, ct));
        r.Id = r.Text("PrincipalArn") ?? "";
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => IfThereAsync(() => ecr.DeregisterPullTimeUpdateExclusionAsync(new() { PrincipalArn = r.Id }, r.Caller, ct));

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await ecr.ListPullTimeUpdateExclusionsAsync(new(), r.Caller, ct);
        return seen.PullTimeUpdateExclusions?.Contains(r.Id) is true ? r.ModelOf(new() { ["PrincipalArn"] = r.Id }) : null;
    }
}
