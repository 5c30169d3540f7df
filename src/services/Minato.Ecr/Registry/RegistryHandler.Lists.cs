using System.Globalization;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Registry;

internal sealed partial class RegistryHandler
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1_000;
    private const string PlainText = "text/plain; charset=utf-8"; // AWS: although it is JSON.

    private Task ListTagsAsync(RegistryCall call)
    {
        Require(call);
        var (page, link) = Page(
            call, $"ecr:tags/list:{call.Repository}",
            after => store.Current.After(EcrTables.TagsByRepository, call.Repository, (TagKey?)new TagKey(call.Repository, after)).Select(t => t.Key.Tag));
        if (link is not null) call.Response.Headers.Link = link;
        return RegistryCall.WriteJsonAsync(
            call.Response, 200, PlainText,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("name", call.Route.Name);
                json.WriteStartArray("tags");
                foreach (var tag in page) json.WriteStringValue(tag);
                json.WriteEndArray();
                json.WriteEndObject();
            },
            call.Aborted);
    }

    private Task CatalogAsync(RegistryCall call)
    {
        var (page, link) = Page(
            call, $"ecr:catalog:{call.Home}",
            after => store.Current.After(EcrTables.RepositoriesByHome, call.Home, (RepositoryKey?)new RepositoryKey(call.Home, after)).Select(r => r.Key.Name));
        if (link is not null) call.Response.Headers.Link = link;
        return RegistryCall.WriteJsonAsync(
            call.Response, 200, PlainText,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("repositories");
                foreach (var name in page) json.WriteStringValue(name);
                json.WriteEndArray();
                json.WriteEndObject();
            },
            call.Aborted);
    }

    private async Task ListReferrersAsync(RegistryCall call)
    {
        Require(call);
        var subject = new DigestKey(call.Repository, BlobDigest.Parse(call.Route.Reference).ToString());
        var type = call.Query("artifactType");
        var (page, link) = Page(
            call, $"ecr:referrers:{subject}:{type}",
            after => store.Current.After(EcrTables.Referrers, subject, (DigestKey?)new DigestKey(call.Repository, after))
                .Where(i => i.Status == Contracts.Ecr.ImageStatus.Active && (type is null || i.ArtifactType == type)),
            i => i.Key.Digest, type is null ? "" : $"artifactType={Uri.EscapeDataString(type)}&");
        var found = new List<(ImageState Image, Manifest Manifest)>();
        foreach (var image in page) found.Add((image, Manifest.Parse(await reads.ManifestAsync(image, call.Aborted), image.MediaType)));
        if (link is not null) call.Response.Headers.Link = link;
        if (type is not null) call.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        await RegistryCall.WriteJsonAsync(
            call.Response, 200, Manifest.OciIndex,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("schemaVersion", 2);
                json.WriteString("mediaType", Manifest.OciIndex);
                json.WriteStartArray("manifests");
                foreach (var (image, manifest) in found) WriteDescriptor(json, image, manifest);
                json.WriteEndArray();
                json.WriteEndObject();
            },
            call.Aborted);
    }

    private static void WriteDescriptor(System.Text.Json.Utf8JsonWriter json, ImageState image, Manifest manifest)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", image.MediaType);
        json.WriteString("digest", image.Key.Digest);
        json.WriteNumber("size", image.ManifestSize);
        if (image.ArtifactType is { } type) json.WriteString("artifactType", type);
        if (manifest.Annotations is { Count: > 0 } annotations)
        {
            json.WriteStartObject("annotations");
            foreach (var (name, value) in annotations) json.WriteString(name, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private (List<string> Items, string? Link) Page(RegistryCall call, string operation, Func<string, IEnumerable<string>> after) => Page(call, operation, after, i => i, "");

    // AWS: what comes next is said by a token in the Link header only; a tag's name does not do.
    private (List<T> Items, string? Link) Page<T>(RegistryCall call, string operation, Func<string, IEnumerable<T>> after, Func<T, string> position, string query)
    {
        var size = PageSize(call.Query("n"));
        if (size == 0) return ([], null);
        var start = call.Query("last") is { } token ? tokens.Decode(operation, token) ?? throw Texts.BadToken() : "";
        var items = after(start).Take(size + 1).ToList();
        if (items.Count <= size) return (items, null);
        items.RemoveAt(size);
        return (items, $"<{call.Request.Path}?{query}n={size}&last={tokens.Encode(operation, position(items[^1]))}>; rel=\"next\"");
    }

    private static int PageSize(string? n)
    {
        if (n is null) return DefaultPage;
        if (!int.TryParse(n, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) || size < 0)
            throw Texts.Invalid("maxResults", "Member must have value greater than or equal to 0");
        return size <= LargestPage ? size : throw Texts.Invalid("maxResults", $"Member must have value less than or equal to {LargestPage}");
    }
}
