using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Kms;

namespace Minato.Kms.Templates;

/// <summary>What templates can name of KMS.</summary>
internal static class KeyTypes
{
    public static IServiceCollection AddKmsResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, KeyType>()
        .AddSingleton<IResourceType, AliasType>();
}

/// <summary>Ref is the key's id. A key that is deleted waits for its end, and is as good as gone.</summary>
internal sealed class KeyType(IKms kms, TimeProvider clock) : ResourceHandler("AWS::KMS::Key", clock)
{
    private const string StackTag = "aws:cloudformation:stack-id";
    private const string ResourceTag = "aws:cloudformation:logical-id";
    private const int LongestWindow = 30;
    private const int KeysOnAPage = 1000;

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties =
        [
            "BypassPolicyLockoutSafetyCheck", "Description", "Enabled", "EnableKeyRotation", "KeyPolicy", "KeySpec", "KeyUsage", "MultiRegion", "Origin", "PendingWindowInDays", "RotationPeriodInDays", "Tags",
        ],
        CreateOnly = ["KeySpec", "KeyUsage", "MultiRegion", "Origin"], Attributes = ["Arn", "KeyId"], Identifiers = ["KeyId"], Tags = "Tags",
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["KeyPolicy"] = "Policy", ["Key"] = "TagKey", ["Value"] = "TagValue" };

    protected override bool TakesSystemTags => true;

    // A key has neither a name nor a token: what an earlier attempt made bears our tags, and was not there before.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => string.Join(',', await OursAsync(r, ct));

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var before = r.Note?.Split(',') ?? [];
        r.Id = (await OursAsync(r, ct)).Except(before).FirstOrDefault() ?? (await kms.CreateKeyAsync(r.As<CreateKeyRequest>(), r.Caller, ct)).KeyMetadata?.KeyId ?? "";
        await SetAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Description")) await kms.UpdateKeyDescriptionAsync(new() { KeyId = r.Id, Description = r.Text("Description") ?? "" }, r.Caller, ct);
        if (r.Changed("KeyPolicy") && r.Has("KeyPolicy")) await kms.PutKeyPolicyAsync(r.As<PutKeyPolicyRequest>(("KeyId", r.Id)), r.Caller, ct);
        await SetAsync(r, ct);
        var there = (await kms.ListResourceTagsAsync(new() { KeyId = r.Id }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.TagKey, t.TagValue)));
        if (changes.Gone.Count > 0) await kms.UntagResourceAsync(new() { KeyId = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await kms.TagResourceAsync(new() { KeyId = r.Id, Tags = [.. changes.Set.Select(t => new Tag { TagKey = t.Key, TagValue = t.Value })] }, r.Caller, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await KeyAsync(r, ct) is null) return;
        var window = int.TryParse(r.Text("PendingWindowInDays"), out var days) ? days : LongestWindow;
        await kms.ScheduleKeyDeletionAsync(new() { KeyId = r.Id, PendingWindowInDays = window }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await KeyAsync(r, ct) is not { } key) return null;
        var model = r.Model(key, ("Arn", key.Arn), ("KeyId", key.KeyId));
        if ((await kms.GetKeyPolicyAsync(new() { KeyId = r.Id }, r.Caller, ct)).Policy is { } policy) model.Properties["KeyPolicy"] = JsonNode.Parse(policy);
        var tags = (await kms.ListResourceTagsAsync(new() { KeyId = r.Id }, r.Caller, ct)).Tags ?? [];
        model.Properties["Tags"] = new JsonArray([.. tags.Where(t => !t.TagKey.StartsWith("aws:", StringComparison.Ordinal)).Select(t => new JsonObject { ["Key"] = t.TagKey, ["Value"] = t.TagValue })]);
        return model;
    }

    private async Task SetAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("EnableKeyRotation", "RotationPeriodInDays"))
        {
            if (r.IsTrue("EnableKeyRotation")) await kms.EnableKeyRotationAsync(r.As<EnableKeyRotationRequest>(("KeyId", r.Id)), r.Caller, ct);
            else await kms.DisableKeyRotationAsync(new() { KeyId = r.Id }, r.Caller, ct);
        }
        if (!r.Changed("Enabled")) return;
        if (!r.Has("Enabled") || r.IsTrue("Enabled")) await kms.EnableKeyAsync(new() { KeyId = r.Id }, r.Caller, ct);
        else await kms.DisableKeyAsync(new() { KeyId = r.Id }, r.Caller, ct);
    }

    private async Task<List<string>> OursAsync(TemplateResource r, CancellationToken ct)
    {
        var ours = new List<string>();
        foreach (var key in (await kms.ListKeysAsync(new() { Limit = KeysOnAPage }, r.Caller, ct)).Keys ?? [])
        {
            var tags = (await kms.ListResourceTagsAsync(new() { KeyId = key.KeyId ?? "" }, r.Caller, ct)).Tags ?? [];
            if (tags.Any(t => t.TagKey is StackTag && t.TagValue == r.Request.StackId) && tags.Any(t => t.TagKey is ResourceTag && t.TagValue == r.Request.LogicalResourceId)) ours.Add(key.KeyId ?? "");
        }
        return ours;
    }

    private async Task<KeyMetadata?> KeyAsync(TemplateResource r, CancellationToken ct)
    {
        var key = (await kms.DescribeKeyAsync(new() { KeyId = r.Id }, r.Caller, ct)).KeyMetadata;
        return key?.KeyState is KeyState.PendingDeletion ? null : key;
    }
}

/// <summary>Ref is the alias's name.</summary>
internal sealed class AliasType(IKms kms, TimeProvider clock) : ResourceHandler("AWS::KMS::Alias", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateAliasRequest>() with { CreateOnly = ["AliasName"], Identifiers = ["AliasName"] };
    protected override NameRule Name { get; } = new("AliasName", 256);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => kms.CreateAliasAsync(r.As<CreateAliasRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => kms.UpdateAliasAsync(r.As<UpdateAliasRequest>(), r.Caller, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => kms.DeleteAliasAsync(new() { AliasName = r.Id }, r.Caller, ct);

    // AWS: the alias tells its key, and the key its aliases.
    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var key = (await kms.DescribeKeyAsync(new() { KeyId = r.Id }, r.Caller, ct)).KeyMetadata;
        if (key is null) return null;
        // The same key, named by its ARN where the template did so.
        var target = r.Text("TargetKeyId") == key.Arn ? key.Arn : key.KeyId;
        return r.ModelOf(new() { ["AliasName"] = r.Id, ["TargetKeyId"] = target });
    }
}
