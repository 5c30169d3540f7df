using System.Security.Cryptography;
using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Takes manifests, over either protocol.</summary>
internal sealed class ImagePushes(Store store, SmallBlobs blobs, PushConsequences consequences, TimeProvider clock)
{
    private const int MaxTags = 1_000; // Of an image.

    public static string DigestOf(ReadOnlySpan<byte> bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <param name="repository">Where the image goes.</param>
    /// <param name="bytes">Kept as they are.</param>
    /// <param name="digest">Of the bytes, as the client or this class computed it; verified here.</param>
    /// <param name="tag">Null leaves the image as it is tagged.</param>
    /// <param name="repeats">Pushing what is there already is fine.</param>
    /// <exception cref="BlobDigestException"/>
    /// <exception cref="ManifestException"/>
    public async ValueTask<(ImageState Image, Manifest Manifest)> PushAsync(
        RepositoryKey repository, ReadOnlyMemory<byte> bytes, string? mediaType, string digest, string? tag, bool repeats, CancellationToken ct)
    {
        var wanted = BlobDigest.Parse(digest);
        wanted.Verify(CryptographicOperations.HashData(wanted.HashName, bytes.Span));
        var manifest = Manifest.Parse(bytes, mediaType);
        var image = Check(store.Current, repository, bytes.Length, manifest, digest, tag, repeats);
        await blobs.KeepAsync(bytes, digest, (tx, _) => image = Write(tx, Check(tx, repository, bytes.Length, manifest, digest, tag, repeats), manifest, tag), ct);
        return (image, manifest);
    }

    private ImageState Check(
        IReadState state, RepositoryKey key, int bytes, Manifest manifest, string digest, string? tag, bool repeats)
    {
        var repository = state.Find(EcrTables.Repositories, key) ?? throw Texts.NoRepository(key);
        var image = new DigestKey(key, digest);
        var known = state.Find(EcrTables.Images, image);
        if (known is null) CheckParts(state, key, manifest);
        if (tag is not null)
        {
            var holder = state.Find(EcrTables.Tags, new(key, tag));
            if (known is not null && holder?.Digest == digest && !repeats) throw Texts.SameImage(image, tag);
            if (holder is not null && holder.Digest != digest && TagMutability.IsFixed(repository, tag)) throw Texts.FixedTag(holder.Key);
            if (holder?.Digest != digest && state.Count(EcrTables.TagsByImage, image) >= MaxTags)
                throw new LimitExceededException($"The number of tags of an image is limited to {MaxTags}.");
        }

        return known ?? new ImageState
        {
            Key = image,
            MediaType = manifest.MediaType,
            ManifestSize = bytes,
            Size = SizeOf(state, key, manifest),
            PushedAt = clock.GetUtcNow(),
            Layers = manifest.Needed,
            Manifests = [.. manifest.Manifests.Select(m => m.Digest).Distinct()],
            IsList = manifest.IsList,
            ConfigMediaType = manifest.Config?.MediaType,
            ArtifactType = manifest.ArtifactType ?? manifest.Config?.MediaType,
            Subject = manifest.Subject, // May be missing yet, by the specification.
        };
    }

    private static void CheckParts(IReadState state, RepositoryKey key, Manifest manifest)
    {
        string[] layers = [.. manifest.Needed.Where(d => state.Find(EcrTables.Layers, new(key, d)) is null)];
        if (layers.Length > 0) throw Texts.NoLayers(key, layers);
        string[] images = [.. manifest.Manifests.Select(m => m.Digest).Distinct().Where(d => state.Find(EcrTables.Images, new(key, d)) is null)];
        if (images.Length > 0) throw Texts.NoImages(key, images);
    }

    private static long SizeOf(IReadState state, RepositoryKey key, Manifest manifest) => manifest.IsList
        ? manifest.Manifests.Select(m => state.Find(EcrTables.Images, new(key, m.Digest))?.Size ?? 0).DefaultIfEmpty().Max()
        : manifest.Needed.Sum(d => state.Find(EcrTables.Layers, new(key, d))?.Size ?? 0);

    private ImageState Write(Transaction tx, ImageState image, Manifest manifest, string? tag)
    {
        var known = tx.Find(EcrTables.Images, image.Key);
        // AWS: pushing an archived image brings it back at once.
        if (known is { Status: not ImageStatus.Active })
            tx.Put(EcrTables.Images, image = known with { Status = ImageStatus.Active, ActivatedAt = clock.GetUtcNow(), ActivatingSince = null });
        if (known is null)
            tx.AddImage(image, digest => manifest.Layers.Prepend(manifest.Config).FirstOrDefault(d => d?.Digest == digest)?.MediaType);
        var moves = tag is not null && tx.Find(EcrTables.Tags, new(image.Key.Repository, tag))?.Digest != image.Key.Digest;
        if (tag is not null && moves) tx.Put(EcrTables.Tags, new TagState { Key = new(image.Key.Repository, tag), Digest = image.Key.Digest });
        if (known is null || moves || known.Status != ImageStatus.Active) consequences.Pushed(tx, image, tag);
        return image;
    }
}
