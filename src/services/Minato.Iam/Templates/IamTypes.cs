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
        .AddSingleton<IResourceType, RolePolicyType>()
        .AddSingleton<IResourceType, UserType>()
        .AddSingleton<IResourceType, UserPolicyType>()
        .AddSingleton<IResourceType, AccessKeyType>()
        .AddSingleton<IResourceType, PolicyType>()
        .AddSingleton<IResourceType, ManagedPolicyType>();

    /// <summary>A document as the API answers it: percent-encoded JSON.</summary>
    public static JsonNode? Document(string? text) => text is null ? null : JsonNode.Parse(text.StartsWith('%') ? Uri.UnescapeDataString(text) : text);

    /// <summary>Inline policies of a template's property, by name.</summary>
    public static Dictionary<string, string> Inline(JsonObject properties) => (properties["Policies"] as JsonArray ?? []).OfType<JsonObject>()
        .ToDictionary(p => p["PolicyName"]?.ToString() ?? "", p => p["PolicyDocument"] is JsonValue text ? text.ToString() : p["PolicyDocument"]?.ToJsonString() ?? "", StringComparer.Ordinal);

    public static JsonArray ToList(this IEnumerable<Tag>? tags) => [.. (tags ?? []).Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })];
}
