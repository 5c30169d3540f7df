using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<CreateRepositoryCreationTemplateResponse> CreateRepositoryCreationTemplateAsync(
        CreateRepositoryCreationTemplateRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var mutability = request.ImageTagMutability ?? ImageTagMutability.Mutable;
        var template = new TemplateState
        {
            Key = new(Home(caller), Prefixes.Normal(request.Prefix)),
            CreatedAt = now,
            UpdatedAt = now,
            AppliedFor = CheckPurposes(request.AppliedFor),
            Description = request.Description,
            Encryption = request.EncryptionConfiguration,
            Tags = CheckTags(request.ResourceTags),
            Mutability = mutability,
            Exclusions = Exclusions(mutability, request.ImageTagMutabilityExclusionFilters),
            PolicyText = CheckPolicy(request.RepositoryPolicy),
            LifecyclePolicyText = CheckLifecycle(request.LifecyclePolicy),
            CustomRoleArn = request.CustomRoleArn,
        };
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Templates, template.Key) is not null)
                {
                    throw new TemplateAlreadyExistsException(
                        $"The Template with prefix '{template.Key.Prefix}' already exists in the registry with id '{caller.AccountId}'");
                }

                tx.Put(EcrTables.Templates, template);
            },
            ct);
        return new() { RegistryId = caller.AccountId, RepositoryCreationTemplate = ToWire(template) };
    }

    public async Task<UpdateRepositoryCreationTemplateResponse> UpdateRepositoryCreationTemplateAsync(
        UpdateRepositoryCreationTemplateRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var changed = await store.UpdateAsync(
            tx =>
            {
                var old = Template(tx.Find(EcrTables.Templates, new(Home(caller), Prefixes.Normal(request.Prefix))), caller, request.Prefix);
                var mutability = request.ImageTagMutability ?? old.Mutability;
                var template = old with
                {
                    UpdatedAt = now,
                    AppliedFor = request.AppliedFor is { } purposes ? CheckPurposes(purposes) : old.AppliedFor,
                    Description = request.Description ?? old.Description,
                    Encryption = request.EncryptionConfiguration ?? old.Encryption,
                    Tags = request.ResourceTags is { } tags ? CheckTags(tags) : old.Tags,
                    Mutability = mutability,
                    Exclusions = request.ImageTagMutability is null && request.ImageTagMutabilityExclusionFilters is null
                        ? old.Exclusions : Exclusions(mutability, request.ImageTagMutabilityExclusionFilters),
                    PolicyText = request.RepositoryPolicy is { } policy ? CheckPolicy(policy) : old.PolicyText,
                    LifecyclePolicyText = request.LifecyclePolicy is { } lifecycle ? CheckLifecycle(lifecycle) : old.LifecyclePolicyText,
                    CustomRoleArn = request.CustomRoleArn ?? old.CustomRoleArn,
                };
                tx.Put(EcrTables.Templates, template);
                return template;
            },
            ct);
        return new() { RegistryId = caller.AccountId, RepositoryCreationTemplate = ToWire(changed) };
    }

    public async Task<DeleteRepositoryCreationTemplateResponse> DeleteRepositoryCreationTemplateAsync(
        DeleteRepositoryCreationTemplateRequest request, Caller caller, CancellationToken ct)
    {
        var deleted = await store.UpdateAsync(
            tx =>
            {
                var template = Template(tx.Find(EcrTables.Templates, new(Home(caller), Prefixes.Normal(request.Prefix))), caller, request.Prefix);
                tx.Delete(EcrTables.Templates, template.Key);
                return template;
            },
            ct);
        return new() { RegistryId = caller.AccountId, RepositoryCreationTemplate = ToWire(deleted) };
    }

    public Task<DescribeRepositoryCreationTemplatesResponse> DescribeRepositoryCreationTemplatesAsync(
        DescribeRepositoryCreationTemplatesRequest request, Caller caller, CancellationToken ct)
    {
        var (state, home) = (store.Current, Home(caller));
        if (request.Prefixes is [_, ..] prefixes)
        {
            return Task.FromResult(new DescribeRepositoryCreationTemplatesResponse
            {
                RegistryId = caller.AccountId,
                RepositoryCreationTemplates = [.. prefixes.Select(p => ToWire(Template(state.Find(EcrTables.Templates, new(home, Prefixes.Normal(p))), caller, p)))],
            });
        }

        var (page, next) = Page(
            $"ecr:DescribeRepositoryCreationTemplates:{home}", request.NextToken, request.MaxResults,
            after => state.After(EcrTables.TemplatesByHome, home, (PrefixKey?)new PrefixKey(home, after ?? "")), t => t.Key.Prefix);
        return Task.FromResult(new DescribeRepositoryCreationTemplatesResponse
        {
            RegistryId = caller.AccountId, RepositoryCreationTemplates = [.. page.Select(ToWire)], NextToken = next,
        });
    }

    private static TemplateState Template(TemplateState? found, Caller caller, string prefix) => found
        ?? throw new TemplateNotFoundException($"The Template with prefix '{prefix}' does not exist in the registry with id '{caller.AccountId}'");

    private static ImmutableArray<RCTAppliedFor> CheckPurposes(ImmutableArray<RCTAppliedFor> purposes) =>
        purposes.IsEmpty ? throw Texts.Invalid("appliedFor", "Member must have length greater than or equal to 1") : [.. purposes.Distinct()];

    private static ImmutableArray<Tag> CheckTags(ImmutableArray<Tag>? tags) =>
        [.. Tagging.Add(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), tags ?? []).Select(t => new Tag { Key = t.Key, Value = t.Value })];

    // AWS: an empty text takes away what the template said.
    private static string? CheckPolicy(string? text) => text switch
    {
        null or "" => null,
        _ when RepositoryAccess.Read(text) is null => throw Texts.Invalid("repositoryPolicy", "Invalid repository policy provided"),
        _ => text,
    };

    private static string? CheckLifecycle(string? text) => text switch
    {
        null or "" => null,
        _ when LifecyclePolicy.Fault(text) is { } fault => throw Texts.Invalid("lifecyclePolicy", $"Lifecycle policy validation failure: {fault}"),
        _ => text,
    };

    private static RepositoryCreationTemplate ToWire(TemplateState template) => new()
    {
        Prefix = template.Key.Prefix,
        Description = template.Description,
        EncryptionConfiguration = template.Encryption ?? new() { EncryptionType = EncryptionType.Aes256 },
        ResourceTags = template.Tags,
        ImageTagMutability = template.Mutability,
        ImageTagMutabilityExclusionFilters = ToWire(template.Exclusions),
        RepositoryPolicy = template.PolicyText,
        LifecyclePolicy = template.LifecyclePolicyText,
        AppliedFor = template.AppliedFor,
        CustomRoleArn = template.CustomRoleArn,
        CreatedAt = template.CreatedAt,
        UpdatedAt = template.UpdatedAt,
    };
}
