using System.Collections.Immutable;
using System.Text.Json;
using Minato.Platform;

namespace Minato.Ecr.Planning;

internal sealed record Descriptor(string Digest, long Size, string? MediaType)
{
    /// <summary>Layers that a client fetches elsewhere are not pushed.</summary>
    public bool IsForeign { get; init; }
}

/// <summary>What the registry reads in a manifest. The bytes stay as they came.</summary>
internal sealed record Manifest
{
    public const int MaxBytes = 4_194_304;
    public const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciImage = "application/vnd.oci.image.manifest.v1+json";
    public const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    public required string MediaType { get; init; }
    public required bool IsList { get; init; }
    public Descriptor? Config { get; init; }
    public ImmutableArray<Descriptor> Layers { get; init; } = [];
    public ImmutableArray<Descriptor> Manifests { get; init; } = [];
    public string? Subject { get; init; }
    public string? ArtifactType { get; init; }
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Digests that must be in the repository before the manifest is taken, each once.</summary>
    public ImmutableArray<string> Needed => [.. Layers.Where(l => !l.IsForeign).Prepend(Config).OfType<Descriptor>().Select(d => d.Digest).Distinct()];

    /// <param name="bytes">The manifest.</param>
    /// <param name="declaredType">Its type as the client says beside it.</param>
    /// <exception cref="ManifestException">In words for the client.</exception>
    public static Manifest Parse(ReadOnlyMemory<byte> bytes, string? declaredType)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return Read(json.RootElement, declaredType);
        }
        catch (JsonException)
        {
            throw new ManifestException("The manifest is not valid JSON.");
        }
    }

    private static Manifest Read(JsonElement json, string? declaredType)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new ManifestException("The manifest is not a JSON object.");
        var inside = Text(json, "mediaType");
        if (inside is not null && declaredType is not null && inside != declaredType)
            throw new ManifestException($"The manifest says it is '{inside}', the request '{declaredType}'.");
        var mediaType = inside ?? declaredType ?? throw new ManifestException("The manifest's media type is missing.");
        if (mediaType == OciArtifact) return ReadArtifact(json);
        if (mediaType is not (DockerImage or DockerList or OciImage or OciIndex))
            throw new ManifestException($"Manifests of type '{mediaType}' are not supported.");
        if (!json.TryGetProperty("schemaVersion", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != 2)
            throw new ManifestException("The manifest's schemaVersion is not 2.");
        var isList = mediaType is DockerList or OciIndex;
        return new()
        {
            MediaType = mediaType,
            IsList = isList,
            Config = isList ? null : ReadDescriptor(Member(json, "config", JsonValueKind.Object), "config"),
            Layers = isList ? [] : ReadDescriptors(json, "layers"),
            Manifests = isList ? ReadDescriptors(json, "manifests") : [],
            Subject = SubjectOf(json),
            ArtifactType = Text(json, "artifactType"),
            Annotations = ReadAnnotations(json),
        };
    }

    // Of a release candidate of the specification; old clients still write them. It has neither config nor schemaVersion.
    private static Manifest ReadArtifact(JsonElement json) => new()
    {
        MediaType = OciArtifact,
        IsList = false,
        Layers = json.TryGetProperty("blobs", out _) ? ReadDescriptors(json, "blobs") : [],
        Subject = SubjectOf(json),
        ArtifactType = Text(json, "artifactType") ?? throw new ManifestException("'artifactType' of the manifest is missing."),
        Annotations = ReadAnnotations(json),
    };

    private static string? SubjectOf(JsonElement json) =>
        json.TryGetProperty("subject", out var subject) && subject.ValueKind != JsonValueKind.Null ? ReadDescriptor(subject, "subject").Digest : null;

    private static ImmutableArray<Descriptor> ReadDescriptors(JsonElement json, string name) =>
        [.. Member(json, name, JsonValueKind.Array).EnumerateArray().Select(d => ReadDescriptor(d, name))];

    private static Descriptor ReadDescriptor(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new ManifestException($"'{name}' of the manifest is not a descriptor.");
        if (!BlobDigest.TryParse(Text(json, "digest"), out var digest)) throw new ManifestException($"'{name}' of the manifest has no valid digest.");
        if (!json.TryGetProperty("size", out var size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var bytes) || bytes < 0)
            throw new ManifestException($"'{name}' of the manifest has no valid size.");
        var mediaType = Text(json, "mediaType");
        return new(digest.ToString(), bytes, mediaType)
        {
            IsForeign = mediaType?.Contains("foreign", StringComparison.Ordinal) is true
                || mediaType?.Contains("nondistributable", StringComparison.Ordinal) is true
                || (json.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array && urls.GetArrayLength() > 0),
        };
    }

    private static ImmutableSortedDictionary<string, string>? ReadAnnotations(JsonElement json)
    {
        if (!json.TryGetProperty("annotations", out var all) || all.ValueKind != JsonValueKind.Object) return null;
        return all.EnumerateObject().Where(a => a.Value.ValueKind == JsonValueKind.String).DistinctBy(a => a.Name)
            .ToImmutableSortedDictionary(a => a.Name, a => a.Value.GetString() ?? "", StringComparer.Ordinal);
    }

    private static JsonElement Member(JsonElement json, string name, JsonValueKind kind) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : throw new ManifestException($"'{name}' of the manifest is missing.");

    private static string? Text(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        if (member.ValueKind != JsonValueKind.String) throw new ManifestException($"'{name}' of the manifest is not a string.");
        return member.GetString() is { Length: > 0 } text ? text : null;
    }
}

/// <summary>The client sent what is not a manifest.</summary>
internal sealed class ManifestException(string message) : Exception(message);
