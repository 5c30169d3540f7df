using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.Templates;

/// <summary>What templates can name of ECR.</summary>
internal static class RegistryTypes
{
    public static IServiceCollection AddEcrResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, RepositoryType>()
        .AddSingleton<IResourceType, RegistryPolicyType>()
        .AddSingleton<IResourceType, ReplicationConfigurationType>()
        .AddSingleton<IResourceType, PullThroughCacheRuleType>()
        .AddSingleton<IResourceType, RepositoryCreationTemplateType>()
        .AddSingleton<IResourceType, RegistryScanningConfigurationType>()
        .AddSingleton<IResourceType, SigningConfigurationType>()
        .AddSingleton<IResourceType, PullTimeUpdateExclusionType>();
}

/// <summary>A registry has one policy. Ref is the account.</summary>
internal sealed class RegistryPolicyType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::RegistryPolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutRegistryPolicyRequest>() with { Attributes = ["RegistryId"], Identifiers = ["RegistryId"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        r.Id = (await ecr.PutRegistryPolicyAsync(r.As<PutRegistryPolicyRequest>(), r.Caller, ct)).RegistryId ?? r.Caller.AccountId;

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => MakeAsync(r, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ecr.DeleteRegistryPolicyAsync(new(), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await ecr.GetRegistryPolicyAsync(new(), r.Caller, ct)).PolicyText is { } policy ? r.ModelOf(new() { ["PolicyText"] = JsonNode.Parse(policy) }, ("RegistryId", r.Id)) : null;
}

/// <summary>Where a registry copies its images. Ref is the account; deleting it copies nowhere.</summary>
internal sealed class ReplicationConfigurationType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::ReplicationConfiguration", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutReplicationConfigurationRequest>() with { Attributes = ["RegistryId"], Identifiers = ["RegistryId"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ecr.PutReplicationConfigurationAsync(r.As<PutReplicationConfigurationRequest>(), r.Caller, ct);
        r.Id = r.Caller.AccountId;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => MakeAsync(r, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        ecr.PutReplicationConfigurationAsync(new() { ReplicationConfiguration = new() { Rules = [] } }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await ecr.DescribeRegistryAsync(new(), r.Caller, ct);
        return seen.ReplicationConfiguration is { Rules.IsDefaultOrEmpty: false } ? r.Model(seen, ("RegistryId", r.Id)) : null;
    }
}

/// <summary>Ref is the prefix of the repositories that it fills.</summary>
internal sealed class PullThroughCacheRuleType(IEcr ecr, TimeProvider clock) : ResourceHandler("AWS::ECR::PullThroughCacheRule", clock)
{
    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<CreatePullThroughCacheRuleRequest>("RegistryId");

    public override ResourceTypeSchema Schema { get; } = s_all with { CreateOnly = s_all.Properties, Identifiers = ["EcrRepositoryPrefix"] };
    protected override NameRule Name { get; } = new("EcrRepositoryPrefix", 30, IsLower: true);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => ecr.CreatePullThroughCacheRuleAsync(r.As<CreatePullThroughCacheRuleRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ecr.DeletePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await ecr.DescribePullThroughCacheRulesAsync(new() { EcrRepositoryPrefixes = [r.Id] }, r.Caller, ct)).PullThroughCacheRules?.FirstOrDefault() is { } rule ? r.Model(rule) : null;
}
