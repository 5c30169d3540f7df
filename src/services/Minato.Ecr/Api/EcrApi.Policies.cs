using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

// Policies are checked, kept and given back. Neither kind is evaluated yet.
internal sealed partial class EcrApi
{
    public async Task<SetRepositoryPolicyResponse> SetRepositoryPolicyAsync(SetRepositoryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (!IsPolicy(request.PolicyText)) throw Texts.Invalid("PolicyText", "Invalid repository policy provided");
        var key = Key(caller, request.RegistryId, request.RepositoryName, "SetRepositoryPolicy");
        await ChangeAsync(key, r => r with { PolicyText = request.PolicyText }, ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, PolicyText = request.PolicyText };
    }

    public Task<GetRepositoryPolicyResponse> GetRepositoryPolicyAsync(GetRepositoryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "GetRepositoryPolicy");
        var text = Repository(store.Current, key).PolicyText ?? throw NoPolicy(key);
        return Task.FromResult(new GetRepositoryPolicyResponse { RegistryId = key.AccountId, RepositoryName = key.Name, PolicyText = text });
    }

    public async Task<DeleteRepositoryPolicyResponse> DeleteRepositoryPolicyAsync(DeleteRepositoryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "DeleteRepositoryPolicy");
        string? text = null;
        await ChangeAsync(
            key,
            r =>
            {
                text = r.PolicyText ?? throw NoPolicy(key);
                return r with { PolicyText = null };
            },
            ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, PolicyText = text };
    }

    public async Task<PutLifecyclePolicyResponse> PutLifecyclePolicyAsync(PutLifecyclePolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (LifecyclePolicy.Fault(request.LifecyclePolicyText) is { } fault)
            throw Texts.Invalid("LifecyclePolicyText", $"Lifecycle policy validation failure: {fault}");
        var key = Key(caller, request.RegistryId, request.RepositoryName, "PutLifecyclePolicy");
        await ChangeAsync(key, r => r with { LifecyclePolicyText = request.LifecyclePolicyText }, ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = request.LifecyclePolicyText };
    }

    public Task<GetLifecyclePolicyResponse> GetLifecyclePolicyAsync(GetLifecyclePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "GetLifecyclePolicy");
        var text = Repository(store.Current, key).LifecyclePolicyText ?? throw NoLifecyclePolicy(key);
        return Task.FromResult(new GetLifecyclePolicyResponse { RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = text });
    }

    public async Task<DeleteLifecyclePolicyResponse> DeleteLifecyclePolicyAsync(DeleteLifecyclePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "DeleteLifecyclePolicy");
        string? text = null;
        await ChangeAsync(
            key,
            r =>
            {
                text = r.LifecyclePolicyText ?? throw NoLifecyclePolicy(key);
                return r with { LifecyclePolicyText = null };
            },
            ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = text };
    }

    private static RepositoryPolicyNotFoundException NoPolicy(RepositoryKey key) =>
        new($"Repository policy does not exist for the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");

    private static LifecyclePolicyNotFoundException NoLifecyclePolicy(RepositoryKey key) =>
        new($"Lifecycle policy does not exist for the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");

    private static bool IsPolicy(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("Statement", out var statement)
                && statement.ValueKind is JsonValueKind.Array or JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
