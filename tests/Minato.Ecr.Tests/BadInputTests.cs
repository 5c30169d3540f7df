using System.Net;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Reconcile;
using Minato.Ecr.State;
using Minato.Platform;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>The specified error, nothing visible that was not verified, nothing leaked, space reclaimed.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-ecr-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_manifest_of_4_MiB_and_a_byte_is_413_however_it_comes()
    {
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        var bytes = new byte[4_194_305];
        Array.Fill(bytes, (byte)' ');
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", bytes, Given.OciImage), 413, "SIZE_INVALID");
        using var chunked = new HttpRequestMessage(HttpMethod.Put, "/v2/web/manifests/v1") { Content = new StreamContent(new MemoryStream(bytes)) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Content.Headers.TryAddWithoutValidation("Content-Type", Given.OciImage);
        await FailedAsync(ecr.Http.SendAsync(chunked), 413, "SIZE_INVALID");
        Files("blobs").ShouldBeEmpty();
        Files("uploads").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_digest_that_does_not_match_leaves_nothing_visible()
    {
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={DigestOf("x"u8)}", [1, 2, 3]), 400, "DIGEST_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{DigestOf("x"u8)}", "{}"u8.ToArray(), Given.OciImage), 400, "DIGEST_INVALID");
        Files("blobs").ShouldBeEmpty();
        Files("uploads").ShouldBeEmpty();
        ecr.Store.Current.Count(EcrTables.Uploads).ShouldBe(0);
    }

    [Fact]
    public async Task An_upload_left_open_for_a_day_is_forgotten_and_its_bytes_too()
    {
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        var id = (await ecr.Ecr.InitiateLayerUploadAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).UploadId ?? "";
        var location = $"/v2/web/blobs/uploads/{id}";
        using var first = await ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(1_000));
        ecr.Clock.Now += TimeSpan.FromHours(23);
        using var second = await ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(1_000)); // Whoever goes on has another day.
        ecr.Clock.Now += TimeSpan.FromHours(23);
        await ecr.Service<StaleUploadReconciler>().ReconcileAsync(new(id), default);
        using var status = await ecr.SendAsync(HttpMethod.Get, location);
        status.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        ecr.Clock.Now += TimeSpan.FromHours(1);
        await FailedAsync(ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(10)), 404, "BLOB_UPLOAD_UNKNOWN");
        await RefusedAsync(
            () => ecr.Ecr.CompleteLayerUploadAsync(new() { RepositoryName = "web", UploadId = id, LayerDigests = [DigestOf("x"u8)] }, ecr.Caller, default), "UploadNotFoundException");
        await ecr.Service<StaleUploadReconciler>().ReconcileAsync(new(id), default);
        Files("uploads").ShouldBeEmpty();
        ecr.Store.Current.Count(EcrTables.Uploads).ShouldBe(0);
    }

    [Fact]
    public async Task A_full_disk_in_the_middle_of_a_push_is_503_and_its_space_is_free_again()
    {
        if (!OperatingSystem.IsLinux()) return;
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        foreach (var isOverApi in new[] { false, true })
        {
            var id = (await ecr.Ecr.InitiateLayerUploadAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).UploadId ?? "";
            using var begun = await ecr.SendAsync(HttpMethod.Patch, $"/v2/web/blobs/uploads/{id}", Given.Bytes(1_000));
            var file = Files("uploads").Single();
            // The kernel's own full disk.
            File.Delete(file);
            File.CreateSymbolicLink(file, "/dev/full");
            if (isOverApi)
            {
                var error = await Should.ThrowAsync<ServerException>(() => ecr.Ecr.UploadLayerPartAsync(
                    new() { RepositoryName = "web", UploadId = id, PartFirstByte = 1_000, PartLastByte = 1_999, LayerPartBlob = Given.Bytes(1_000) }, ecr.Caller, default));
                error.Message.ShouldBe("The registry has no space left on its disk.");
            }
            else
            {
                await FailedAsync(
                    ecr.SendAsync(HttpMethod.Patch, $"/v2/web/blobs/uploads/{id}", Given.Bytes(1_000)), 503, "UNAVAILABLE", "The registry has no space left on its disk.");
            }

            await FailedAsync(ecr.SendAsync(HttpMethod.Get, $"/v2/web/blobs/uploads/{id}"), 404, "BLOB_UPLOAD_UNKNOWN");
            Directory.GetFileSystemEntries(Path.Combine(_folder, "registry", "uploads")).ShouldBeEmpty();
        }

        await ecr.PushImageAsync("web", "v1"); // There is room again.
    }

    [Fact]
    public async Task What_a_dead_process_left_half_done_is_not_visible_and_goes_at_the_next_start()
    {
        var journal = new MemoryJournal();
        var digest = DigestOf("not recorded"u8);
        await using (var first = await StartAsync(Blobs(), journal, "web"))
        {
            await first.PushImageAsync("web", "v1");
            // Killed between the rename of the file and its record.
            await using var upload = await first.Blobs.StartUploadAsync("00000000-0000-4000-8000-000000000001", default);
            using var content = new MemoryStream("not recorded"u8.ToArray());
            await upload.AppendAsync(content, default);
            await upload.CompleteAsync(digest, default);
        }

        await using var second = await StartAsync(Blobs(), journal);
        using var hidden = await second.SendAsync(HttpMethod.Get, $"/v2/web/blobs/{digest}");
        hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await second.Service<BlobReconciler>().ReconcileAsync(new(digest), default); // As BlobSweep asks of each blob.
        (await second.Blobs.FindAsync(digest, default)).ShouldBeNull();
        using var kept = await second.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1");
        kept.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_layer_that_somebody_was_told_of_is_kept_for_another_day()
    {
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        var digest = await ecr.PushLayerAsync("web", [1, 2, 3]);
        ecr.Clock.Now += TimeSpan.FromHours(23.9);
        using var head = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/blobs/{digest}");
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        ecr.Clock.Now += TimeSpan.FromHours(23);
        await ecr.Service<UnusedLayerReconciler>().ReconcileAsync(new(new(Account, "us-east-1", "web"), digest), default);
        using var still = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/blobs/{digest}");
        still.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Platform.Files.FileBlobStore Blobs() => new(Path.Combine(_folder, "registry"), TimeProvider.System);

    private string[] Files(string part) => Directory.GetFiles(Path.Combine(_folder, "registry", part), "*", SearchOption.AllDirectories);
}
