using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>What templates can name of IAM.</summary>
internal static class IamTypes
{
    public static IServiceCollection AddIamResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, RoleType>()
        .AddSingleton<IResourceType, ServiceLinkedRoleType>()
        .AddSingleton<IResourceType, UserType>()
        .AddSingleton<IResourceType, GroupType>()
        .AddSingleton<IResourceType, UserToGroupAdditionType>()
        .AddBearerPolicy(iam => new RoleBearers(iam)).AddBearerPolicy(iam => new UserBearers(iam)).AddBearerPolicy(iam => new GroupBearers(iam))
        .AddSingleton<IResourceType, AccessKeyType>()
        .AddSingleton<IResourceType, InstanceProfileType>()
        .AddSingleton<IResourceType, PolicyType>()
        .AddSingleton<IResourceType, ManagedPolicyType>()
        .AddSingleton<IResourceType, OidcProviderType>()
        .AddSingleton<IResourceType, SamlProviderType>()
        .AddSingleton<IResourceType, ServerCertificateType>();

    private static IServiceCollection AddBearerPolicy(this IServiceCollection services, Func<IIam, PolicyBearers> bearers) =>
        services.AddSingleton<IResourceType>(p => new BearerPolicyType(bearers(p.GetRequiredService<IIam>()), p.GetRequiredService<TimeProvider>()));

    /// <summary>A document as the API answers it: percent-encoded JSON.</summary>
    public static JsonNode? Document(string? text) => text is null ? null : JsonNode.Parse(text.StartsWith('%') ? Uri.UnescapeDataString(text) : text);

    /// <summary>Inline policies of a template's property, by name.</summary>
    public static Dictionary<string, string> Inline(JsonObject properties) => (properties["Policies"] as JsonArray ?? []).OfType<JsonObject>()
        .ToDictionary(p => p["PolicyName"]?.ToString() ?? "", p => p["PolicyDocument"] is JsonValue text ? text.ToString() : p["PolicyDocument"]?.ToJsonString() ?? "", StringComparer.Ordinal);

    public static JsonArray ToList(this IEnumerable<Tag>? tags) => [.. (tags ?? []).Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })];

    /// <summary>Brings tags to what is asked.</summary>
    public static async Task RetagAsync(this TemplateResource r, IEnumerable<Tag>? there, Func<ImmutableArray<string>, Task> untag, Func<ImmutableArray<Tag>, Task> tag)
    {
        var changes = TagChanges.Between(r.Tags, (there ?? []).Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await untag([.. changes.Gone]);
        if (changes.Set.Count > 0) await tag([.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })]);
    }
}
