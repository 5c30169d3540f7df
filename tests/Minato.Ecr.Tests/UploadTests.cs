using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Ecr.Reconcile;
using Minato.Ecr.State;
using Minato.Platform;
using Minato.Platform.Files;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

public sealed class UploadTests
{
    [Fact]
    public async Task A_layer_is_uploaded_in_one_stream()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(3_000_000);
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        (started.StatusCode, Header(started, "Range")).ShouldBe((HttpStatusCode.Accepted, "0-0"));
        var location = Location(started);
        using var patched = await ecr.SendAsync(HttpMethod.Patch, location, bytes);
        (patched.StatusCode, Header(patched, "Range")).ShouldBe((HttpStatusCode.Accepted, "0-2999999"));
        using var done = await ecr.SendAsync(HttpMethod.Put, $"{Location(patched)}?digest={DigestOf(bytes)}", []);
        (done.StatusCode, Location(done), Header(done, "Docker-Content-Digest"))
            .ShouldBe((HttpStatusCode.Created, $"/v2/web/blobs/{DigestOf(bytes)}", DigestOf(bytes)));
        (await ecr.Http.GetByteArrayAsync(Location(done))).ShouldBe(bytes);
        ecr.Store.Current.Count(EcrTables.Uploads).ShouldBe(0);
    }

    [Fact]
    public async Task Chunks_follow_each_other_and_a_gap_is_told_where_to_go_on()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(300);
        var location = await BeginAsync(ecr);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Patch, location, bytes[..100], range: "0-99"))).ShouldBe(202);
        using var gap = await ecr.SendAsync(HttpMethod.Patch, location, bytes[200..], range: "200-299");
        ((int)gap.StatusCode, Header(gap, "Range"), Location(gap)).ShouldBe((416, "0-99", location));
        using var status = await ecr.SendAsync(HttpMethod.Get, location);
        ((int)status.StatusCode, Header(status, "Range")).ShouldBe((204, "0-99"));
        (await StatusAsync(ecr.SendAsync(HttpMethod.Patch, location, bytes[100..200], range: "bytes 100-199/300"))).ShouldBe(202);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Put, $"{location}?digest={DigestOf(bytes)}", bytes[200..], range: "200-299"))).ShouldBe(201);
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{DigestOf(bytes)}")).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_chunk_that_is_not_what_it_says_is_refused()
    {
        await using var ecr = await StartAsync("web");
        var location = await BeginAsync(ecr);
        await FailedAsync(ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(10), range: "0-99"), 400, "SIZE_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(10), range: "first to last"), 400, "BLOB_UPLOAD_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(10), range: "9-0"), 400, "BLOB_UPLOAD_INVALID");
    }

    [Fact]
    public async Task A_wrong_digest_is_refused_and_nothing_is_visible()
    {
        await using var ecr = await StartAsync("web");
        var wrong = DigestOf("other"u8);
        var location = await BeginAsync(ecr);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Patch, location, [1, 2, 3]))).ShouldBe(202);
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, $"{location}?digest={wrong}", []), 400, "DIGEST_INVALID");
        (await StatusAsync(ecr.SendAsync(HttpMethod.Head, $"/v2/web/blobs/{wrong}"))).ShouldBe(404);
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, $"{location}?digest=sha256:12", []), 400, "DIGEST_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, $"{location}?digest=md5:{new string('0', 32)}", []), 400, "DIGEST_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, location, []), 400, "DIGEST_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={wrong}", [1, 2, 3]), 400, "DIGEST_INVALID");
        // The upload itself is still there to be finished.
        (await StatusAsync(ecr.SendAsync(HttpMethod.Put, $"{location}?digest={DigestOf([1, 2, 3])}", []))).ShouldBe(201);
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone()
    {
        await using var ecr = await StartAsync("web");
        var location = await BeginAsync(ecr);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Delete, location))).ShouldBe(204);
        await FailedAsync(ecr.SendAsync(HttpMethod.Patch, location, [1]), 404, "BLOB_UPLOAD_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, location), 404, "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task An_upload_belongs_to_its_repository()
    {
        await using var ecr = await StartAsync("web", "other");
        var location = await BeginAsync(ecr);
        await FailedAsync(ecr.SendAsync(HttpMethod.Patch, location.Replace("/web/", "/other/"), [1]), 404, "BLOB_UPLOAD_UNKNOWN");
        await FailedAsync(
            ecr.SendAsync(HttpMethod.Post, "/v2/missing/blobs/uploads/"), 404, "NAME_UNKNOWN",
            "The repository with name 'missing' does not exist in the registry with id '123456789012'");
    }

    [Fact]
    public async Task A_broken_connection_loses_no_byte_that_came()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(100_000);
        var location = await BeginAsync(ecr);
        await SendHalfAsync(ecr, location, bytes[..40_000], bytes.Length);
        using var status = await ecr.SendAsync(HttpMethod.Get, location); // Waits for the broken request to end.
        Header(status, "Range").ShouldBe("0-39999");
        (await StatusAsync(ecr.SendAsync(HttpMethod.Patch, location, bytes[40_000..], range: "40000-99999"))).ShouldBe(202);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Put, $"{location}?digest={DigestOf(bytes)}", []))).ShouldBe(201);
    }

    [Fact]
    public async Task A_large_layer_streams_through_files_and_back()
    {
        var folder = Directory.CreateTempSubdirectory("minato-ecr-").FullName;
        try
        {
            await using var ecr = await StartOnFilesAsync(folder, "web");
            var bytes = Given.Bytes(64 * 1024 * 1024); // More than Kestrel takes unasked.
            var digest = await ecr.PushLayerAsync("web", bytes);
            (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{digest}")).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
            await FailedAsync(ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={DigestOf("x"u8)}", [1]), 400, "DIGEST_INVALID");
            Directory.GetFiles(Path.Combine(folder, "registry", "uploads")).ShouldBe([]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_restart_and_images_are_still_there()
    {
        var folder = Directory.CreateTempSubdirectory("minato-ecr-").FullName;
        var journal = new MemoryJournal();
        var bytes = Given.Bytes(1000);
        string location, image;
        try
        {
            await using (var before = await StartAsync(new FileBlobStore(folder, TimeProvider.System), journal, "web"))
            {
                (image, _) = await before.PushImageAsync("web", "v1");
                location = await BeginAsync(before);
                (await StatusAsync(before.SendAsync(HttpMethod.Patch, location, bytes[..400]))).ShouldBe(202);
            }

            await using var after = await StartAsync(new FileBlobStore(folder, TimeProvider.System), journal);
            using var pulled = await after.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1");
            DigestOf(await pulled.Content.ReadAsByteArrayAsync()).ShouldBe(image);
            (await StatusAsync(after.SendAsync(HttpMethod.Patch, location, bytes[400..], range: "400-999"))).ShouldBe(202);
            (await StatusAsync(after.SendAsync(HttpMethod.Put, $"{location}?digest={DigestOf(bytes)}", []))).ShouldBe(201);
            (await after.Http.GetByteArrayAsync($"/v2/web/blobs/{DigestOf(bytes)}")).ShouldBe(bytes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_same_layer_may_be_pushed_by_many_at_once()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(500_000);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ecr.PushLayerAsync("web", bytes)));
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{DigestOf(bytes)}")).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_layer_of_another_repository_is_mounted_once_the_account_wants_it()
    {
        await using var ecr = await StartAsync("web", "other");
        var digest = await ecr.PushLayerAsync("web", [1, 2, 3]);
        var mount = $"/v2/other/blobs/uploads/?mount={digest}&from=web";
        (await StatusAsync(ecr.SendAsync(HttpMethod.Head, $"/v2/other/blobs/{digest}"))).ShouldBe(404);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Post, mount))).ShouldBe(202);
        await ecr.Ecr.PutAccountSettingAsync(new() { Name = "BLOB_MOUNTING", Value = "ENABLED" }, ecr.Caller, default);
        using var mounted = await ecr.SendAsync(HttpMethod.Post, mount);
        ((int)mounted.StatusCode, Location(mounted)).ShouldBe((201, $"/v2/other/blobs/{digest}"));
        (await ecr.Http.GetByteArrayAsync(Location(mounted))).ShouldBe([1, 2, 3]);
        (await StatusAsync(ecr.SendAsync(HttpMethod.Post, mount.Replace(digest, DigestOf("none"u8))))).ShouldBe(202);
    }

    [Fact]
    public async Task A_layer_is_read_in_ranges()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(1000);
        var digest = await ecr.PushLayerAsync("web", bytes);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/web/blobs/{digest}");
        request.Headers.Range = new(100, 199);
        using var answer = await ecr.Http.SendAsync(request);
        (answer.StatusCode, answer.Content.Headers.ContentRange?.ToString()).ShouldBe((HttpStatusCode.PartialContent, "bytes 100-199/1000"));
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(bytes[100..200]);
        using var head = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/blobs/{digest}");
        (head.Content.Headers.ContentLength, Header(head, "Docker-Content-Digest")).ShouldBe((1000, digest));
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, $"/v2/web/blobs/{DigestOf("none"u8)}"), 404, "BLOB_UNKNOWN");
    }

    [Fact]
    public async Task A_layer_that_no_image_wants_is_forgotten_after_a_day()
    {
        await using var ecr = await StartAsync("web");
        var digest = await ecr.PushLayerAsync("web", [1, 2, 3]);
        var key = new DigestKey(new(Account, "us-east-1", "web"), digest);
        await ecr.Service<UnusedLayerReconciler>().ReconcileAsync(key, default);
        ecr.Store.Current.Find(EcrTables.Layers, key).ShouldNotBeNull();
        ecr.Clock.Now += TimeSpan.FromHours(25);
        await ecr.Service<UnusedLayerReconciler>().ReconcileAsync(key, default);
        ecr.Store.Current.Find(EcrTables.Layers, key).ShouldBeNull();
        await ecr.Service<BlobReconciler>().ReconcileAsync(new(digest), default);
        (await ecr.Blobs.FindAsync(digest, default)).ShouldBeNull();
    }

    private static async Task<string> BeginAsync(EcrFixture ecr)
    {
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        return Location(started);
    }

    private static async Task<int> StatusAsync(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        return (int)answer.StatusCode;
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var own) ? own.ToString()
        : answer.Content.Headers.NonValidated.TryGetValues(name, out var content) ? content.ToString() : "";

    private static string Location(HttpResponseMessage answer) => answer.Headers.Location?.OriginalString ?? "";

    private static async Task SendHalfAsync(EcrFixture ecr, string path, byte[] part, int length)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(ecr.Address.Host, ecr.Address.Port);
        var head = $"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {ecr.Http.DefaultRequestHeaders.Authorization}\r\nContent-Length: {length}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(head));
        for (var sent = 0; sent < part.Length;) sent += await socket.SendAsync(part.AsMemory(sent));
        // The listener drops what it has not handed on when a connection ends early.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (((await ecr.Blobs.FindUploadAsync(path.Split('/')[^1], patience.Token))?.Offset ?? 0) < part.Length)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        socket.Shutdown(SocketShutdown.Both);
    }
}
