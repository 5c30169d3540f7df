using Microsoft.AspNetCore.Http;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Registry;

internal sealed partial class RegistryHandler
{
    // Whatever a client says it accepts, it gets what was pushed: nothing is translated.
    private async Task GetManifestAsync(RegistryCall call)
    {
        if (await cache.ManifestAsync(call.Repository, call.Route.Reference, call.Aborted) is { } upstream)
        {
            await WriteManifestAsync(call, upstream.Digest, upstream.MediaType, upstream.Bytes.Length, () => ValueTask.FromResult(upstream.Bytes));
            return;
        }

        Require(call);
        var image = Find(call) ?? throw RegistryException.ManifestUnknown();
        await WriteManifestAsync(call, image.Key.Digest, image.MediaType, image.ManifestSize, async () =>
        {
            await reads.NotePullAsync(image, call.PrincipalArn, call.Aborted);
            return await reads.ManifestAsync(image, call.Aborted);
        });
    }

    private static async Task WriteManifestAsync(RegistryCall call, string digest, string mediaType, long size, Func<ValueTask<ReadOnlyMemory<byte>>> read)
    {
        call.Response.Headers["Docker-Content-Digest"] = digest;
        if (call.IsKnown(digest)) return;
        var bytes = HttpMethods.IsHead(call.Request.Method) ? default : await read();
        call.Response.ContentType = mediaType;
        call.Response.ContentLength = size;
        if (!bytes.IsEmpty) await call.Response.BodyWriter.WriteAsync(bytes, call.Aborted);
    }

    private async Task PutManifestAsync(RegistryCall call)
    {
        var reference = call.Route.Reference;
        var byDigest = reference.Contains(':', StringComparison.Ordinal);
        if (!byDigest && !Names.IsTag(reference)) throw new RegistryException(400, "TAG_INVALID", $"invalid tag '{reference}'");
        await RepositoryCreation.EnsureForPushAsync(store, call.Repository, clock, call.Aborted);
        Require(call);
        var bytes = await ReadManifestAsync(call);
        var asked = byDigest ? reference : call.Query("digest");
        var digest = asked is null ? ImagePushes.DigestOf(bytes.Span) : BlobDigest.Parse(asked).ToString();
        var mediaType = call.Request.ContentType?.Split(';')[0].Trim();
        var (image, manifest) = await pushes.PushAsync(call.Repository, bytes, mediaType, digest, byDigest ? null : reference, repeats: true, call.Aborted);
        if (manifest.Subject is { } subject) call.Response.Headers["OCI-Subject"] = subject;
        call.Answer(201, $"/v2/{call.Route.Name}/manifests/{image.Key.Digest}", image.Key.Digest);
    }

    private async Task DeleteManifestAsync(RegistryCall call)
    {
        Require(call);
        var reference = call.Route.Reference;
        var now = clock.GetUtcNow();
        if (!reference.Contains(':', StringComparison.Ordinal))
        {
            if (!await store.UpdateAsync(tx => deletes.Untag(tx, new(call.Repository, reference)), call.Aborted)) throw RegistryException.ManifestUnknown();
            call.Answer(StatusCodes.Status202Accepted);
            return;
        }

        var (_, failure) = await store.UpdateAsync(tx => deletes.Delete(tx, call.Repository, new() { ImageDigest = reference }, now), call.Aborted);
        if (failure?.FailureCode == ImageFailureCode.ImageReferencedByManifestList) throw RegistryException.Unsupported(failure.FailureReason ?? "");
        if (failure?.FailureCode == ImageFailureCode.InvalidImageDigest) throw new RegistryException(400, "DIGEST_INVALID", failure.FailureReason ?? "");
        if (failure is not null) throw RegistryException.ManifestUnknown();
        call.Answer(StatusCodes.Status202Accepted);
    }

    private ImageState? Find(RegistryCall call)
    {
        var reference = call.Route.Reference;
        var state = store.Current;
        var digest = reference.Contains(':', StringComparison.Ordinal) ? reference : state.Find(EcrTables.Tags, new(call.Repository, reference))?.Digest;
        return digest is null || state.Find(EcrTables.Images, new(call.Repository, digest)) is not { Status: ImageStatus.Active } image ? null : image;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadManifestAsync(RegistryCall call)
    {
        call.LiftBodyLimit(); // The limit here is tighter, and has its own answer.
        if (call.Request.ContentLength > Manifest.MaxBytes) throw TooLarge();
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await call.Request.Body.ReadAsync(buffer, call.Aborted)) > 0;)
        {
            bytes.Write(buffer.AsSpan(0, read));
            if (bytes.Length > Manifest.MaxBytes) throw TooLarge();
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static RegistryException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", $"The manifest is larger than {Manifest.MaxBytes} bytes.");
}
