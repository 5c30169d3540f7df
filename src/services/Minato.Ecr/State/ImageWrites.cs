using Minato.Platform;

namespace Minato.Ecr.State;

/// <summary>Writes that keep images, tags and layers of a repository together.</summary>
internal static class ImageWrites
{
    public static void AddLayer(this Transaction tx, RepositoryKey repository, BlobInfo blob, DateTimeOffset now)
    {
        var key = new DigestKey(repository, blob.Digest);
        var layer = tx.Find(EcrTables.Layers, key) ?? new LayerState { Key = key, Size = blob.Size };
        tx.Put(EcrTables.Layers, layer.Images > 0 ? layer : layer with { UnusedSince = now });
    }

    public static void AddImage(this Transaction tx, ImageState image, Func<string, string?> mediaTypeOf)
    {
        tx.Put(EcrTables.Images, image);
        foreach (var digest in image.Layers)
        {
            if (tx.Find(EcrTables.Layers, new(image.Key.Repository, digest)) is not { } layer) continue;
            tx.Put(EcrTables.Layers, layer with { Images = layer.Images + 1, UnusedSince = null, MediaType = mediaTypeOf(digest) ?? layer.MediaType });
        }
    }

    public static void DeleteImage(this Transaction tx, ImageState image, DateTimeOffset now)
    {
        foreach (var tag in tx.Where(EcrTables.TagsByImage, image.Key).ToList()) tx.Delete(EcrTables.Tags, tag.Key);
        foreach (var digest in image.Layers)
        {
            if (tx.Find(EcrTables.Layers, new(image.Key.Repository, digest)) is not { } layer) continue;
            // Kept for a while: whoever pushes an image with the same layer may just have been told that it is here.
            var left = Math.Max(0, layer.Images - 1);
            tx.Put(EcrTables.Layers, layer with { Images = left, UnusedSince = left == 0 ? now : null });
        }

        tx.Delete(EcrTables.Scans, image.Key);
        foreach (var copy in tx.Where(EcrTables.ReplicationsByImage, image.Key).ToList()) tx.Delete(EcrTables.Replications, copy.Key);
        tx.Delete(EcrTables.Images, image.Key);
    }

    public static void DeleteRepository(this Transaction tx, RepositoryKey repository)
    {
        foreach (var image in tx.Where(EcrTables.ImagesByRepository, repository).ToList()) tx.DeleteImage(image, default);
        foreach (var layer in tx.Where(EcrTables.LayersByRepository, repository).ToList()) tx.Delete(EcrTables.Layers, layer.Key);
        foreach (var upload in tx.Where(EcrTables.UploadsByRepository, repository).ToList()) tx.Delete(EcrTables.Uploads, upload.Key);
        tx.Delete(EcrTables.Previews, repository);
        tx.Delete(EcrTables.Repositories, repository);
    }
}
