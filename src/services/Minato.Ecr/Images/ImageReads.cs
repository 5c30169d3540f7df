using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Finding images, and their manifests' bytes.</summary>
internal sealed class ImageReads(Store store, IBlobStore blobs, PullCounts pulls, TimeProvider clock)
{
    private static readonly TimeSpan s_pullTimeIsFresh = TimeSpan.FromHours(24); // AWS: not every pull is noted.

    /// <summary>The image of an identifier, or why there is none.</summary>
    public static (ImageState? Image, ImageFailureCode? Failure, string? Reason) Find(IReadState state, RepositoryKey repository, ImageIdentifier id)
    {
        if (id is { ImageDigest: null, ImageTag: null })
            return (null, ImageFailureCode.MissingDigestAndTag, "Invalid request parameters: both tag and digest cannot be null");
        if (id.ImageDigest is { } given && !Names.IsDigest(given))
            return (null, ImageFailureCode.InvalidImageDigest, "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
        var tagged = id.ImageTag is { } tag ? state.Find(EcrTables.Tags, new(repository, tag)) : null;
        if (id.ImageTag is not null && tagged is null) return (null, ImageFailureCode.ImageNotFound, Texts.ImageNotFound);
        if (tagged is not null && id.ImageDigest is not null && tagged.Digest != id.ImageDigest)
            return (null, ImageFailureCode.ImageTagDoesNotMatchDigest, "The image tag does not belong to the image digest");
        var digest = id.ImageDigest ?? tagged?.Digest ?? "";
        return state.Find(EcrTables.Images, new(repository, digest)) is { } image
            ? (image, null, null)
            : (null, ImageFailureCode.ImageNotFound, Texts.ImageNotFound);
    }

    public async ValueTask<ReadOnlyMemory<byte>> ManifestAsync(ImageState image, CancellationToken ct)
    {
        await using var content = await blobs.OpenReadAsync(image.Key.Digest, ct);
        var bytes = new byte[image.ManifestSize];
        await content.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    /// <param name="image">That was pulled.</param>
    /// <param name="principalArn">Who pulled it.</param>
    public async ValueTask NotePullAsync(ImageState image, string principalArn, CancellationToken ct)
    {
        pulls.Add(image.Key.Repository);
        var now = clock.GetUtcNow();
        if (RegistryState.Of(store.Current, image.Key.Repository.Home).PullTimeExclusions is { IsEmpty: false } excluded && excluded.ContainsKey(PrincipalOf(principalArn))) return;
        if (now - image.LastPulledAt < s_pullTimeIsFresh) return;
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Images, image.Key) is { } current) tx.Put(EcrTables.Images, current with { LastPulledAt = now });
            },
            ct);
    }

    // Exclusions name roles; who pulls is a session of one.
    private static string PrincipalOf(string arn) =>
        arn.Split(':', 6) is [_, _, "sts", _, var account, var resource] && resource.Split('/') is ["assumed-role", var role, ..] ? $"arn:aws:iam::{account}:role/{role}" : arn;
}
