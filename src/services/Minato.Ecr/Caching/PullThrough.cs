using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Engines.Registries;
using Minato.Platform;

namespace Minato.Ecr.Caching;

/// <summary>What is to be brought from upstream: a tag or a digest of a repository.</summary>
internal sealed record ImportKey(RepositoryKey Repository, string Reference);

/// <summary>
/// Answers pulls of what a pull-through cache does not have, or has not looked at for a day: the manifest from upstream at once, the import of the whole
/// image behind it, and each layer that the client comes for before the import does.
/// </summary>
internal sealed class PullThrough(Store store, UpstreamImages upstreams, LayerUploads uploads, KeyedLocks locks, IWorkQueue<ImportKey> imports, TimeProvider clock)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(24); // AWS.

    /// <returns>Null: what is stored is to be answered with, if anything is.</returns>
    public async ValueTask<ManifestOutcome.Found?> ManifestAsync(RepositoryKey repository, string reference, CancellationToken ct)
    {
        var state = store.Current;
        if (UpstreamNames.Rule(state, repository) is not { } rule || IsFresh(state, repository, reference)) return null;
        var outcome = await AskAsync(() => upstreams.ManifestAsync(rule, repository.Name, reference, ct));
        if (outcome is not ManifestOutcome.Found found) return null; // AWS: what was cached last serves while the upstream does not.
        await store.UpdateAsync(tx => Ensure(tx, rule, repository), ct);
        imports.Enqueue(new(repository, reference));
        return found;
    }

    /// <summary>Brings a layer that is not there yet.</summary>
    /// <returns>Null: upstream does not give it, or the repository is nobody's cache.</returns>
    public async ValueTask<LayerState?> LayerAsync(RepositoryKey repository, string digest, CancellationToken ct)
    {
        if (UpstreamNames.Rule(store.Current, repository) is not { } rule || store.Current.Find(EcrTables.Repositories, repository) is null) return null;
        using var turn = await locks.EnterAsync($"import {repository}@{digest}", ct);
        if (store.Current.Find(EcrTables.Layers, new(repository, digest)) is { } known) return known;
        if (await upstreams.BlobAsync(rule, repository.Name, digest, ct) is not BlobOutcome.Found found) return null;
        await using var content = found.Content;
        var started = await uploads.StartAsync(repository, ct);
        await using var upload = await uploads.OpenAsync(repository, started.Key.Id, ct);
        try
        {
            await upload.Blob.AppendAsync(content, ct);
            await uploads.CompleteAsync(upload, digest, ct);
        }
        catch
        {
            await uploads.AbortAsync(upload, CancellationToken.None);
            throw;
        }

        return store.Current.Find(EcrTables.Layers, new(repository, digest));
    }

    private bool IsFresh(IReadState state, RepositoryKey repository, string reference)
    {
        if (reference.Contains(':', StringComparison.Ordinal)) return state.Find(EcrTables.Images, new(repository, reference)) is not null;
        if (state.Find(EcrTables.Tags, new(repository, reference)) is not { } tag) return false;
        // AWS: where tags are fixed, what was brought first stays.
        return clock.GetUtcNow() - tag.CheckedAt < s_fresh || state.Find(EcrTables.Repositories, repository) is { } r && TagMutability.IsFixed(r, reference);
    }

    private void Ensure(Transaction tx, CacheRuleState rule, RepositoryKey repository)
    {
        if (tx.Find(EcrTables.Repositories, repository) is not null) return;
        var template = RepositoryCreation.Template(tx, repository, RCTAppliedFor.PullThroughCache);
        tx.Put(EcrTables.Repositories, RepositoryCreation.From(template, repository, clock.GetUtcNow()) with { CacheOf = rule.Key.Prefix });
    }

    private static async ValueTask<ManifestOutcome> AskAsync(Func<ValueTask<ManifestOutcome>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AwsException e)
        {
            return new ManifestOutcome.Failed(UpstreamFailure.Denied, e.Message); // The secret.
        }
    }
}
