using System.Collections.Immutable;
using System.Text;
using Minato.Contracts.Ecr;
using Minato.Ecr.Reconcile;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

public sealed class ImageTests
{
    [Fact]
    public async Task A_layer_is_pushed_in_parts_over_the_control_plane()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes((5 * 1024 * 1024) + 10);
        var digest = DigestOf(bytes);
        (await ecr.Ecr.BatchCheckLayerAvailabilityAsync(new() { RepositoryName = "web", LayerDigests = [digest] }, ecr.Caller, default))
            .Layers.ShouldBe([new() { LayerDigest = digest, LayerAvailability = LayerAvailability.Unavailable }]);
        var begun = await ecr.Ecr.InitiateLayerUploadAsync(new() { RepositoryName = "web" }, ecr.Caller, default);
        begun.PartSize.ShouldBe(10_485_760);
        var id = begun.UploadId.ShouldNotBeNull();
        (await PartAsync(ecr, id, 0, bytes[..^10])).LastByteReceived.ShouldBe(bytes.Length - 11);
        var error = await RefusedAsync(() => PartAsync(ecr, id, 7, bytes[^10..]), "InvalidLayerPartException");
        error.ShouldBeOfType<InvalidLayerPartException>().LastValidByteReceived.ShouldBe(bytes.Length - 11);
        await PartAsync(ecr, id, bytes.Length - 10, bytes[^10..]);
        await RefusedAsync(() => CompleteAsync(ecr, id, DigestOf("other"u8)), "InvalidLayerException");
        (await CompleteAsync(ecr, id, digest)).LayerDigest.ShouldBe(digest);
        await RefusedAsync(() => PartAsync(ecr, id, 0, [1]), "UploadNotFoundException");
        (await ecr.Ecr.BatchCheckLayerAvailabilityAsync(new() { RepositoryName = "web", LayerDigests = [digest, "nonsense"] }, ecr.Caller, default))
            .ShouldSatisfyAllConditions(
                a => a.Layers.ShouldBe([new() { LayerDigest = digest, LayerAvailability = LayerAvailability.Available, LayerSize = bytes.Length }]),
                a => a.Failures.ShouldNotBeNull().Single().FailureCode.ShouldBe(LayerFailureCode.InvalidLayerDigest));
        await RefusedAsync(() => ecr.Ecr.GetDownloadUrlForLayerAsync(new() { RepositoryName = "web", LayerDigest = digest }, ecr.Caller, default), "LayerInaccessibleException");
        await RefusedAsync(() => ecr.Ecr.GetDownloadUrlForLayerAsync(new() { RepositoryName = "web", LayerDigest = DigestOf("x"u8) }, ecr.Caller, default), "LayersNotFoundException");
    }

    [Fact]
    public async Task Only_the_last_part_of_a_layer_may_be_small()
    {
        await using var ecr = await StartAsync("web");
        var id = (await ecr.Ecr.InitiateLayerUploadAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).UploadId.ShouldNotBeNull();
        await RefusedAsync(() => CompleteAsync(ecr, id, DigestOf([])), "EmptyUploadException");
        await PartAsync(ecr, id, 0, [1]);
        await PartAsync(ecr, id, 1, [2]);
        await RefusedAsync(() => CompleteAsync(ecr, id, DigestOf([1, 2])), "LayerPartTooSmallException");
    }

    [Fact]
    public async Task A_layer_that_is_there_is_not_completed_again()
    {
        await using var ecr = await StartAsync("web");
        var digest = await ecr.PushLayerAsync("web", [1]);
        var id = (await ecr.Ecr.InitiateLayerUploadAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).UploadId.ShouldNotBeNull();
        await PartAsync(ecr, id, 0, [1]);
        await RefusedAsync(() => CompleteAsync(ecr, id, digest), "LayerAlreadyExistsException");
    }

    [Fact]
    public async Task PutImage_ends_as_AWSs_table_says()
    {
        await using var ecr = await StartAsync();
        await ecr.CreateAsync("web", ImageTagMutability.Immutable);
        var (digest, manifest) = await ecr.PushImageAsync("web", "v1", "one");
        await RefusedAsync(() => PutAsync(ecr, manifest, "v1"), "ImageAlreadyExistsException",
            $"Image with digest '{digest}' and tag 'v1' already exists in the repository with name 'web' in registry with id '123456789012'");
        (await PutAsync(ecr, manifest, "v2")).Image.ShouldNotBeNull().ImageId.ShouldBe(new() { ImageDigest = digest, ImageTag = "v2" });
        var (_, other) = await ecr.PushImageAsync("web", "", "two");
        await RefusedAsync(() => PutAsync(ecr, other, "v1"), "ImageTagAlreadyExistsException");
        (await PutAsync(ecr, other, null)).Image.ShouldNotBeNull().ImageManifest.ShouldBe(Encoding.UTF8.GetString(other));
        await RefusedAsync(() => PutAsync(ecr, other, "v3", digest), "ImageDigestDoesNotMatchException");
        await RefusedAsync(() => PutAsync(ecr, "{}"u8.ToArray(), "v3"), "InvalidParameterException");
        await RefusedAsync(() => PutAsync(ecr, other, "not:a:tag"), "InvalidParameterException");
        await RefusedAsync(() => PutAsync(ecr, Given.Manifest("no such config"u8.ToArray(), "no such layer"u8.ToArray()), "v3"), "LayersNotFoundException");
        await RefusedAsync(() => PutAsync(ecr, Given.Index(DigestOf("no such image"u8)), "v3"), "ReferencedImagesNotFoundException");
        await RefusedAsync(
            () => ecr.Ecr.PutImageAsync(new() { RepositoryName = "none", ImageManifest = "{}", ImageManifestMediaType = Given.OciImage }, ecr.Caller, default),
            "InvalidParameterException");
    }

    [Fact]
    public async Task BatchGetImage_gives_what_there_is_and_says_what_is_not()
    {
        await using var ecr = await StartAsync("web");
        var (digest, manifest) = await ecr.PushImageAsync("web", "v1");
        var answer = await ecr.Ecr.BatchGetImageAsync(
            new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }, new() { ImageTag = "none" }, new(), new() { ImageDigest = "bad" }] }, ecr.Caller, default);
        var image = answer.Images.ShouldNotBeNull().Single();
        (image.ImageManifest, image.ImageManifestMediaType, image.ImageId).ShouldBe(
            (Encoding.UTF8.GetString(manifest), Given.OciImage, new ImageIdentifier { ImageDigest = digest, ImageTag = "v1" }));
        answer.Failures.ShouldNotBeNull().Select(f => (f.FailureCode, f.FailureReason)).ShouldBe(
        [
            (ImageFailureCode.ImageNotFound, "Requested image not found"),
            (ImageFailureCode.MissingDigestAndTag, "Invalid request parameters: both tag and digest cannot be null"),
            (ImageFailureCode.InvalidImageDigest, "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"),
        ]);
    }

    [Fact]
    public async Task Deleting_the_last_tag_deletes_the_image()
    {
        await using var ecr = await StartAsync("web");
        var (digest, manifest) = await ecr.PushImageAsync("web", "v1");
        await PutAsync(ecr, manifest, "v2");
        (await DeleteAsync(ecr, new ImageIdentifier { ImageTag = "v1" })).ImageIds.ShouldBe([new() { ImageDigest = digest, ImageTag = "v1" }]);
        (await ListAsync(ecr, new())).ShouldBe([(digest, "v2")]);
        await DeleteAsync(ecr, new ImageIdentifier { ImageTag = "v2" });
        (await ListAsync(ecr, new())).ShouldBe([]);
    }

    [Fact]
    public async Task Deleting_by_digest_takes_all_tags()
    {
        await using var ecr = await StartAsync("web");
        var (digest, manifest) = await ecr.PushImageAsync("web", "v1");
        await PutAsync(ecr, manifest, "v2");
        (await DeleteAsync(ecr, new ImageIdentifier { ImageDigest = digest })).ImageIds
            .ShouldBe([new() { ImageDigest = digest, ImageTag = "v1" }, new() { ImageDigest = digest, ImageTag = "v2" }]);
    }

    [Fact]
    public async Task An_image_of_a_list_is_not_deleted()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1");
        await PutAsync(ecr, Given.Index(digest), "all");
        var answer = await DeleteAsync(ecr, new ImageIdentifier { ImageTag = "v1" });
        answer.Failures.ShouldNotBeNull().Single().FailureCode.ShouldBe(ImageFailureCode.ImageReferencedByManifestList);
        (await ListAsync(ecr, new())).Count.ShouldBe(2);
    }

    [Fact]
    public async Task DescribeImages_shows_sizes_types_and_times()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1", "0123456789");
        await PutAsync(ecr, Given.Index(digest), "all");
        (await ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1")).Dispose();
        var details = (await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageDetails.ShouldNotBeNull();
        var image = details.Single(d => d.ImageDigest == digest);
        (image.ImageSizeInBytes, image.ImagePushedAt, image.ImageManifestMediaType, image.ArtifactMediaType, image.LastRecordedPullTime, image.ImageStatus)
            .ShouldBe((29, Noon, Given.OciImage, "application/vnd.oci.image.config.v1+json", Noon, ImageStatus.Active));
        var list = details.Single(d => d.ImageDigest != digest);
        (list.ImageSizeInBytes, list.ImageManifestMediaType, list.LastRecordedPullTime).ShouldBe((29, Given.OciIndex, null));
    }

    [Fact]
    public async Task The_pull_time_is_noted_once_a_day()
    {
        await using var ecr = await StartAsync("web");
        await ecr.PushImageAsync("web", "v1");
        async Task<DateTimeOffset?> PullAsync()
        {
            (await ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1")).Dispose();
            return (await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageDetails.ShouldNotBeNull().Single().LastRecordedPullTime;
        }

        (await PullAsync()).ShouldBe(Noon);
        ecr.Clock.Now = Noon.AddHours(23);
        (await PullAsync()).ShouldBe(Noon);
        ecr.Clock.Now = Noon.AddHours(24);
        (await PullAsync()).ShouldBe(Noon.AddHours(24));
    }

    [Fact]
    public async Task Images_are_listed_one_entry_a_tag_filtered_and_by_pages()
    {
        await using var ecr = await StartAsync("web");
        var (one, manifest) = await ecr.PushImageAsync("web", "a", "one");
        await PutAsync(ecr, manifest, "b");
        await PutAsync(ecr, manifest, "c");
        var (two, _) = await ecr.PushImageAsync("web", "", "two");
        (string?, string?)[] tagged = [(one, "a"), (one, "b"), (one, "c")];
        for (var size = 1; size <= 5; size++)
        {
            (await ListAsync(ecr, new(), size)).ShouldBe([.. tagged, (two, null)], ignoreOrder: true);
            (await ListAsync(ecr, new() { TagStatus = TagStatus.Tagged }, size)).ShouldBe(tagged);
            (await ListAsync(ecr, new() { TagStatus = TagStatus.Untagged }, size)).ShouldBe([(two, null)]);
            (await ListAsync(ecr, new() { ImageStatus = ImageStatusFilter.Archived }, size)).ShouldBe([]);
        }
    }

    [Fact]
    public async Task An_unknown_image_is_named_as_AWS_does()
    {
        await using var ecr = await StartAsync("web");
        await RefusedAsync(
            () => ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "v1" }] }, ecr.Caller, default), "ImageNotFoundException",
            "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository with name 'web' in the registry with id '123456789012'");
    }

    [Fact]
    public async Task A_blob_lives_as_long_as_any_repository_has_it()
    {
        await using var ecr = await StartAsync("web", "other");
        var digest = await ecr.PushLayerAsync("web", [1, 2, 3]);
        await ecr.PushLayerAsync("other", [1, 2, 3]);
        await ecr.Ecr.DeleteRepositoryAsync(new() { RepositoryName = "web" }, ecr.Caller, default);
        await ecr.Service<BlobReconciler>().ReconcileAsync(new(digest), default);
        (await ecr.Http.GetByteArrayAsync($"/v2/other/blobs/{digest}")).ShouldBe([1, 2, 3]);
        await ecr.Ecr.DeleteRepositoryAsync(new() { RepositoryName = "other" }, ecr.Caller, default);
        await ecr.Service<BlobReconciler>().ReconcileAsync(new(digest), default);
        (await ecr.Blobs.FindAsync(digest, default)).ShouldBeNull();
    }

    private static Task<UploadLayerPartResponse> PartAsync(EcrFixture ecr, string id, long first, byte[] bytes) => ecr.Ecr.UploadLayerPartAsync(
        new() { RepositoryName = "web", UploadId = id, PartFirstByte = first, PartLastByte = first + bytes.Length - 1, LayerPartBlob = bytes }, ecr.Caller, default);

    private static Task<CompleteLayerUploadResponse> CompleteAsync(EcrFixture ecr, string id, string digest) =>
        ecr.Ecr.CompleteLayerUploadAsync(new() { RepositoryName = "web", UploadId = id, LayerDigests = [digest] }, ecr.Caller, default);

    private static Task<PutImageResponse> PutAsync(EcrFixture ecr, byte[] manifest, string? tag, string? digest = null) => ecr.Ecr.PutImageAsync(
        new() { RepositoryName = "web", ImageManifest = Encoding.UTF8.GetString(manifest), ImageTag = tag, ImageDigest = digest }, ecr.Caller, default);

    private static Task<BatchDeleteImageResponse> DeleteAsync(EcrFixture ecr, ImageIdentifier id) =>
        ecr.Ecr.BatchDeleteImageAsync(new() { RepositoryName = "web", ImageIds = [id] }, ecr.Caller, default);

    private static async Task<List<(string?, string?)>> ListAsync(EcrFixture ecr, ListImagesFilter filter, int size = 100)
    {
        var all = new List<(string?, string?)>();
        string? token = null;
        do
        {
            var page = await ecr.Ecr.ListImagesAsync(new() { RepositoryName = "web", Filter = filter, MaxResults = size, NextToken = token }, ecr.Caller, default);
            all.AddRange(page.ImageIds.ShouldNotBeNull().Select(i => (i.ImageDigest, i.ImageTag)));
            token = page.NextToken;
        }
        while (token is not null);
        return all;
    }
}
