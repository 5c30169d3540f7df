using System.Security.Cryptography;
using Minato.Platform.Files;
using Minato.Testing;

namespace Minato.Platform.Tests;

/// <summary>What every blob store keeps.</summary>
public abstract class BlobStoreKit
{
    protected abstract IBlobStore Blobs { get; }

    protected static byte[] Content { get; } = Make();

    protected static string Digest { get; } = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Content));

    [Fact]
    public async Task A_blob_is_visible_whole_once_it_is_verified()
    {
        var upload = await Blobs.StartUploadAsync("u-1", Given.Ct);
        (await upload.AppendAsync(new MemoryStream(Content), Given.Ct)).ShouldBe(Content.Length);
        (await Blobs.FindAsync(Digest, Given.Ct)).ShouldBeNull();
        (await upload.CompleteAsync(Digest, Given.Ct)).ShouldBe(new(Digest, Content.Length));
        (await Blobs.FindAsync(Digest, Given.Ct)).ShouldBe(new(Digest, Content.Length));
        (await ReadAsync(Digest)).ShouldBe(Content);
        (await Blobs.FindUploadAsync("u-1", Given.Ct)).ShouldBeNull();
        (await Blobs.ListAsync(Given.Ct).ToListAsync(Given.Ct)).ShouldBe([new(Digest, Content.Length)]);
    }

    [Fact]
    public async Task Content_that_does_not_match_is_refused_and_the_upload_kept()
    {
        var upload = await Blobs.StartUploadAsync("u-1", Given.Ct);
        await upload.AppendAsync(new MemoryStream([1, 2, 3]), Given.Ct);
        await Should.ThrowAsync<BlobDigestException>(async () => await upload.CompleteAsync(Digest, Given.Ct));
        await Should.ThrowAsync<BlobDigestException>(async () => await upload.CompleteAsync("sha256:../../x", Given.Ct));
        (await Blobs.FindUploadAsync("u-1", Given.Ct)).ShouldNotBeNull().Offset.ShouldBe(3);
        (await Blobs.FindAsync(Digest, Given.Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Chunks_add_up()
    {
        foreach (var chunk in Content.Chunk(100_000))
        {
            await using var upload = await Blobs.StartUploadAsync("u-1", Given.Ct);
            await upload.AppendAsync(new MemoryStream(chunk), Given.Ct);
        }

        var last = (await Blobs.FindUploadAsync("u-1", Given.Ct)).ShouldNotBeNull();
        last.Offset.ShouldBe(Content.Length);
        await last.CompleteAsync(Digest, Given.Ct);
        (await ReadAsync(Digest)).ShouldBe(Content);
    }

    [Fact]
    public async Task Sha512_is_understood_too()
    {
        var digest = "sha512:" + Convert.ToHexStringLower(SHA512.HashData(Content));
        var upload = await Blobs.StartUploadAsync("u-1", Given.Ct);
        await upload.AppendAsync(new MemoryStream(Content), Given.Ct);
        await upload.CompleteAsync(digest, Given.Ct);
        (await ReadAsync(digest)).ShouldBe(Content);
    }

    [Fact]
    public async Task What_is_deleted_aborted_or_cleared_is_gone()
    {
        await A_blob_is_visible_whole_once_it_is_verified();
        await Blobs.DeleteAsync(Digest, Given.Ct);
        await Blobs.DeleteAsync(Digest, Given.Ct);
        await Should.ThrowAsync<BlobNotFoundException>(async () => await Blobs.OpenReadAsync(Digest, Given.Ct));
        var upload = await Blobs.StartUploadAsync("u-2", Given.Ct);
        await upload.AbortAsync(Given.Ct);
        (await Blobs.FindUploadAsync("u-2", Given.Ct)).ShouldBeNull();
        await A_blob_is_visible_whole_once_it_is_verified();
        await Blobs.ClearAsync(Given.Ct);
        (await Blobs.FindAsync(Digest, Given.Ct)).ShouldBeNull();
    }

    [Theory, InlineData(""), InlineData("latest"), InlineData("sha256:abc"), InlineData("sha256:../../../../etc/passwd"), InlineData("md5:900150983cd24fb0d6963f7d28e17f72")]
    public async Task What_is_not_a_digest_is_not_found(string digest)
    {
        (await Blobs.FindAsync(digest, Given.Ct)).ShouldBeNull();
        await Should.ThrowAsync<BlobNotFoundException>(async () => await Blobs.OpenReadAsync(digest, Given.Ct));
    }

    private protected async Task<byte[]> ReadAsync(string digest)
    {
        await using var stream = await Blobs.OpenReadAsync(digest, Given.Ct);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Given.Ct);
        return copy.ToArray();
    }

    private static byte[] Make()
    {
        var bytes = new byte[1_234_567];
        new Ids(9).Fill(bytes);
        return bytes;
    }
}

public sealed class MemoryBlobStoreTests : BlobStoreKit
{
    protected override IBlobStore Blobs { get; } = new MemoryBlobStore();
}

public sealed class FileBlobStoreTests : BlobStoreKit, IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly SimTime _time = new();
    private FileBlobStore _blobs;

    public FileBlobStoreTests() => _blobs = new(_directory.Path, _time);

    protected override IBlobStore Blobs => _blobs;

    [Fact]
    public async Task An_upload_goes_on_after_a_restart()
    {
        var upload = await Blobs.StartUploadAsync("u-1", Given.Ct);
        await upload.AppendAsync(new MemoryStream(Content, 0, 500_000), Given.Ct);
        _blobs = new(_directory.Path, _time);
        var again = (await Blobs.FindUploadAsync("u-1", Given.Ct)).ShouldNotBeNull();
        again.Offset.ShouldBe(500_000);
        await again.AppendAsync(new MemoryStream(Content, 500_000, Content.Length - 500_000), Given.Ct);
        await again.CompleteAsync(Digest, Given.Ct);
        (await ReadAsync(Digest)).ShouldBe(Content);
    }

    [Fact]
    public async Task When_the_sender_breaks_off_what_came_before_counts()
    {
        var upload = await Blobs.StartUploadAsync("u-1", Given.Ct);
        await Should.ThrowAsync<IOException>(async () => await upload.AppendAsync(new Breaking(Content, 300_000), Given.Ct));
        upload.Offset.ShouldBe(300_000);
        await upload.AppendAsync(new MemoryStream(Content, 300_000, Content.Length - 300_000), Given.Ct);
        await upload.CompleteAsync(Digest, Given.Ct);
    }

    [Fact]
    public async Task An_upload_without_progress_for_a_day_is_forgotten()
    {
        await (await Blobs.StartUploadAsync("old", Given.Ct)).AppendAsync(new MemoryStream([1]), Given.Ct);
        _time.Advance(TimeSpan.FromHours(20));
        await (await Blobs.StartUploadAsync("young", Given.Ct)).AppendAsync(new MemoryStream([1]), Given.Ct);
        _time.Advance(TimeSpan.FromHours(5));
        await Blobs.StartUploadAsync("new", Given.Ct);
        (await Blobs.FindUploadAsync("old", Given.Ct)).ShouldBeNull();
        (await Blobs.FindUploadAsync("young", Given.Ct)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_upload_id_cannot_leave_its_directory()
    {
        await Should.ThrowAsync<ArgumentException>(async () => await Blobs.StartUploadAsync("../x", Given.Ct));
        (await Blobs.FindUploadAsync("../x", Given.Ct)).ShouldBeNull();
    }

    public void Dispose() => _directory.Dispose();

    private sealed class Breaking(byte[] content, int at) : MemoryStream(content, 0, at)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new IOException("gone") : base.ReadAsync(buffer, cancellationToken);
    }
}
