using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;

namespace Minato.SecretsManager.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);
}

internal sealed record SecretKey(Home Home, string Name) : IComparable<SecretKey>
{
    public int CompareTo(SecretKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Home.AccountId, other.Home.AccountId);
        if (order == 0) order = string.CompareOrdinal(Home.Region, other.Home.Region);
        return order == 0 ? string.CompareOrdinal(Name, other.Name) : order;
    }

    public override string ToString() => $"{Home.AccountId}/{Home.Region}/{Name}";
}

/// <summary>A secret with its versions. Values are sealed: nobody who reads the journal learns one.</summary>
internal sealed record SecretState
{
    public required SecretKey Key { get; init; }

    /// <summary>The six letters at the end of the ARN: a secret made anew under an old name is another one.</summary>
    public required string Suffix { get; init; }
    public string? Description { get; init; }
    public string? KmsKeyId { get; init; }
    public string? Type { get; init; }
    public string? ResourcePolicy { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    // AWS: the day alone is told.
    public DateTimeOffset? AccessedOn { get; init; }

    /// <summary>When it goes for good; null while nobody wants to delete it.</summary>
    public DateTimeOffset? DeletionDate { get; init; }

    /// <summary>Of a replica: where its secret is. Null for a secret by itself.</summary>
    public string? PrimaryRegion { get; init; }

    /// <summary>Where it is wanted, too.</summary>
    public ImmutableArray<ReplicaState> Replicas { get; init; } = [];

    /// <summary>Null while nobody wants it to rotate.</summary>
    public RotationState? Rotation { get; init; }

    /// <summary>Newest first.</summary>
    public ImmutableArray<VersionState> Versions { get; init; } = [];

    [JsonIgnore]
    public string Arn => $"arn:aws:secretsmanager:{Key.Home.Region}:{Key.Home.AccountId}:secret:{Key.Name}-{Suffix}";

    public SecretKey ReplicaKey(string region) => Key with { Home = Key.Home with { Region = region } };

    public VersionState? WithStage(string stage) => Versions.FirstOrDefault(v => v.Stages.Contains(stage));

    public VersionState? Version(string id) => Versions.FirstOrDefault(v => v.Id == id);

    /// <summary>What a value is sealed for: it opens in its own version of this secret alone.</summary>
    public string ContextOf(string versionId) => $"{Arn}/{versionId}";
}

internal sealed record VersionState
{
    public required string Id { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required byte[] Sealed { get; init; }

    /// <summary>The data key that it is sealed with, wrapped by the key service; null when the installation's own key has sealed it.</summary>
    public byte[]? WrappedKey { get; init; }

    /// <summary>The key that wrapped it, as the secret named it then; null for AWS's own.</summary>
    public string? KmsKeyId { get; init; }
    public bool IsBinary { get; init; }

    /// <summary>False for the version that a rotation begins with: its function fills it.</summary>
    [JsonIgnore]
    public bool HasValue => Sealed.Length > 0;
    public ImmutableSortedSet<string> Stages { get; init; } = [];
}

/// <summary>How a secret rotates, and how far it is.</summary>
internal sealed record RotationState
{
    public required string FunctionArn { get; init; }
    public int? Days { get; init; }
    public string? Schedule { get; init; }
    public string? Duration { get; init; }

    /// <summary>False once it was cancelled: how it was set up is kept and shown.</summary>
    public bool IsEnabled { get; init; } = true;
    public DateTimeOffset? NextAt { get; init; }
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>Null while none is under way.</summary>
    public RotationRun? Run { get; init; }
}

/// <summary>A rotation under way.</summary>
/// <param name="VersionId">What it makes.</param>
/// <param name="Step">The next of the four to be done.</param>
/// <param name="Failures">Of this step.</param>
/// <param name="RetryAt">When it is tried again; null for at once.</param>
/// <param name="IsTest">Only tries whether the function works; the version it tries with goes again.</param>
internal sealed record RotationRun(string VersionId, int Step, int Failures = 0, DateTimeOffset? RetryAt = null, bool IsTest = false);

/// <summary>A region that a secret is wanted in.</summary>
/// <param name="KmsKeyId">The key there; null for AWS's own.</param>
/// <param name="IsForced">A secret of the same name there is overwritten.</param>
/// <param name="Error">Why it is not there. Written by the reconciler.</param>
internal sealed record ReplicaState(string Region, string? KmsKeyId, bool IsForced, string? Error = null);
