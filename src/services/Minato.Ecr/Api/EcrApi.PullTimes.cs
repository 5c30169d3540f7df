using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

// Whose pulls do not count as use of an image.
internal sealed partial class EcrApi
{
    private const int MostExclusions = 100;

    public async Task<RegisterPullTimeUpdateExclusionResponse> RegisterPullTimeUpdateExclusionAsync(
        RegisterPullTimeUpdateExclusionRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await ChangeAsync(
            caller,
            r =>
            {
                if (r.PullTimeExclusions.ContainsKey(request.PrincipalArn))
                    throw new ExclusionAlreadyExistsException($"The pull time update exclusion for '{request.PrincipalArn}' already exists in the registry with id '{caller.AccountId}'");
                if (r.PullTimeExclusions.Count >= MostExclusions)
                    throw new LimitExceededException($"The number of pull time update exclusions is limited to {MostExclusions}.");
                return r with { PullTimeExclusions = r.PullTimeExclusions.Add(request.PrincipalArn, now) };
            },
            ct);
        return new() { PrincipalArn = request.PrincipalArn, CreatedAt = now };
    }

    public async Task<DeregisterPullTimeUpdateExclusionResponse> DeregisterPullTimeUpdateExclusionAsync(
        DeregisterPullTimeUpdateExclusionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(
            caller,
            r => r.PullTimeExclusions.ContainsKey(request.PrincipalArn)
                ? r with { PullTimeExclusions = r.PullTimeExclusions.Remove(request.PrincipalArn) }
                : throw new ExclusionNotFoundException($"The pull time update exclusion for '{request.PrincipalArn}' does not exist in the registry with id '{caller.AccountId}'"),
            ct);
        return new() { PrincipalArn = request.PrincipalArn };
    }

    public Task<ListPullTimeUpdateExclusionsResponse> ListPullTimeUpdateExclusionsAsync(ListPullTimeUpdateExclusionsRequest request, Caller caller, CancellationToken ct)
    {
        var all = RegistryState.Of(store.Current, Home(caller)).PullTimeExclusions.Keys.Order(StringComparer.Ordinal);
        var (page, next) = Page(
            $"ecr:ListPullTimeUpdateExclusions:{Home(caller)}", request.NextToken, request.MaxResults,
            after => all.Where(p => after is null || string.CompareOrdinal(p, after) > 0), p => p);
        return Task.FromResult(new ListPullTimeUpdateExclusionsResponse { PullTimeUpdateExclusions = page, NextToken = next });
    }
}
