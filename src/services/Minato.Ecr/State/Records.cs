using System.Collections.Immutable;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.State;

internal sealed record RepositoryState
{
    public required RepositoryKey Key { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImageTagMutability Mutability { get; init; } = ImageTagMutability.Mutable;

    /// <summary>Wildcards of tags that are the other way round.</summary>
    public ImmutableArray<string> Exclusions { get; init; } = [];
    public bool ScanOnPush { get; init; }
    public EncryptionType Encryption { get; init; } = EncryptionType.Aes256;
    public string? KmsKey { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    public string? PolicyText { get; init; }
    public string? LifecyclePolicyText { get; init; }

    /// <summary>When the lifecycle policy was last carried out; null: not since it was put.</summary>
    public DateTimeOffset? LifecycleEvaluatedAt { get; init; }

    /// <summary>The prefix of the pull-through cache rule that made it.</summary>
    public string? CacheOf { get; init; }
}

/// <summary>A blob that a repository may give out. The bytes are in the blob store, once for all repositories.</summary>
internal sealed record LayerState
{
    public required DigestKey Key { get; init; }
    public required long Size { get; init; }

    /// <summary>Images of the repository that consist of it.</summary>
    public int Images { get; init; }

    /// <summary>Since when no image does; after a day nobody is going to push one.</summary>
    public DateTimeOffset? UnusedSince { get; init; }
    public string? MediaType { get; init; }
}

/// <summary>A manifest of a repository. Its bytes are in the blob store, too.</summary>
internal sealed record ImageState
{
    public required DigestKey Key { get; init; }
    public required string MediaType { get; init; }
    public required long ManifestSize { get; init; }

    /// <summary>Stored bytes of config and layers; of a list the largest of its images.</summary>
    public required long Size { get; init; }
    public required DateTimeOffset PushedAt { get; init; }
    public ImmutableArray<string> Layers { get; init; } = [];

    /// <summary>Images of a list.</summary>
    public ImmutableArray<string> Manifests { get; init; } = [];
    public bool IsList { get; init; }
    public string? ConfigMediaType { get; init; }
    public string? ArtifactType { get; init; }

    /// <summary>The image it says something about.</summary>
    public string? Subject { get; init; }
    public DateTimeOffset? LastPulledAt { get; init; }
    public ImageStatus Status { get; init; } = ImageStatus.Active;
    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>When it came back from the archive the last time.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>On its way back since.</summary>
    public DateTimeOffset? ActivatingSince { get; init; }
}

internal sealed record TagState
{
    public required TagKey Key { get; init; }
    public required string Digest { get; init; }

    /// <summary>Of a pull-through cache: when the upstream was asked last what the tag means.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}

/// <summary>A layer on its way in. Bytes received so far are the blob store's business.</summary>
internal sealed record UploadState
{
    public required UploadKey Key { get; init; }
    public required RepositoryKey Repository { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Somebody went on with it, noted by the hour.</summary>
    public DateTimeOffset? TouchedAt { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public DateTimeOffset ExpiresAt => (TouchedAt ?? StartedAt) + Life;

    /// <summary>Nobody goes on with an upload for this long: it is forgotten.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <summary>Of UploadLayerPart: only the last part may be small.</summary>
    public bool EndsInSmallPart { get; init; }
    public bool HasSmallPart { get; init; }
}

internal sealed record SettingState
{
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public required string Name { get; init; }
    public required string Value { get; init; }

    public string Key => KeyOf(new(AccountId, Region), Name);

    public static string KeyOf(Home home, string name) => $"{home.AccountId}/{home.Region}/{name}";
}
