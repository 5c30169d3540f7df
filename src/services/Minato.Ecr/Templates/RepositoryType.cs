using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.Templates;

internal sealed class RepositoryType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::Repository", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRepositoryRequest>("RepositoryName", "RegistryId")
        .And("EmptyOnDelete", "LifecyclePolicy", "RepositoryName", "RepositoryPolicyText") with
    {
        CreateOnly = ["EncryptionConfiguration", "RepositoryName"], Attributes = ["Arn", "RepositoryUri"], Identifiers = ["RepositoryName"],
    };

    protected override NameRule Name { get; } = new("RepositoryName", 256, IsLower: true);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => ecr.CreateRepositoryAsync(r.As<CreateRepositoryRequest>(), r.Caller, ct));
        r.Id = r.Name;
        await SetPoliciesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("ImageTagMutability", "ImageTagMutabilityExclusionFilters"))
            await ecr.PutImageTagMutabilityAsync(r.As<PutImageTagMutabilityRequest>(("ImageTagMutability", r.Text("ImageTagMutability") ?? "MUTABLE")), r.Caller, ct);
        if (r.Changed("ImageScanningConfiguration"))
        {
            await ecr.PutImageScanningConfigurationAsync(r.As<PutImageScanningConfigurationRequest>(
                ("ImageScanningConfiguration", r.Properties["ImageScanningConfiguration"]?.DeepClone() ?? new JsonObject { ["ScanOnPush"] = false })), r.Caller, ct);
        }
        await SetPoliciesAsync(r, ct);
        if (await FindRepositoryAsync(r, ct) is { RepositoryArn: { } arn }) await RetagAsync(arn, r, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        ecr.DeleteRepositoryAsync(new() { RepositoryName = r.Id, Force = r.IsTrue("EmptyOnDelete") }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await FindRepositoryAsync(r, ct) is not { } repository) return null;
        var model = r.Model(repository, ("Arn", repository.RepositoryArn), ("RepositoryUri", repository.RepositoryUri));
        if (await DescribedOrNull<GetRepositoryPolicyResponse>(async () => await ecr.GetRepositoryPolicyAsync(new() { RepositoryName = r.Id }, r.Caller, ct)) is { PolicyText: { } policy })
            model.Properties["RepositoryPolicyText"] = JsonNode.Parse(policy);
        if (await DescribedOrNull<GetLifecyclePolicyResponse>(async () => await ecr.GetLifecyclePolicyAsync(new() { RepositoryName = r.Id }, r.Caller, ct)) is { LifecyclePolicyText: { } text })
            model.Properties["LifecyclePolicy"] = new JsonObject { ["LifecyclePolicyText"] = text };
        var tags = (await ecr.ListTagsForResourceAsync(new() { ResourceArn = repository.RepositoryArn ?? "" }, r.Caller, ct)).Tags ?? [];
        model.Properties["Tags"] = new JsonArray([.. tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
        return model;
    }

    private async Task SetPoliciesAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Text("RepositoryPolicyText") is { } policy)
        {
            if (r.Changed("RepositoryPolicyText")) await ecr.SetRepositoryPolicyAsync(new() { RepositoryName = r.Id, PolicyText = policy }, r.Caller, ct);
        }
        else if (r.Changed("RepositoryPolicyText")) await IfThereAsync(() => ecr.DeleteRepositoryPolicyAsync(new() { RepositoryName = r.Id }, r.Caller, ct));
        if (!r.Changed("LifecyclePolicy")) return;
        if ((r.Properties["LifecyclePolicy"] as JsonObject)?["LifecyclePolicyText"]?.ToString() is { } text)
            await ecr.PutLifecyclePolicyAsync(new() { RepositoryName = r.Id, LifecyclePolicyText = text }, r.Caller, ct);
        else await IfThereAsync(() => ecr.DeleteLifecyclePolicyAsync(new() { RepositoryName = r.Id }, r.Caller, ct));
    }

    private async Task RetagAsync(string arn, TemplateResource r, CancellationToken ct)
    {
        var there = (await ecr.ListTagsForResourceAsync(new() { ResourceArn = arn }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await ecr.UntagResourceAsync(new() { ResourceArn = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await ecr.TagResourceAsync(new() { ResourceArn = arn, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    private async Task<Repository?> FindRepositoryAsync(TemplateResource r, CancellationToken ct) =>
        (await ecr.DescribeRepositoriesAsync(new() { RepositoryNames = [r.Id] }, r.Caller, ct)).Repositories?.FirstOrDefault();
}
