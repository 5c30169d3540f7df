using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Templates;

/// <summary>What templates can name of load balancing.</summary>
internal static class ElbTypes
{
    public static IServiceCollection AddElbResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, LoadBalancerType>()
        .AddSingleton<IResourceType, TargetGroupType>()
        .AddSingleton<IResourceType, ListenerType>()
        .AddSingleton<IResourceType, ListenerRuleType>()
        .AddSingleton<IResourceType, ListenerCertificateType>()
        .AddSingleton<IResourceType, TrustStoreType>()
        .AddSingleton<IResourceType, TrustStoreRevocationType>()
        .AddSingleton<IResourceType, ClassicLoadBalancerType>();

    public static async Task RetagAsync(this IElasticLoadBalancingV2 elb, TemplateResource r, CancellationToken ct)
    {
        var changes = TagChanges.Between(r.Tags, await elb.TagsAsync(r, ct));
        if (changes.Gone.Count > 0) await elb.RemoveTagsAsync(new() { ResourceArns = [r.Id], TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count == 0) return;
        await elb.AddTagsAsync(new() { ResourceArns = [r.Id], Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    public static async Task<Dictionary<string, string>> TagsAsync(this IElasticLoadBalancingV2 elb, TemplateResource r, CancellationToken ct) =>
        ((await elb.DescribeTagsAsync(new() { ResourceArns = [r.Id] }, r.Caller, ct)).TagDescriptions?[0].Tags ?? []).ToDictionary(t => t.Key, t => t.Value ?? "");

    /// <summary>Attributes of a load balancer and its like: of all that it has, those that the template speaks of.</summary>
    public static JsonArray Spoken(TemplateResource r, string property, IEnumerable<(string? Key, string? Value)> all)
    {
        var spoken = r.Objects(property).Select(a => a["Key"]?.ToString()).ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(a => spoken.Contains(a.Key)).Select(a => new JsonObject { ["Key"] = a.Key, ["Value"] = a.Value })];
    }

    /// <summary>What a template has for tags.</summary>
    public static JsonArray ToList(this Dictionary<string, string> tags) =>
        [.. tags.Where(t => !t.Key.StartsWith("aws:", StringComparison.Ordinal)).Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })];
}
