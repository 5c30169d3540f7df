using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudTrail.Recording;

namespace Minato.CloudTrail.State;

/// <summary>An account in a region: whose calls are written to one partition of the append log.</summary>
internal sealed record Home(string AccountId, string Region) : IComparable<Home>
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    public string Partition => $"cloudtrail/{AccountId}/{Region}";

    public int CompareTo(Home? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        return order == 0 ? string.CompareOrdinal(Region, other.Region) : order;
    }

    public override string ToString() => $"{AccountId}/{Region}";
}

/// <summary>An account in a region that was ever called: its record has to be kept for its time.</summary>
internal sealed record RecordedHome(Home Home);

/// <summary>
/// The event of a call that changes something, without its answer: in the journal from the first change of the call until the event itself is in the log.
/// </summary>
internal sealed class KeptCall
{
    /// <summary>Of the process that was called, which uses it again.</summary>
    public required string Row { get; init; }

    /// <summary>Taken out of memory once the journal has it: only the next process reads it, and the records of all changes would outlive them here.</summary>
    public RecordedEvent? Event { get; set; }
}

/// <summary>A trail as asked for.</summary>
internal sealed record TrailState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }
    public required string Bucket { get; init; }
    public string? Prefix { get; init; }
    public string? TopicName { get; init; }
    public bool IsMultiRegion { get; init; }
    public bool HasGlobalEvents { get; init; } = true;
    public bool IsValidated { get; init; }
    public string? LogGroupArn { get; init; }
    public string? LogRoleArn { get; init; }
    public string? KmsKeyId { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Null for the one that every trail begins with: all management events.</summary>
    public ImmutableArray<TrailSelector>? Selectors { get; init; }

    /// <summary>As they were given; AWS shows them again just so.</summary>
    public ImmutableArray<FieldSelector>? Advanced { get; init; }
    public bool IsLogging { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    public bool Covers(Home home) => home.AccountId == Home.AccountId && (IsMultiRegion || home.Region == Home.Region);

    /// <summary>Whether it writes down now what happens there.</summary>
    public bool Records(Home home) => IsLogging && Covers(home);
}

/// <summary>Which events a trail takes (a basic selector).</summary>
/// <param name="ReadWrite">All, ReadOnly or WriteOnly.</param>
/// <param name="HasManagement">Whether management events are among them.</param>
/// <param name="DataPrefixes">ARN prefixes of data events by their resource type.</param>
/// <param name="ExcludedSources">Event sources whose management events are left out.</param>
internal sealed record TrailSelector(string ReadWrite, bool HasManagement, ImmutableArray<DataPrefix> DataPrefixes, ImmutableArray<string> ExcludedSources);

internal sealed record DataPrefix(string Type, ImmutableArray<string> Values);

/// <summary>One field of an advanced selector; selectors are told apart by their number.</summary>
internal sealed record FieldSelector(
    int Selector, string? Name, string Field, ImmutableArray<string> Equal, ImmutableArray<string> StartsWith, ImmutableArray<string> EndsWith,
    ImmutableArray<string> NotEqual, ImmutableArray<string> NotStartsWith, ImmutableArray<string> NotEndsWith);

/// <summary>How far a trail has delivered what happened in one region. Written by delivery alone.</summary>
internal sealed record DeliveryState
{
    public required string TrailArn { get; init; }
    public required Home Home { get; init; }
    public long TimestampMs { get; init; }
    public long Sequence { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }
    public DateTimeOffset? AttemptedAt { get; init; }
    public string? Error { get; init; }

    public string Key => KeyOf(TrailArn, Home);

    public static string KeyOf(string trailArn, Home home) => $"{trailArn}|{home}";
}
