using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Removes a tag or an image; a tag that was the last takes the image with it.</summary>
internal sealed class ImageDeletes(EcrEvents events)
{
    public (ImmutableArray<ImageIdentifier> Deleted, ImageFailure? Failure) Delete(
        Transaction tx, RepositoryKey repository, ImageIdentifier id, DateTimeOffset now)
    {
        var (image, failure, reason) = ImageReads.Find(tx, repository, id);
        if (image is null) return ([], new() { ImageId = id, FailureCode = failure, FailureReason = reason });
        ImmutableArray<string> tags = [.. tx.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag)];
        if (id.ImageTag is { } tag && tags.Length > 1)
        {
            Untag(tx, new(repository, tag));
            return ([Named(image, tag)], null);
        }

        string[] lists = [.. tx.Where(EcrTables.Lists, repository).Where(l => l.Manifests.Contains(image.Key.Digest)).Select(l => l.Key.Digest)];
        if (lists.Length > 0)
        {
            return ([], new()
            {
                ImageId = id with { ImageDigest = image.Key.Digest },
                FailureCode = ImageFailureCode.ImageReferencedByManifestList,
                FailureReason = $"Requested image referenced by manifest list: [{string.Join(", ", lists)}]",
            });
        }

        return (Delete(tx, image, now), null);
    }

    /// <summary>Deletes the image with all its tags.</summary>
    public ImmutableArray<ImageIdentifier> Delete(Transaction tx, ImageState image, DateTimeOffset now)
    {
        ImmutableArray<string> tags = [.. tx.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag)];
        ImmutableArray<ImageIdentifier> deleted = tags.IsEmpty ? [Named(image, null)] : [.. tags.Select(t => Named(image, t))];
        tx.DeleteImage(image, now);
        events.Deleted(tx, image.Key.Repository, deleted);
        return deleted;
    }

    /// <summary>Takes a tag away and leaves its image: the distribution protocol's way.</summary>
    /// <returns>False when there is no such tag.</returns>
    public bool Untag(Transaction tx, TagKey key)
    {
        if (tx.Find(EcrTables.Tags, key) is not { } tag) return false;
        tx.Delete(EcrTables.Tags, key);
        events.Deleted(tx, key.Repository, [new() { ImageDigest = tag.Digest, ImageTag = key.Tag }]);
        return true;
    }

    private static ImageIdentifier Named(ImageState image, string? tag) => new() { ImageDigest = image.Key.Digest, ImageTag = tag };
}
