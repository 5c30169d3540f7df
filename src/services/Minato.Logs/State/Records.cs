using System.Collections.Immutable;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Logs.State;

/// <summary>A log group as asked for.</summary>
internal sealed record GroupState
{
    public required GroupKey Key { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public LogGroupClass Class { get; init; } = LogGroupClass.Standard;
    public int? RetentionInDays { get; init; }
    public string? KmsKeyId { get; init; }
    public bool IsProtected { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Events before it are neither taken nor shown.</summary>
    public long? OldestMs(DateTimeOffset now) =>
        RetentionInDays is { } days ? now.AddDays(-days).ToUnixTimeMilliseconds() : null;
}

/// <summary>Which services may write into groups, in AWS's policy language.</summary>
internal sealed record ResourcePolicyState
{
    public required PolicyKey Key { get; init; }
    public required string Name { get; init; }
    public required string Document { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Changes with every write of a group's; null for one that is the account's.</summary>
    public string? Revision { get; init; }
}

/// <summary>A stream as asked for. Its events are in the append log, in a partition of its own that no later stream of the name shares.</summary>
internal sealed record StreamState
{
    public required StreamKey Key { get; init; }
    public required string Partition { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What happened in a stream. Kept in memory and stored now and then: ingestion does not write the store.</summary>
internal sealed record ActivityState
{
    public required string Partition { get; init; }
    public long? FirstMs { get; init; }
    public long? LastMs { get; init; }
    public long? IngestedMs { get; init; }

    /// <summary>Taken in since the stream was created, with AWS's 26 bytes for each event.</summary>
    public long Bytes { get; init; }

    public ActivityState With(long firstMs, long lastMs, long ingestedMs, long bytes) => this with
    {
        FirstMs = FirstMs is { } first ? Math.Min(first, firstMs) : firstMs,
        LastMs = LastMs is { } last ? Math.Max(last, lastMs) : lastMs,
        IngestedMs = IngestedMs is { } ingested ? Math.Max(ingested, ingestedMs) : ingestedMs,
        Bytes = Bytes + bytes,
    };
}

/// <summary>Bytes of all streams of a group.</summary>
internal sealed record UsageState
{
    public required GroupKey Key { get; init; }
    public required long Bytes { get; init; }
}

/// <summary>A partition whose stream is gone; the reconciler deletes its events, then this.</summary>
internal sealed record DroppedState
{
    public required string Partition { get; init; }
}
