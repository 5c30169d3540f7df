using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.State;

/// <summary>The newest scan of an image. <see cref="Api.EcrApi"/> and pushes ask for it, the scan reconciler writes how it goes.</summary>
internal sealed record ScanState
{
    public required DigestKey Key { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public ScanStatus Status { get; init; } = ScanStatus.InProgress;
    public string? Description { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset? SourceUpdatedAt { get; init; }

    /// <summary>Of the vulnerability data that was looked up in.</summary>
    public string? DataVersion { get; init; }

    /// <summary>The blob that holds what was found.</summary>
    public string? Findings { get; init; }
    public ImmutableSortedDictionary<string, int> Counts { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Findings have the enhanced shape.</summary>
    public bool IsEnhanced { get; init; }

    /// <summary>Is scanned again when the vulnerability data changes.</summary>
    public bool IsContinuous { get; init; }
}

internal sealed record ScanKey(DigestKey Image);

/// <summary>A copy of an image that another registry is to have.</summary>
[method: JsonConstructor]
internal sealed record ReplicationKey(DigestKey Image, string AccountId, string Region) : IComparable<ReplicationKey>
{
    public Home Destination => new(AccountId, Region);

    public int CompareTo(ReplicationKey? other)
    {
        if (other is null) return 1;
        var order = Image.CompareTo(other.Image);
        if (order == 0) order = string.CompareOrdinal(AccountId, other.AccountId);
        return order == 0 ? string.CompareOrdinal(Region, other.Region) : order;
    }

    public override string ToString() => $"{Image} to {AccountId}/{Region}";
}

internal sealed record ReplicationState
{
    public required ReplicationKey Key { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Tags to be given to the copy.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];
    public ReplicationStatus Status { get; init; } = ReplicationStatus.InProgress;
    public string? FailureCode { get; init; }
}

/// <summary>What a lifecycle policy would do. Not kept over a restart.</summary>
internal sealed record PreviewState
{
    public required RepositoryKey Key { get; init; }
    public required string PolicyText { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public LifecyclePolicyPreviewStatus Status { get; init; } = LifecyclePolicyPreviewStatus.InProgress;
    public ImmutableArray<LifecyclePolicyPreviewResult> Results { get; init; } = [];
}

internal sealed record PreviewKey(RepositoryKey Repository);

internal sealed record LifecycleKey(RepositoryKey Repository);

/// <summary>An event on its way to EventBridge, written with what it tells of.</summary>
internal sealed record EventState
{
    public const string FromEcr = "aws.ecr";

    public required string Key { get; init; } // By time, so that they leave in order.
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public required DateTimeOffset Time { get; init; }
    public string Source { get; init; } = FromEcr;
    public required string DetailType { get; init; }
    public required string Detail { get; init; }
    public ImmutableArray<string> Resources { get; init; } = [];
}

internal sealed record OutboxKey(string AccountId, string Region);

internal sealed record ArchiveKey(DigestKey Image);
