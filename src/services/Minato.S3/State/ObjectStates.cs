using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.S3;

namespace Minato.S3.State;

/// <summary>What an object is stored with, and given back with.</summary>
internal sealed record ObjectHeaders
{
    public string? ContentType { get; init; }
    public string? CacheControl { get; init; }
    public string? ContentDisposition { get; init; }
    public string? ContentEncoding { get; init; }
    public string? ContentLanguage { get; init; }
    public string? Expires { get; init; }
    public string? WebsiteRedirectLocation { get; init; }
    public StorageClass StorageClass { get; init; } = StorageClass.Standard;

    /// <summary>Null for what a customer's key encrypts.</summary>
    public ServerSideEncryption? Encryption { get; init; } = ServerSideEncryption.Aes256;
    public string? KmsKeyId { get; init; }
    public bool? BucketKey { get; init; }
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>A checksum that is kept with the content it was taken of.</summary>
/// <param name="Algorithm">As the API spells it, e.g. <c>CRC32</c>.</param>
/// <param name="Value">Base64; of a composite one followed by the number of parts.</param>
internal sealed record ChecksumState(string Algorithm, string Value, ChecksumType Type = ChecksumType.FullObject)
{
    public string? As(string algorithm) => algorithm == Algorithm ? Value : null;
}

/// <summary>By which a customer's key is known again, and not found out.</summary>
internal sealed record KeyProof(byte[] Salt, byte[] Hash);

/// <summary>What keeps a version from being taken away.</summary>
/// <param name="Until">Null together with the mode: nothing but a hold.</param>
internal sealed record LockState(ObjectLockMode? Mode, DateTimeOffset? Until, bool HasHold);

/// <summary>An object's version, or the marker of its deletion.</summary>
internal sealed record VersionState
{
    public required VersionKey Key { get; init; }

    /// <summary><c>null</c> for what was written while versions were not kept.</summary>
    public required string Id { get; init; }
    public required DateTimeOffset ModifiedAt { get; init; }
    public bool IsLatest { get; init; } = true;
    public bool IsDeleteMarker { get; init; }
    public long Size { get; init; }

    /// <summary>Without its quotes.</summary>
    public string ETag { get; init; } = "";

    /// <summary>The one file it is in; null when it was uploaded in parts.</summary>
    public string? Digest { get; init; }

    /// <summary>Of that file, when a customer's key encrypts it.</summary>
    public byte[]? Nonce { get; init; }
    public KeyProof? CustomerKey { get; init; }

    /// <summary>Its parts are those of this upload.</summary>
    public string? UploadId { get; init; }
    public int PartCount { get; init; }
    public ChecksumState? Checksum { get; init; }
    public ObjectHeaders Headers { get; init; } = new();
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<Grant>? Grants { get; init; }
    public LockState? Lock { get; init; }

    [JsonIgnore]
    public bool IsNull => Id == VersionIds.Null;
}

/// <summary>An upload in parts that is not complete.</summary>
internal sealed record UploadState
{
    public required UploadKey Key { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required ObjectHeaders Headers { get; init; }
    public string? Algorithm { get; init; }
    public ChecksumType ChecksumType { get; init; } = ChecksumType.Composite;
    public KeyProof? CustomerKey { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<Grant>? Grants { get; init; }
    public LockState? Lock { get; init; }
}

/// <summary>A part of an upload, and later of the object that was made of it.</summary>
internal sealed record PartState
{
    public required PartKey Key { get; init; }
    public required string Digest { get; init; }
    public required long Size { get; init; }
    public required string ETag { get; init; }
    public required DateTimeOffset ModifiedAt { get; init; }
    public ChecksumState? Checksum { get; init; }

    /// <summary>When a customer's key encrypts it.</summary>
    public byte[]? Nonce { get; init; }
}
