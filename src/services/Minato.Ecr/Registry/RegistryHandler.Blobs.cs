using Microsoft.AspNetCore.Http;
using Minato.Ecr.Api;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Registry;

internal sealed partial class RegistryHandler
{
    private async Task GetBlobAsync(RegistryCall call)
    {
        var digest = BlobDigest.Parse(call.Route.Reference).ToString();
        // The blob may be here for another repository only: then it is not this one's to give.
        var layer = store.Current.Find(EcrTables.Layers, new(call.Repository, digest)) ?? await cache.LayerAsync(call.Repository, digest, call.Aborted);
        if (layer is null)
        {
            Require(call);
            throw RegistryException.BlobUnknown();
        }

        call.Response.Headers["Docker-Content-Digest"] = digest;
        if (call.IsKnown(digest)) return;
        if (HttpMethods.IsHead(call.Request.Method))
        {
            await uploads.TouchAsync(layer, call.Aborted); // Who was told that it is here will not upload it.
            call.Response.ContentType = "application/octet-stream";
            call.Response.ContentLength = layer.Size;
            call.Response.Headers.AcceptRanges = "bytes";
            return;
        }

        await using var content = await blobs.OpenReadAsync(digest, call.Aborted);
        await BlobAnswer.SendAsync(call, content, digest);
    }

    private async Task DeleteBlobAsync(RegistryCall call)
    {
        Require(call);
        var key = new DigestKey(call.Repository, BlobDigest.Parse(call.Route.Reference).ToString());
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Layers, key) is not { } layer) throw RegistryException.BlobUnknown();
                if (layer.Images > 0) throw RegistryException.Unsupported($"The blob is part of {layer.Images} images of the repository.");
                tx.Delete(EcrTables.Layers, key);
            },
            call.Aborted);
        call.Answer(StatusCodes.Status202Accepted);
    }

    private async Task StartUploadAsync(RegistryCall call)
    {
        await Images.RepositoryCreation.EnsureForPushAsync(store, call.Repository, clock, call.Aborted);
        if (call.Query("digest") is { } digest)
        {
            await UploadAtOnceAsync(call, digest);
            return;
        }

        if (call.Query("mount") is { } wanted && call.Query("from") is { } from && MayMount(call, new(call.Home, from))
            && await uploads.MountAsync(new(call.Home, from), call.Repository, wanted, call.Aborted) is { } mounted)
        {
            call.Answer(201, BlobPath(call, mounted.Digest), mounted.Digest);
            return;
        }

        if (call.Query("digest-algorithm") is not (null or "sha256" or "sha512"))
            throw new RegistryException(400, "DIGEST_INVALID", $"The digest algorithm '{call.Query("digest-algorithm")}' is none of sha256 and sha512.");
        var upload = await uploads.StartAsync(call.Repository, call.Aborted);
        AnswerProgress(call, StatusCodes.Status202Accepted, upload.Key.Id, 0);
    }

    private async Task UploadAtOnceAsync(RegistryCall call, string digest)
    {
        var wanted = BlobDigest.Parse(digest).ToString();
        call.LiftBodyLimit();
        var started = await uploads.StartAsync(call.Repository, call.Aborted);
        await using var upload = await uploads.OpenAsync(call.Repository, started.Key.Id, call.Aborted);
        try
        {
            await uploads.AppendAsync(upload, call.Request.Body, call.Aborted);
            await uploads.CompleteAsync(upload, wanted, call.Aborted);
        }
        catch
        {
            await uploads.AbortAsync(upload, CancellationToken.None); // Nobody learns this upload's address.
            throw;
        }

        call.Answer(201, BlobPath(call, wanted), wanted);
    }

    private async Task PatchUploadAsync(RegistryCall call)
    {
        call.LiftBodyLimit();
        await using var upload = await uploads.OpenAsync(call.Repository, call.Route.Reference, call.Aborted);
        if (await AppendAsync(call, upload)) AnswerProgress(call, StatusCodes.Status202Accepted, upload.Blob.Id, upload.Blob.Offset);
    }

    private async Task FinishUploadAsync(RegistryCall call)
    {
        call.LiftBodyLimit();
        var digest = BlobDigest.Parse(call.Query("digest") ?? throw new RegistryException(400, "DIGEST_INVALID", "The digest is missing.")).ToString();
        await using var upload = await uploads.OpenAsync(call.Repository, call.Route.Reference, call.Aborted);
        if (call.MayHaveBody && !await AppendAsync(call, upload)) return;
        await uploads.CompleteAsync(upload, digest, call.Aborted);
        call.Answer(201, BlobPath(call, digest), digest);
    }

    private async Task DescribeUploadAsync(RegistryCall call)
    {
        await using var upload = await uploads.OpenAsync(call.Repository, call.Route.Reference, call.Aborted);
        AnswerProgress(call, StatusCodes.Status204NoContent, upload.Blob.Id, upload.Blob.Offset);
    }

    private async Task CancelUploadAsync(RegistryCall call)
    {
        await using var upload = await uploads.OpenAsync(call.Repository, call.Route.Reference, call.Aborted);
        await uploads.AbortAsync(upload, call.Aborted);
        call.Answer(204);
    }

    /// <returns>False when the chunk does not fit and the client was told where the next one starts.</returns>
    private async ValueTask<bool> AppendAsync(RegistryCall call, Images.OpenUpload upload)
    {
        var range = call.ContentRange();
        if (range is var (first, last))
        {
            if (first != upload.Blob.Offset)
            {
                AnswerProgress(call, StatusCodes.Status416RangeNotSatisfiable, upload.Blob.Id, upload.Blob.Offset);
                return false;
            }

            if (call.Request.ContentLength is { } length && length != last - first + 1)
                throw new RegistryException(400, "SIZE_INVALID", $"The Content-Range speaks of {last - first + 1} bytes, the Content-Length of {length}.");
        }

        var offset = await uploads.AppendAsync(upload, call.Request.Body, call.Aborted);
        return range is not var (_, end) || offset == end + 1
            ? true
            : throw new RegistryException(400, "SIZE_INVALID", $"The Content-Range ends at {end}, the content at {offset - 1}.");
    }

    private static void AnswerProgress(RegistryCall call, int status, string id, long offset)
    {
        call.Response.Headers.Range = $"0-{Math.Max(0, offset - 1)}";
        call.Response.Headers["Docker-Upload-UUID"] = id;
        call.Answer(status, $"/v2/{call.Route.Name}/blobs/uploads/{id}");
    }

    // AWS: only where the account wants it, the client may read the source, both are encrypted alike and neither is a cache.
    private bool MayMount(RegistryCall call, RepositoryKey from)
    {
        var state = store.Current;
        if (state.Find(EcrTables.Settings, SettingState.KeyOf(call.Home, EcrApi.BlobMounting))?.Value != "ENABLED") return false;
        if (state.Find(EcrTables.Repositories, from) is not { CacheOf: null } source || state.Find(EcrTables.Repositories, call.Repository) is not { } target) return false;
        if (source.Encryption != target.Encryption || source.KmsKey != target.KmsKey) return false;
        try
        {
            if (call.Session.Caller is { } caller) Authorize(caller, from, "GetDownloadUrlForLayer");
            return true;
        }
        catch (Exception e) when (e is Minato.Aws.AwsException or RegistryException)
        {
            return false;
        }
    }

    private static string BlobPath(RegistryCall call, string digest) => $"/v2/{call.Route.Name}/blobs/{digest}";

    private RepositoryState Require(RegistryCall call) =>
        store.Current.Find(EcrTables.Repositories, call.Repository) ?? throw Images.Texts.NoRepository(call.Repository);
}
