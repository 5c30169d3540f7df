using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>Other data are another version. The default one stays what it is, as with AWS.</summary>
internal sealed class LaunchTemplateType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::LaunchTemplate", null, ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["LaunchTemplateData", "LaunchTemplateName", "TagSpecifications", "VersionDescription"], Required = ["LaunchTemplateData"],
        CreateOnly = ["LaunchTemplateName", "TagSpecifications"], Attributes = ["DefaultVersionNumber", "LatestVersionNumber", "LaunchTemplateId"], Identifiers = ["LaunchTemplateId"],
    };

    protected override NameRule Name { get; } = new("LaunchTemplateName", 125);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateNames = [r.Name] }, r.Caller, ct)).LaunchTemplates?.FirstOrDefault()?.LaunchTemplateId;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => Ec2.CreateLaunchTemplateAsync(r.As<CreateLaunchTemplateRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("LaunchTemplateData", "VersionDescription"))
            await Ec2.CreateLaunchTemplateVersionAsync(r.As<CreateLaunchTemplateVersionRequest>(("LaunchTemplateId", r.Id), ("LaunchTemplateName", null)), r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteLaunchTemplateAsync(new() { LaunchTemplateId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var template = (await Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateIds = [r.Id] }, r.Caller, ct)).LaunchTemplates?.FirstOrDefault();
        if (template is null) return null;
        var version = (await Ec2.DescribeLaunchTemplateVersionsAsync(new() { LaunchTemplateId = r.Id, Versions = ["$Latest"] }, r.Caller, ct)).LaunchTemplateVersions?.FirstOrDefault();
        var model = r.Model(template,
            ("DefaultVersionNumber", Number(template.DefaultVersionNumber)), ("LatestVersionNumber", Number(template.LatestVersionNumber)), ("LaunchTemplateId", r.Id));
        if (version is not null) model.Properties["LaunchTemplateData"] = r.Model(version).Properties["LaunchTemplateData"]?.DeepClone();
        return model;
    }

    // AWS: these attributes are texts.
    private static JsonNode? Number(long? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
