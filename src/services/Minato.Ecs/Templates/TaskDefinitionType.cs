using System.Globalization;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Templates;

/// <summary>A revision: whatever changes but its tags makes another one. Deleting it deregisters it.</summary>
internal sealed class TaskDefinitionType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::TaskDefinition", clock)
{
    private const string StackTag = "aws:cloudformation:stack-id";
    private const string ResourceTag = "aws:cloudformation:logical-id";

    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<RegisterTaskDefinitionRequest>();

    public override ResourceTypeSchema Schema { get; } = s_all with
    {
        Required = [], CreateOnly = [.. s_all.Properties.Where(p => p != "Tags")], Attributes = ["TaskDefinitionArn"], Identifiers = ["TaskDefinitionArn"],
    };

    protected override NameRule Name { get; } = new("Family", 255);
    protected override bool TakesSystemTags => true;

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string>
    {
        ["ProxyConfigurationProperties"] = "properties",
        ["EFSVolumeConfiguration"] = "efsVolumeConfiguration",
        ["FilesystemId"] = "fileSystemId",
        ["IAM"] = "iam",
        ["FSxWindowsFileServerVolumeConfiguration"] = "fsxWindowsFileServerVolumeConfiguration",
    };

    // A family takes any number of revisions, so a second attempt could make a second one: what is newer than this and bears our tags is ours.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) =>
        (await NewestAsync(r, ct)).ToString(CultureInfo.InvariantCulture);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) => r.Id = await EarlierAsync(r, ct)
        ?? (await ecs.RegisterTaskDefinitionAsync(r.As<RegisterTaskDefinitionRequest>(), r.Caller, ct)).TaskDefinition?.TaskDefinitionArn ?? "";

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => ecs.RetagAsync(r, r.Id, ct);

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DefinitionAsync(r.Id, r, ct) is not null) await ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DefinitionAsync(r.Id, r, ct) is not { TaskDefinition: { } definition } answer) return null;
        var model = r.Model(definition, ("TaskDefinitionArn", r.Id));
        model.Properties["Tags"] = r.Model(new ListTagsForResourceResponse { Tags = answer.Tags ?? [] }).Properties["Tags"]?.DeepClone();
        return model;
    }

    private async Task<string?> EarlierAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Note is not { } note) return null;
        for (var revision = await NewestAsync(r, ct); revision > int.Parse(note, CultureInfo.InvariantCulture); revision--)
        {
            var found = await DefinitionAsync($"{r.Name}:{revision}", r, ct);
            if (IsOurs(found?.Tags ?? [], r)) return found?.TaskDefinition?.TaskDefinitionArn;
        }
        return null;
    }

    private static bool IsOurs(IEnumerable<Tag> tags, TemplateResource r) =>
        tags.Any(t => t is { Key: StackTag } && t.Value == r.Request.StackId) && tags.Any(t => t is { Key: ResourceTag } && t.Value == r.Request.LogicalResourceId);

    private async Task<int> NewestAsync(TemplateResource r, CancellationToken ct) => (await DefinitionAsync(r.Name, r, ct))?.TaskDefinition?.Revision ?? 0;

    private async Task<DescribeTaskDefinitionResponse?> DefinitionAsync(string reference, TemplateResource r, CancellationToken ct)
    {
        try
        {
            var found = await ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = reference, Include = [TaskDefinitionField.Tags] }, r.Caller, ct);
            return found.TaskDefinition?.Status == TaskDefinitionStatus.Active ? found : null;
        }
        catch (AwsException e) when (e.ShapeName is "ClientException") // AWS: it has no error of its own for a definition that is not there.
        {
            return null;
        }
    }
}
