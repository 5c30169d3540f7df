using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<SetRepositoryPolicyResponse> SetRepositoryPolicyAsync(SetRepositoryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (RepositoryAccess.Read(request.PolicyText) is null) throw Texts.Invalid("PolicyText", "Invalid repository policy provided");
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

    private static RepositoryPolicyNotFoundException NoPolicy(RepositoryKey key) =>
        new($"Repository policy does not exist for the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");
}
