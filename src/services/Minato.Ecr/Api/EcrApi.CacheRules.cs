using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    private const int MostCacheRules = 50;

    public async Task<CreatePullThroughCacheRuleResponse> CreatePullThroughCacheRuleAsync(CreatePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct)
    {
        OwnRegistry(caller, request.RegistryId);
        var url = request.UpstreamRegistryUrl.TrimEnd('/');
        var (isKnown, upstream) = UpstreamNames.Recognize(url, request.UpstreamRegistry) ?? throw new UnsupportedUpstreamRegistryException(
            $"The upstream registry URL '{request.UpstreamRegistryUrl}' is not supported.");
        if (isKnown && UpstreamNames.NeedsCredentials(upstream) && request.CredentialArn is null)
            throw Texts.Invalid("credentialArn", $"A credential ARN is required for the upstream registry {url}");
        await upstreams.CheckCredentialsAsync(Home(caller), request.CredentialArn, ct);
        var now = clock.GetUtcNow();
        var rule = new CacheRuleState
        {
            Key = new(Home(caller), Prefixes.Normal(request.EcrRepositoryPrefix)), CreatedAt = now, UpdatedAt = now,
            UpstreamUrl = isKnown && url.StartsWith("https://", StringComparison.Ordinal) ? url["https://".Length..] : url, Upstream = upstream,
            UpstreamPrefix = request.UpstreamRepositoryPrefix, CredentialArn = request.CredentialArn, CustomRoleArn = request.CustomRoleArn,
        };
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.CacheRules, rule.Key) is not null)
                {
                    throw new PullThroughCacheRuleAlreadyExistsException(
                        $"The pull through cache rule with the prefix '{rule.Key.Prefix}' already exists in the registry with id '{caller.AccountId}'");
                }

                if (tx.Count(EcrTables.CacheRulesByHome, rule.Key.Home) >= MostCacheRules)
                    throw new LimitExceededException($"The number of pull through cache rules is limited to {MostCacheRules}.");
                tx.Put(EcrTables.CacheRules, rule);
            },
            ct);
        return new()
        {
            EcrRepositoryPrefix = rule.Key.Prefix, UpstreamRegistryUrl = rule.UpstreamUrl, CreatedAt = now, RegistryId = caller.AccountId, UpstreamRegistry = upstream,
            CredentialArn = rule.CredentialArn, CustomRoleArn = rule.CustomRoleArn, UpstreamRepositoryPrefix = rule.UpstreamPrefix ?? PrefixKey.Root,
        };
    }

    public async Task<UpdatePullThroughCacheRuleResponse> UpdatePullThroughCacheRuleAsync(UpdatePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct)
    {
        OwnRegistry(caller, request.RegistryId);
        await upstreams.CheckCredentialsAsync(Home(caller), request.CredentialArn, ct);
        var rule = await store.UpdateAsync(
            tx =>
            {
                var old = Rule(tx.Find(EcrTables.CacheRules, new(Home(caller), Prefixes.Normal(request.EcrRepositoryPrefix))), caller, request.EcrRepositoryPrefix);
                var changed = old with
                {
                    UpdatedAt = clock.GetUtcNow(), CredentialArn = request.CredentialArn ?? old.CredentialArn, CustomRoleArn = request.CustomRoleArn ?? old.CustomRoleArn,
                };
                tx.Put(EcrTables.CacheRules, changed);
                return changed;
            },
            ct);
        return new()
        {
            EcrRepositoryPrefix = rule.Key.Prefix, RegistryId = caller.AccountId, UpdatedAt = rule.UpdatedAt, CredentialArn = rule.CredentialArn,
            CustomRoleArn = rule.CustomRoleArn, UpstreamRepositoryPrefix = rule.UpstreamPrefix ?? PrefixKey.Root,
        };
    }

    public async Task<DeletePullThroughCacheRuleResponse> DeletePullThroughCacheRuleAsync(DeletePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct)
    {
        OwnRegistry(caller, request.RegistryId);
        var rule = await store.UpdateAsync(
            tx =>
            {
                var old = Rule(tx.Find(EcrTables.CacheRules, new(Home(caller), Prefixes.Normal(request.EcrRepositoryPrefix))), caller, request.EcrRepositoryPrefix);
                tx.Delete(EcrTables.CacheRules, old.Key);
                return old;
            },
            ct);
        return new()
        {
            EcrRepositoryPrefix = rule.Key.Prefix, UpstreamRegistryUrl = rule.UpstreamUrl, CreatedAt = rule.CreatedAt, RegistryId = caller.AccountId,
            CredentialArn = rule.CredentialArn, CustomRoleArn = rule.CustomRoleArn, UpstreamRepositoryPrefix = rule.UpstreamPrefix ?? PrefixKey.Root,
        };
    }

    public Task<DescribePullThroughCacheRulesResponse> DescribePullThroughCacheRulesAsync(DescribePullThroughCacheRulesRequest request, Caller caller, CancellationToken ct)
    {
        OwnRegistry(caller, request.RegistryId);
        var (state, home) = (store.Current, Home(caller));
        if (request.EcrRepositoryPrefixes is [_, ..] prefixes)
        {
            return Task.FromResult(new DescribePullThroughCacheRulesResponse
            {
                PullThroughCacheRules = [.. prefixes.Select(p => ToWire(Rule(state.Find(EcrTables.CacheRules, new(home, Prefixes.Normal(p))), caller, p)))],
            });
        }

        var (page, next) = Page(
            $"ecr:DescribePullThroughCacheRules:{home}", request.NextToken, request.MaxResults,
            after => state.After(EcrTables.CacheRulesByHome, home, (PrefixKey?)new PrefixKey(home, after ?? "")), r => r.Key.Prefix);
        return Task.FromResult(new DescribePullThroughCacheRulesResponse { PullThroughCacheRules = [.. page.Select(ToWire)], NextToken = next });
    }

    public async Task<ValidatePullThroughCacheRuleResponse> ValidatePullThroughCacheRuleAsync(ValidatePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct)
    {
        OwnRegistry(caller, request.RegistryId);
        var rule = Rule(store.Current.Find(EcrTables.CacheRules, new(Home(caller), Prefixes.Normal(request.EcrRepositoryPrefix))), caller, request.EcrRepositoryPrefix);
        var failure = await upstreams.FaultAsync(rule, ct);
        return new()
        {
            EcrRepositoryPrefix = rule.Key.Prefix, RegistryId = caller.AccountId, UpstreamRegistryUrl = rule.UpstreamUrl, CredentialArn = rule.CredentialArn,
            CustomRoleArn = rule.CustomRoleArn, UpstreamRepositoryPrefix = rule.UpstreamPrefix ?? PrefixKey.Root, IsValid = failure is null, Failure = failure,
        };
    }

    private static void OwnRegistry(Caller caller, string? registryId)
    {
        if (registryId is not null && registryId != caller.AccountId)
            throw new AwsException("AccessDeniedException", $"User: {caller.PrincipalArn} is not authorized to access the registry with id '{registryId}'");
    }

    private static CacheRuleState Rule(CacheRuleState? found, Caller caller, string prefix) => found ?? throw new PullThroughCacheRuleNotFoundException(
        $"The pull through cache rule with the prefix '{prefix}' does not exist in the registry with id '{caller.AccountId}'");

    private static PullThroughCacheRule ToWire(CacheRuleState rule) => new()
    {
        EcrRepositoryPrefix = rule.Key.Prefix, UpstreamRegistryUrl = rule.UpstreamUrl, CreatedAt = rule.CreatedAt, UpdatedAt = rule.UpdatedAt, RegistryId = rule.Key.AccountId,
        CredentialArn = rule.CredentialArn, CustomRoleArn = rule.CustomRoleArn, UpstreamRepositoryPrefix = rule.UpstreamPrefix ?? PrefixKey.Root, UpstreamRegistry = rule.Upstream,
    };
}
