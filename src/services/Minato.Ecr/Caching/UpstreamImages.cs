using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Engines.Registries;
using Minato.Platform;

namespace Minato.Ecr.Caching;

/// <summary>Images as the upstream of a pull-through cache has them: another registry, or another one of this installation.</summary>
internal sealed class UpstreamImages(Store store, IBlobStore blobs, ImageReads reads, UpstreamCredentials credentials, IServiceProvider parts)
{
    /// <exception cref="AwsException">The rule's secret cannot be read.</exception>
    public async ValueTask<ManifestOutcome> ManifestAsync(CacheRuleState rule, string repository, string reference, CancellationToken ct)
    {
        var name = UpstreamNames.Upstream(rule, repository);
        if (UpstreamNames.EcrHost(rule.UpstreamUrl) is { } home) return await LocalManifestAsync(rule, new(home, name), reference, ct);
        if (await AddressAsync(rule, ct) is not { } address || parts.GetService<IRegistryClient>() is not { } client)
            return new ManifestOutcome.Failed(UpstreamFailure.Unavailable, "there is no way to other registries");
        return await client.ManifestAsync(address, name, reference, ct);
    }

    /// <inheritdoc cref="ManifestAsync"/>
    public async ValueTask<BlobOutcome> BlobAsync(CacheRuleState rule, string repository, string digest, CancellationToken ct)
    {
        var name = UpstreamNames.Upstream(rule, repository);
        if (UpstreamNames.EcrHost(rule.UpstreamUrl) is { } home) return await LocalBlobAsync(rule, new(home, name), digest, ct);
        if (await AddressAsync(rule, ct) is not { } address || parts.GetService<IRegistryClient>() is not { } client)
            return new BlobOutcome.Failed(UpstreamFailure.Unavailable, "there is no way to other registries");
        return await client.BlobAsync(address, name, digest, ct);
    }

    /// <inheritdoc cref="UpstreamCredentials.FindAsync"/>
    public async ValueTask CheckCredentialsAsync(Home home, string? arn, CancellationToken ct) => await credentials.FindAsync(home, arn, ct);

    /// <returns>Why the rule does not work, in words; null: the upstream answers, and the login is good.</returns>
    public async ValueTask<string?> FaultAsync(CacheRuleState rule, CancellationToken ct)
    {
        try
        {
            // Whether the image is there does not matter: who may not ask is told so first.
            var outcome = await ManifestAsync(rule, rule.Key.Prefix == PrefixKey.Root ? "library/validation" : $"{rule.Key.Prefix}/library/validation", "validation", ct);
            return outcome is ManifestOutcome.Failed { Failure: not UpstreamFailure.NotFound } failed ? failed.Reason : null;
        }
        catch (AwsException e)
        {
            return e.Message;
        }
    }

    private async ValueTask<UpstreamAddress?> AddressAsync(CacheRuleState rule, CancellationToken ct)
    {
        if (UpstreamNames.Root(rule.UpstreamUrl) is not { } root) return null;
        return await credentials.FindAsync(rule.Key.Home, rule.CredentialArn, ct) is var (user, password) ? new(root, user, password) : new(root);
    }

    private async ValueTask<ManifestOutcome> LocalManifestAsync(CacheRuleState rule, RepositoryKey repository, string reference, CancellationToken ct)
    {
        if (!MayRead(rule, repository, "BatchGetImage")) return new ManifestOutcome.Failed(UpstreamFailure.Denied, $"{repository.Arn} does not let account {rule.Key.AccountId} pull");
        var digest = reference.Contains(':', StringComparison.Ordinal) ? reference : store.Current.Find(EcrTables.Tags, new(repository, reference))?.Digest;
        if (digest is null || store.Current.Find(EcrTables.Images, new(repository, digest)) is not { Status: ImageStatus.Active } image)
            return new ManifestOutcome.Failed(UpstreamFailure.NotFound, Texts.ImageNotFound);
        return new ManifestOutcome.Found(await reads.ManifestAsync(image, ct), image.MediaType, digest);
    }

    private async ValueTask<BlobOutcome> LocalBlobAsync(CacheRuleState rule, RepositoryKey repository, string digest, CancellationToken ct)
    {
        if (!MayRead(rule, repository, "GetDownloadUrlForLayer")) return new BlobOutcome.Failed(UpstreamFailure.Denied, $"{repository.Arn} does not let account {rule.Key.AccountId} pull");
        if (store.Current.Find(EcrTables.Layers, new(repository, digest)) is null) return new BlobOutcome.Failed(UpstreamFailure.NotFound, "blob unknown to registry");
        return new BlobOutcome.Found(await blobs.OpenReadAsync(digest, ct));
    }

    private bool MayRead(CacheRuleState rule, RepositoryKey repository, string action)
    {
        try
        {
            RepositoryAccess.Require(store.Current, rule.Key.AccountId, $"arn:aws:iam::{rule.Key.AccountId}:root", repository, action);
            return true;
        }
        catch (AwsException)
        {
            return false;
        }
    }
}
