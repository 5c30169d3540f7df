using System.Text.Json.Serialization;

namespace Minato.Engines.Docker;

internal sealed record ImageAnswer(string Id, string[]? RepoDigests);

/// <summary>A line of the answer to a pull or load: errors come here, after the status 200 has been sent.</summary>
internal sealed record ProgressLine(
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("status")] string? Status);

internal sealed record RegistryAuth(
    [property: JsonPropertyName("username")] string Username,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("serveraddress")] string ServerAddress);

/// <summary>An entry of <c>manifest.json</c> in an archive for <c>docker load</c>.</summary>
internal sealed record ImageManifest(string Config, string[] RepoTags, string[] Layers);

internal sealed record ImageConfig
{
    [JsonPropertyName("created")] public required string Created { get; init; }
    [JsonPropertyName("architecture")] public required string Architecture { get; init; }
    [JsonPropertyName("os")] public required string Os { get; init; }
    [JsonPropertyName("config")] public required ImageRunConfig Config { get; init; }
    [JsonPropertyName("rootfs")] public required ImageLayers Layers { get; init; }
}

internal sealed record ImageRunConfig
{
    public string[]? Entrypoint { get; init; }
    public string[]? Env { get; init; }
    public string? StopSignal { get; init; }
    public HealthCheckBody? Healthcheck { get; init; }
}

internal sealed record ImageLayers(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("diff_ids")] string[] DiffIds);
