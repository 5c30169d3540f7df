using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>
/// Copies images between the registries of this installation. Their bytes are in one blob store, so a copy is records: one transaction, in which the source
/// still has the image.
/// </summary>
internal sealed class ReplicationReconciler(Store store, PushConsequences consequences, EcrEvents events, TimeProvider clock) : IReconciler<ReplicationKey>
{
    private const int MostImages = 1_000; // Of a list.

    public async ValueTask<Next> ReconcileAsync(ReplicationKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Replications, key) is not { Status: ReplicationStatus.InProgress }) return Next.Done;
        await store.UpdateAsync(tx => Replicate(tx, key), ct);
        return Next.Done;
    }

    private void Replicate(Transaction tx, ReplicationKey key)
    {
        if (tx.Find(EcrTables.Replications, key) is not { Status: ReplicationStatus.InProgress } state) return;
        var failure = tx.Find(EcrTables.Images, key.Image) is { } image ? Copy(tx, key, state, image) : "ImageNotFound";
        tx.Put(EcrTables.Replications, state with { Status = failure is null ? ReplicationStatus.Complete : ReplicationStatus.Failed, FailureCode = failure });
        foreach (var tag in state.Tags.IsEmpty ? [""] : state.Tags) events.Replicated(tx, key, tag, failure is null);
    }

    /// <returns>Why not; null: done.</returns>
    private string? Copy(Transaction tx, ReplicationKey key, ReplicationState state, ImageState image)
    {
        var target = new RepositoryKey(key.Destination, key.Image.Repository.Name);
        var source = key.Image.Repository.AccountId;
        if (!RepositoryAccess.RegistryLets(tx, key.Destination, source, target.Arn, "ReplicateImage")) return "AccessDenied";
        if (tx.Find(EcrTables.Repositories, target) is null)
        {
            if (!RepositoryAccess.RegistryLets(tx, key.Destination, source, target.Arn, "CreateRepository")) return "AccessDenied";
            tx.Put(EcrTables.Repositories, RepositoryCreation.From(RepositoryCreation.Template(tx, target, RCTAppliedFor.Replication), target, clock.GetUtcNow()));
        }

        Copy(tx, image, target, MostImages);
        var repository = tx.Find(EcrTables.Repositories, target) ?? throw new InvalidOperationException($"{target} was just made.");
        foreach (var tag in state.Tags)
        {
            var held = tx.Find(EcrTables.Tags, new(target, tag));
            // AWS: where a tag is fixed the copy comes without it.
            if (held is null || (held.Digest != image.Key.Digest && !TagMutability.IsFixed(repository, tag)))
                tx.Put(EcrTables.Tags, new TagState { Key = new(target, tag), Digest = image.Key.Digest });
        }

        return null;
    }

    private int Copy(Transaction tx, ImageState image, RepositoryKey target, int left)
    {
        var from = image.Key.Repository;
        foreach (var digest in image.Manifests)
        {
            if (left > 0 && tx.Find(EcrTables.Images, new(from, digest)) is { } child) left = Copy(tx, child, target, left - 1);
        }

        var key = new DigestKey(target, image.Key.Digest);
        if (tx.Find(EcrTables.Images, key) is { } known)
        {
            // AWS: a copy that was archived comes back.
            if (known.Status != ImageStatus.Active) tx.Put(EcrTables.Images, known with { Status = ImageStatus.Active, ActivatedAt = clock.GetUtcNow(), ActivatingSince = null });
            return left;
        }

        var types = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var digest in image.Layers)
        {
            if (tx.Find(EcrTables.Layers, new(from, digest)) is not { } layer) continue;
            types[digest] = layer.MediaType;
            tx.AddLayer(target, new(digest, layer.Size), clock.GetUtcNow());
        }

        var copy = image with
        {
            Key = key, PushedAt = clock.GetUtcNow(), LastPulledAt = null, Status = ImageStatus.Active, ArchivedAt = null, ActivatedAt = null, ActivatingSince = null,
        };
        tx.AddImage(copy, types.GetValueOrDefault);
        consequences.Copied(tx, copy);
        return left;
    }
}
