using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.S3;

namespace Minato.S3.State;

/// <summary>A bucket with its settings. Its name is one for all accounts.</summary>
internal sealed record BucketState
{
    public required string Name { get; init; }
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null until it was ever asked for.</summary>
    public BucketVersioningStatus? Versioning { get; init; }
    public ObjectOwnership? Ownership { get; init; } = ObjectOwnership.BucketOwnerEnforced;
    public ImmutableArray<Grant>? Grants { get; init; }
    public PublicAccessBlockConfiguration? PublicAccess { get; init; }
    public ServerSideEncryptionConfiguration? Encryption { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string? Policy { get; init; }
    public ImmutableArray<CORSRule> Cors { get; init; } = [];
    public ImmutableArray<LifecycleRule> Lifecycle { get; init; } = [];
    public TransitionDefaultMinimumObjectSize? TransitionMinimum { get; init; }
    public LoggingEnabled? Logging { get; init; }
    public WebsiteConfiguration? Website { get; init; }
    public NotificationConfiguration? Notification { get; init; }
    public BucketAccelerateStatus? Acceleration { get; init; }
    public ObjectLockConfiguration? ObjectLock { get; init; }
    public Payer Payer { get; init; } = Payer.BucketOwner;

    [JsonIgnore]
    public string Arn => $"arn:aws:s3:::{Name}";
}

/// <summary>A bucket that was: its name is not free for everybody at once.</summary>
internal sealed record RestState(string Name, string AccountId, string Region, DateTimeOffset Until);
