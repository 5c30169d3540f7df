using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Engines.Registries;
using Minato.Platform;

namespace Minato.Ecr.Caching;

/// <summary>Brings images from upstream into a pull-through cache. One that fails is tried again when somebody pulls it again.</summary>
internal sealed partial class ImportReconciler(
    Store store, UpstreamImages upstreams, PullThrough pulls, ImagePushes pushes, EcrEvents events, TimeProvider clock, ILogger<ImportReconciler> log) : IReconciler<ImportKey>
{
    private const int Depth = 3; // Lists of lists of images.

    public async ValueTask<Next> ReconcileAsync(ImportKey key, CancellationToken ct)
    {
        if (UpstreamNames.Rule(store.Current, key.Repository) is not { } rule) return Next.Done;
        var digest = "";
        try
        {
            digest = await ImportAsync(rule, key.Repository, key.Reference, Depth, ct);
            await EndAsync(rule, key, digest, succeeded: true, ct);
        }
        catch (Exception e) when (e is ImportException or AwsException or ManifestException or BlobDigestException or IOException)
        {
            LogFailed(key.Repository, key.Reference, e.Message);
            await EndAsync(rule, key, digest, succeeded: false, ct);
        }

        return Next.Done;
    }

    private async ValueTask<string> ImportAsync(CacheRuleState rule, RepositoryKey repository, string reference, int depth, CancellationToken ct)
    {
        if (depth == 0) throw new ImportException("lists of lists are too deep");
        var isDigest = reference.Contains(':', StringComparison.Ordinal);
        if (isDigest && store.Current.Find(EcrTables.Images, new(repository, reference)) is not null) return reference;
        var outcome = await upstreams.ManifestAsync(rule, repository.Name, reference, ct);
        if (outcome is not ManifestOutcome.Found found) throw new ImportException(outcome is ManifestOutcome.Failed failed ? failed.Reason : "");
        var manifest = Manifest.Parse(found.Bytes, found.MediaType.Length == 0 ? null : found.MediaType);
        foreach (var child in manifest.Manifests) await ImportAsync(rule, repository, child.Digest, depth - 1, ct);
        foreach (var layer in manifest.Needed)
        {
            if (store.Current.Find(EcrTables.Layers, new(repository, layer)) is null && await pulls.LayerAsync(repository, layer, ct) is null)
                throw new ImportException($"the layer {layer} is not to be had");
        }

        await pushes.PushAsync(repository, found.Bytes, found.MediaType.Length == 0 ? null : found.MediaType, found.Digest, isDigest ? null : reference, repeats: true, ct);
        return found.Digest;
    }

    private async ValueTask EndAsync(CacheRuleState rule, ImportKey key, string digest, bool succeeded, CancellationToken ct) => await store.UpdateAsync(
        tx =>
        {
            var isDigest = key.Reference.Contains(':', StringComparison.Ordinal);
            if (succeeded && !isDigest && tx.Find(EcrTables.Tags, new(key.Repository, key.Reference)) is { } tag)
                tx.Put(EcrTables.Tags, tag with { CheckedAt = clock.GetUtcNow() });
            events.Cached(tx, rule, new(key.Repository, digest), isDigest ? "" : key.Reference, succeeded);
        },
        ct);

    [LoggerMessage(6040, LogLevel.Warning, "{Reference} of the pull-through cache {Repository} was not imported: {Reason}")]
    private partial void LogFailed(RepositoryKey repository, string reference, string reason);

    private sealed class ImportException(string message) : Exception(message);
}
