using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Templates;

/// <summary>What templates can name of ECS.</summary>
internal static class EcsTypes
{
    public static IServiceCollection AddEcsResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, ClusterType>()
        .AddSingleton<IResourceType, ClusterAssociationsType>()
        .AddSingleton<IResourceType, CapacityProviderType>()
        .AddSingleton<IResourceType, TaskDefinitionType>()
        .AddSingleton<IResourceType, ServiceType>()
        .AddSingleton<IResourceType, TaskSetType>()
        .AddSingleton<IResourceType, PrimaryTaskSetType>();

    public static async Task RetagAsync(this IEcs ecs, TemplateResource r, string arn, CancellationToken ct)
    {
        var there = (await ecs.ListTagsForResourceAsync(new() { ResourceArn = arn }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => System.Collections.Generic.KeyValuePair.Create(t.Key ?? "", t.Value ?? "")));
        if (changes.Gone.Count > 0) await ecs.UntagResourceAsync(new() { ResourceArn = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count == 0) return;
        await ecs.TagResourceAsync(new() { ResourceArn = arn, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }
}
