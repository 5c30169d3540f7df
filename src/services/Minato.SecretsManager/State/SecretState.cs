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

    /// <summary>Newest first.</summary>
    public ImmutableArray<VersionState> Versions { get; init; } = [];

    [JsonIgnore]
    public string Arn => $"arn:aws:secretsmanager:{Key.Home.Region}:{Key.Home.AccountId}:secret:{Key.Name}-{Suffix}";

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
    public bool IsBinary { get; init; }
    public ImmutableSortedSet<string> Stages { get; init; } = [];
}
