using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.SecretsManager;

namespace Minato.SecretsManager.Templates;

/// <summary>What templates can name of Secrets Manager.</summary>
internal static class SecretTypes
{
    public static IServiceCollection AddSecretsResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, SecretType>()
        .AddSingleton<IResourceType, SecretPolicyType>()
        .AddSingleton<IResourceType, RotationScheduleType>();
}

internal sealed class SecretType(ISecretsManager secrets, TimeProvider clock) : ResourceHandler("AWS::SecretsManager::Secret", clock)
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Description", "GenerateSecretString", "KmsKeyId", "Name", "ReplicaRegions", "SecretString", "Tags", "Type"],
        CreateOnly = ["Name"], Attributes = ["Id"], Identifiers = ["Id"], Tags = "Tags",
    };

    // AWS: the stack is not in the names that it gives to secrets.
    protected override NameRule Name { get; } = new("Name", 512, Prefix: "");
    protected override IReadOnlyList<string> Unchangeable { get; } = ["ReplicaRegions"];
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ReplicaRegions"] = "AddReplicaRegions" };

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) => await DescribedOrNull(() => SecretAsync(r.Name, r, ct)) is { DeletedDate: null } secret ? secret.ARN : null;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var value = await ValueAsync(r, ct);
        await OnceAsync(async () => r.Id = (await secrets.CreateSecretAsync(r.As<CreateSecretRequest>(("SecretString", value)), r.Caller, ct)).ARN ?? "");
        r.Id = (await SecretAsync(r.Name, r, ct))?.ARN ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var value = r.Changed("SecretString", "GenerateSecretString") ? await ValueAsync(r, ct) : null;
        if (value is not null || r.Changed("Description", "KmsKeyId", "Type"))
            await OnceAsync(() => secrets.UpdateSecretAsync(r.As<UpdateSecretRequest>(("SecretId", r.Id), ("SecretString", value)), r.Caller, ct));
        var there = (await SecretAsync(r.Id, r, ct))?.Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key ?? "", t.Value ?? "")));
        if (changes.Gone.Count > 0) await secrets.UntagResourceAsync(new() { SecretId = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await secrets.TagResourceAsync(new() { SecretId = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        secrets.DeleteSecretAsync(new() { SecretId = r.Id, ForceDeleteWithoutRecovery = true }, r.Caller, ct);

    // AWS: a read does not tell the value.
    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await SecretAsync(r.Id, r, ct) is { DeletedDate: null } secret ? r.Model(secret, ("Id", secret.ARN)) : null;

    private async Task<DescribeSecretResponse?> SecretAsync(string id, TemplateResource r, CancellationToken ct) => await secrets.DescribeSecretAsync(new() { SecretId = id }, r.Caller, ct);

    private async Task<string?> ValueAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Properties["GenerateSecretString"] is not JsonObject wanted)
            return r.Text("SecretString");
        if (r.Has("SecretString")) throw new ResourceFailedException("InvalidRequest", "You can't specify both SecretString and GenerateSecretString.");
        var (template, key) = (wanted["SecretStringTemplate"]?.ToString(), wanted["GenerateStringKey"]?.ToString());
        if (template is null != key is null) throw new ResourceFailedException("InvalidRequest", "You must specify both SecretStringTemplate and GenerateStringKey, or neither of them.");
        var asked = (JsonObject)wanted.DeepClone();
        asked.Remove("SecretStringTemplate");
        asked.Remove("GenerateStringKey");
        var password = (await secrets.GetRandomPasswordAsync(r.Read<GetRandomPasswordRequest>(asked), r.Caller, ct)).RandomPassword ?? "";
        if (template is null || key is null) return password;
        var value = Parse(template);
        value[key] = password;
        return value.ToJsonString(s_plain);
    }

    private static JsonObject Parse(string template)
    {
        try { return JsonNode.Parse(template) as JsonObject ?? throw new JsonException(); }
        catch (JsonException) { throw new ResourceFailedException("InvalidRequest", "Could not parse SecretStringTemplate JSON."); }
    }
}

/// <summary>Ref is the secret's ARN.</summary>
internal sealed class SecretPolicyType(ISecretsManager secrets, TimeProvider clock) : ResourceHandler("AWS::SecretsManager::ResourcePolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutResourcePolicyRequest>() with { CreateOnly = ["SecretId"], Identifiers = ["Id"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        r.Id = (await secrets.PutResourcePolicyAsync(r.As<PutResourcePolicyRequest>(), r.Caller, ct)).ARN ?? "";

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => MakeAsync(r, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => secrets.DeleteResourcePolicyAsync(new() { SecretId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await secrets.GetResourcePolicyAsync(new() { SecretId = r.Id }, r.Caller, ct);
        return seen.ResourcePolicy is { } policy ? r.ModelOf(new() { ["SecretId"] = r.Text("SecretId") ?? r.Id, ["ResourcePolicy"] = JsonNode.Parse(policy) }) : null;
    }
}
