using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.Contracts.Ssm;

namespace Minato.Ssm.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);
}

internal sealed record ParameterKey(Home Home, string Name) : IComparable<ParameterKey>
{
    public string Arn => $"arn:aws:ssm:{Home.Region}:{Home.AccountId}:parameter/{Name.TrimStart('/')}";

    public int CompareTo(ParameterKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Home.AccountId, other.Home.AccountId);
        if (order == 0) order = string.CompareOrdinal(Home.Region, other.Home.Region);
        return order == 0 ? string.CompareOrdinal(Name, other.Name) : order;
    }

    public override string ToString() => $"{Home.AccountId}/{Home.Region}/{Name}";
}

/// <summary>A parameter with its history.</summary>
internal sealed record ParameterState
{
    public required ParameterKey Key { get; init; }
    public required ParameterType Type { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Newest first; never empty.</summary>
    public required ImmutableArray<ParameterVersion> Versions { get; init; }

    /// <summary>What happens to it by itself; of advanced parameters alone.</summary>
    public ImmutableArray<ParameterPolicy> Policies { get; init; } = [];

    [JsonIgnore]
    public ParameterVersion Latest => Versions[0];

    /// <summary>What a value of before there was a key service is sealed for: it opens in its own version of this parameter alone.</summary>
    public static string ContextOf(ParameterKey key, long version) => $"{key.Arn}:{version}";
}

internal sealed record ParameterVersion
{
    public required long Number { get; init; }
    public required byte[] Sealed { get; init; }

    /// <summary>The data key that a SecureString is sealed with, wrapped by the key service; null when the installation's own key has sealed it.</summary>
    public byte[]? WrappedKey { get; init; }
    public required DateTimeOffset ModifiedAt { get; init; }
    public required string ModifiedBy { get; init; }
    public required ParameterTier Tier { get; init; }
    public required string DataType { get; init; }
    public string? Description { get; init; }
    public string? KeyId { get; init; }
    public string? AllowedPattern { get; init; }
    public ImmutableSortedSet<string> Labels { get; init; } = [];
}

internal enum PolicyType
{
    Expiration,
    ExpirationNotification,
    NoChangeNotification,
}

/// <param name="Type">What it does.</param>
/// <param name="Text">As it was given.</param>
/// <param name="At">When it is to act.</param>
/// <param name="IsDone">It has acted.</param>
internal sealed record ParameterPolicy(PolicyType Type, string Text, DateTimeOffset At, bool IsDone = false);
