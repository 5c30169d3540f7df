using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

// The archive: kept, but not to be pulled.
internal sealed partial class EcrApi
{
    public async Task<UpdateImageStorageClassResponse> UpdateImageStorageClassAsync(UpdateImageStorageClassRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "UpdateImageStorageClass");
        var now = clock.GetUtcNow();
        var changed = await store.UpdateAsync(
            tx =>
            {
                Repository(tx, key);
                var image = ImageReads.Find(tx, key, request.ImageId).Image ?? throw Texts.NoImage(key, request.ImageId);
                return request.TargetStorageClass == TargetStorageClass.Archive ? Archive(tx, image, now) : Restore(tx, image, now);
            },
            ct);
        return new()
        {
            RegistryId = key.AccountId, RepositoryName = key.Name, ImageId = request.ImageId with { ImageDigest = changed.Key.Digest }, ImageStatus = changed.Status,
        };
    }

    private ImageState Archive(Transaction tx, ImageState image, DateTimeOffset now)
    {
        if (image.Status != ImageStatus.Active)
            throw new ImageStorageClassUpdateNotSupportedException($"The image with digest '{image.Key.Digest}' is {image.Status.ToWire()} and cannot be archived.");
        if (tx.Where(EcrTables.Lists, image.Key.Repository).Any(l => l.Status == ImageStatus.Active && l.Manifests.Contains(image.Key.Digest)))
            throw new ImageStorageClassUpdateNotSupportedException($"The image with digest '{image.Key.Digest}' is referenced by a manifest list.");
        var archived = image with { Status = ImageStatus.Archived, ArchivedAt = now };
        tx.Put(EcrTables.Images, archived);
        events.StorageClassChanged(tx, archived, TargetStorageClass.Archive);
        return archived;
    }

    private static ImageState Restore(Transaction tx, ImageState image, DateTimeOffset now)
    {
        if (image.Status != ImageStatus.Archived)
            throw new ImageStorageClassUpdateNotSupportedException($"The image with digest '{image.Key.Digest}' is {image.Status.ToWire()} and cannot be restored.");
        var activating = image with { Status = ImageStatus.Activating, ActivatingSince = now };
        tx.Put(EcrTables.Images, activating);
        return activating;
    }
}
