using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Removes a tag or an image; a tag that was the last takes the image with it.</summary>
internal static class ImageDeletes
{
    public static (ImmutableArray<ImageIdentifier> Deleted, ImageFailure? Failure) Delete(
        Transaction tx, RepositoryKey repository, ImageIdentifier id, DateTimeOffset now)
    {
        var (image, failure, reason) = ImageReads.Find(tx, repository, id);
        if (image is null) return ([], new() { ImageId = id, FailureCode = failure, FailureReason = reason });
        ImmutableArray<string> tags = [.. tx.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag)];
        if (id.ImageTag is { } tag && tags.Length > 1)
        {
            tx.Delete(EcrTables.Tags, new(repository, tag));
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

        tx.DeleteImage(image, now);
        return (tags.IsEmpty ? [Named(image, null)] : [.. tags.Select(t => Named(image, t))], null);
    }

    private static ImageIdentifier Named(ImageState image, string? tag) => new() { ImageDigest = image.Key.Digest, ImageTag = tag };
}
