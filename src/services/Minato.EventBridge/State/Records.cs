using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Eventbridge;

namespace Minato.EventBridge.State;

/// <summary>A bus. The default one is there without a record until somebody sets something of it.</summary>
internal sealed record BusState
{
    public required BusKey Key { get; init; }
    public string? Description { get; init; }
    public string? KmsKeyIdentifier { get; init; }
    public DeadLetterConfig? DeadLetterConfig { get; init; }
    public LogConfig? LogConfig { get; init; }

    /// <summary>A policy document; null without one.</summary>
    public string? Policy { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? ModifiedAt { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public EventBus ToWire() => new()
    {
        Name = Key.Name, Arn = Key.Arn, Description = Description, Policy = Policy, CreationTime = CreatedAt, LastModifiedTime = ModifiedAt,
    };
}

/// <summary>A rule with its targets. The API writes all of it but <see cref="LastFired"/>, which <c>ScheduleReconciler</c> writes.</summary>
internal sealed record RuleRecord
{
    public required RuleKey Key { get; init; }
    public string? EventPattern { get; init; }
    public string? ScheduleExpression { get; init; }
    public RuleState State { get; init; } = RuleState.Enabled;
    public string? Description { get; init; }
    public string? RoleArn { get; init; }

    /// <summary>The service that made it: nobody else changes it.</summary>
    public string? ManagedBy { get; init; }
    public required string CreatedBy { get; init; }
    public ImmutableSortedDictionary<string, Target> Targets { get; init; } = ImmutableSortedDictionary.Create<string, Target>(StringComparer.Ordinal);
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Since when its schedule counts.</summary>
    public required DateTimeOffset ScheduledSince { get; init; }

    /// <summary>The last time of its schedule that brought an event.</summary>
    public DateTimeOffset? LastFired { get; init; }

    [JsonIgnore]
    public bool IsEnabled => State != RuleState.Disabled;

    public Rule ToWire() => new()
    {
        Name = Key.Name,
        Arn = Key.Arn,
        EventPattern = EventPattern,
        State = State,
        Description = Description,
        ScheduleExpression = ScheduleExpression,
        RoleArn = RoleArn,
        ManagedBy = ManagedBy,
        EventBusName = Key.Bus.Name,
    };
}

/// <summary>An entry of the index of rules: a source and a detail-type, or null for whatever they are.</summary>
internal sealed record RuleEntry(RuleEntryKey Key, string? Source, string? DetailType);

/// <summary>An event on its way to one target. It is on record before PutEvents answers, and gone when it has arrived or been given up.</summary>
internal sealed record DeliveryState
{
    public required string Id { get; init; }
    public required RuleKey Rule { get; init; }
    public required Target Target { get; init; }

    /// <summary>The whole event.</summary>
    public required string Event { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }

    // Progress.
    public int Attempts { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
    public string? LastError { get; init; }
}

internal sealed record ArchiveRecord
{
    public required NamedKey Key { get; init; }
    public required BusKey Bus { get; init; }
    public string? Description { get; init; }
    public string? EventPattern { get; init; }

    /// <summary>0 keeps events for ever.</summary>
    public int RetentionDays { get; init; }
    public string? KmsKeyIdentifier { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public long Events { get; init; }
    public long Bytes { get; init; }

    [JsonIgnore]
    public string Arn => Key.Home.Arn($"archive/{Key.Name}");

    /// <summary>Where its events lie. Another archive of the same name does not see them.</summary>
    [JsonIgnore]
    public string Partition => $"events/{Key}/{CreatedAt.UtcTicks}";
}

internal sealed record ReplayRecord
{
    public required NamedKey Key { get; init; }
    public string? Description { get; init; }
    public required NamedKey Archive { get; init; }
    public required string Partition { get; init; }
    public required ReplayDestination Destination { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    // Progress.
    public ReplayState State { get; init; } = ReplayState.Starting;
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? LastReplayed { get; init; }
    public long LastSequence { get; init; }

    [JsonIgnore]
    public string Arn => Key.Home.Arn($"replay/{Key.Name}");
}
