using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<PutRegistryPolicyResponse> PutRegistryPolicyAsync(PutRegistryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (RepositoryAccess.Read(request.PolicyText) is null) throw Texts.Invalid("PolicyText", "Invalid registry policy provided");
        await ChangeAsync(caller, r => r with { PolicyText = request.PolicyText }, ct);
        return new() { RegistryId = caller.AccountId, PolicyText = request.PolicyText };
    }

    public Task<GetRegistryPolicyResponse> GetRegistryPolicyAsync(GetRegistryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var text = RegistryState.Of(store.Current, Home(caller)).PolicyText ?? throw NoRegistryPolicy(caller);
        return Task.FromResult(new GetRegistryPolicyResponse { RegistryId = caller.AccountId, PolicyText = text });
    }

    public async Task<DeleteRegistryPolicyResponse> DeleteRegistryPolicyAsync(DeleteRegistryPolicyRequest request, Caller caller, CancellationToken ct)
    {
        string? text = null;
        await ChangeAsync(
            caller,
            r =>
            {
                text = r.PolicyText ?? throw NoRegistryPolicy(caller);
                return r with { PolicyText = null };
            },
            ct);
        return new() { RegistryId = caller.AccountId, PolicyText = text };
    }

    private static RegistryPolicyNotFoundException NoRegistryPolicy(Caller caller) =>
        new($"Registry policy does not exist in the registry with id '{caller.AccountId}'");
}
