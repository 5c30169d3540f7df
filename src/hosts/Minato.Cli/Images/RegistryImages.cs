using System.Text;
using System.Text.Json;
using Minato.Aws;
using Minato.Cli.Running;
using Minato.Contracts.Ecr;
using Minato.Engines.Scanner.Images;
using Minato.Engines.Scanning;

namespace Minato.Cli.Images;

/// <summary>Images of ECR over its API: manifests by BatchGetImage, layers by their download addresses.</summary>
internal sealed class RegistryImages(IEcr ecr, Caller caller, RegistryName name) : IScanSource
{
    private const int MaxDepth = 3;
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(30) };

    /// <returns>Null when the repository or the image is not there.</returns>
    public static async Task<OpenImage?> OpenAsync(AwsClients aws, Caller caller, RegistryName name, string platform, IDisposable held, CancellationToken ct)
    {
        var images = new RegistryImages(aws.Ecr, name.Region is { } region ? caller with { Region = region } : caller, name);
        return await images.OpenAsync(new() { ImageTag = name.Digest is null ? name.Tag : null, ImageDigest = name.Digest }, platform, held, depth: 0, ct);
    }

    public async ValueTask<Stream> OpenAsync(ScanBlob blob, CancellationToken ct)
    {
        var answer = await ecr.GetDownloadUrlForLayerAsync(new() { RegistryId = name.Registry, RepositoryName = name.Repository, LayerDigest = blob.Digest }, caller, ct);
        var response = await s_http.GetAsync(answer.DownloadUrl, HttpCompletionOption.ResponseHeadersRead, ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStreamAsync(ct);
    }

    private async Task<OpenImage?> OpenAsync(ImageIdentifier id, string platform, IDisposable held, int depth, CancellationToken ct)
    {
        if (depth > MaxDepth) throw new InvalidDataException("its indexes point to each other.");
        if (await FindAsync(id, ct) is not { ImageManifest: { } text } image) return null;
        var bytes = Encoding.UTF8.GetBytes(text);
        using var json = JsonDocument.Parse(bytes);
        if (json.RootElement.TryGetProperty("manifests", out var manifests))
        {
            var chosen = manifests.EnumerateArray().FirstOrDefault(m => ImageArchive.IsFor(m, platform));
            if (chosen.ValueKind is JsonValueKind.Undefined) throw new InvalidDataException($"it has no image for {platform}.");
            return await OpenAsync(new() { ImageDigest = chosen.GetProperty("digest").GetString() }, platform, held, depth + 1, ct);
        }

        if (!json.RootElement.TryGetProperty("layers", out var layers) || !json.RootElement.TryGetProperty("config", out var config)) throw new InvalidDataException("its manifest is none of an image.");
        var digest = image.ImageId?.ImageDigest ?? ImageArchive.DigestOf(bytes);
        return new(new()
        {
            Name = $"{name.Repository}{(name.Tag is { } tag ? $":{tag}" : "")}", Manifest = bytes, ManifestMediaType = image.ImageManifestMediaType ?? "",
            Config = ImageArchive.Descriptor(config), Layers = [.. layers.EnumerateArray().Select(ImageArchive.Descriptor)], Source = this,
        }, digest, held);
    }

    private async Task<Image?> FindAsync(ImageIdentifier id, CancellationToken ct)
    {
        try
        {
            var answer = await ecr.BatchGetImageAsync(new() { RegistryId = name.Registry, RepositoryName = name.Repository, ImageIds = [id] }, caller, ct);
            return answer.Images is [var image, ..] ? image : null;
        }
        catch (RepositoryNotFoundException)
        {
            return null;
        }
        catch (AwsException e) when (e.Code == "InvalidParameterException")
        {
            // What is no name of a repository may be one of the Docker Engine.
            return null;
        }
    }
}
