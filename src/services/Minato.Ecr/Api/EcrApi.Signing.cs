using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<PutSigningConfigurationResponse> PutSigningConfigurationAsync(PutSigningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await ChangeAsync(caller, r => r with { SigningRules = request.SigningConfiguration.Rules, SigningSince = now }, ct);
        return new() { SigningConfiguration = request.SigningConfiguration };
    }

    public Task<GetSigningConfigurationResponse> GetSigningConfigurationAsync(GetSigningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var registry = RegistryState.Of(store.Current, Home(caller));
        if (registry.SigningSince is null) throw NoSigning(caller);
        return Task.FromResult(new GetSigningConfigurationResponse { RegistryId = caller.AccountId, SigningConfiguration = new() { Rules = registry.SigningRules } });
    }

    public async Task<DeleteSigningConfigurationResponse> DeleteSigningConfigurationAsync(DeleteSigningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        ImmutableArray<SigningRule> rules = [];
        await ChangeAsync(
            caller,
            r =>
            {
                if (r.SigningSince is null) throw NoSigning(caller);
                rules = r.SigningRules;
                return r with { SigningRules = [], SigningSince = null };
            },
            ct);
        return new() { RegistryId = caller.AccountId, SigningConfiguration = new() { Rules = rules } };
    }

    // There is no AWS Signer here: each signing of a push fails, as on AWS for a profile that the account does not have.
    public Task<DescribeImageSigningStatusResponse> DescribeImageSigningStatusAsync(DescribeImageSigningStatusRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "DescribeImageSigningStatus")).Key;
        var image = ImageReads.Find(state, key, request.ImageId).Image ?? throw Texts.NoImage(key, request.ImageId);
        var registry = RegistryState.Of(state, key.Home);
        var rules = registry.SigningSince <= image.PushedAt ? registry.SigningRules.Where(r => Signs(r, key)) : [];
        return Task.FromResult(new DescribeImageSigningStatusResponse
        {
            RegistryId = key.AccountId,
            RepositoryName = key.Name,
            ImageId = request.ImageId with { ImageDigest = image.Key.Digest },
            SigningStatuses = [.. rules.Select(r => new ImageSigningStatus
            {
                SigningProfileArn = r.SigningProfileArn,
                Status = SigningStatus.Failed,
                FailureCode = "ResourceNotFoundException",
                FailureReason = $"The signing profile {r.SigningProfileArn} does not exist.",
            })],
        });
    }

    private static bool Signs(SigningRule rule, RepositoryKey repository) =>
        rule.RepositoryFilters is null or [] || rule.RepositoryFilters.Value.Any(f => TagMutability.Matches(f.Filter, repository.Name));

    private static SigningConfigurationNotFoundException NoSigning(Caller caller) =>
        new($"Signing configuration does not exist in the registry with id '{caller.AccountId}'");
}
