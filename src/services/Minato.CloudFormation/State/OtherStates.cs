using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.State;

/// <summary>What was told of a stack. Numbers count from 1 in a stack.</summary>
internal sealed record EventState
{
    public required string StackId { get; init; }
    public required int Number { get; init; }
    public required string Id { get; init; }
    public required string LogicalId { get; init; }
    public string PhysicalId { get; init; } = "";
    public required string Type { get; init; }
    public required DateTimeOffset At { get; init; }
    public required ResourceStatus Status { get; init; }
    public string? Reason { get; init; }
    public string? Properties { get; init; }
    public string? Token { get; init; }
    public string? OperationId { get; init; }

    [JsonIgnore]
    public string Key => KeyOf(StackId, Number);

    public static string KeyOf(string stackId, int number) => $"{stackId}|{number:D9}";
}

/// <summary>A value that other stacks of the account and region may import.</summary>
internal sealed record ExportState(Home Home, string Name, string Value, string StackId)
{
    [JsonIgnore]
    public string Key => KeyOf(Home, Name);

    public static string KeyOf(Home home, string name) => $"{home.AccountId}/{home.Region}/{name}";
}

/// <summary>A stack uses an export.</summary>
internal sealed record ImportState(string ExportKey, string StackId)
{
    [JsonIgnore]
    public string Key => $"{ExportKey}|{StackId}";
}

internal sealed record ChangeSetState
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string StackId { get; init; }
    public required Home Home { get; init; }
    public required ChangeSetType Type { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required StackInputs Inputs { get; init; }
    public string? Description { get; init; }
    public string? ClientToken { get; init; }
    public required ChangeSetStatus Status { get; init; }
    public required ExecutionStatus ExecutionStatus { get; init; }
    public string? StatusReason { get; init; }
    public bool IncludesNested { get; init; }

    /// <summary>The set of the stack that this one's stack is nested in.</summary>
    public string? ParentId { get; init; }
    public string? RootId { get; init; }

    /// <summary>Of a root: the sets of all stacks inside of it.</summary>
    public ImmutableArray<string> NestedIds { get; init; } = [];
    public OnStackFailure? OnStackFailure { get; init; }
    public bool ImportsExisting { get; init; }

    /// <summary>Changes as they are answered, with all values (JSON of the wire's shape).</summary>
    public ImmutableArray<string> Changes { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Import { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A signal for a resource that waits.</summary>
internal sealed record SignalState(string ResourceKey, string UniqueId, bool IsSuccess, DateTimeOffset At, string? Reason = null, string? Data = null)
{
    [JsonIgnore]
    public string Key => $"{ResourceKey}|{UniqueId}";
}

/// <summary>What a custom resource answered.</summary>
internal sealed record AnswerState(string RequestId, string ResourceKey, byte[] Sealed, DateTimeOffset At);

/// <summary>A look for drift.</summary>
internal sealed record DetectionState
{
    public required string Id { get; init; }
    public required string StackId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required StackDriftDetectionStatus Status { get; init; }
    public StackDriftStatus Drift { get; init; } = StackDriftStatus.NotChecked;
    public int Drifted { get; init; }
    public string? Reason { get; init; }
    public ImmutableArray<string> LogicalIds { get; init; } = [];
}

/// <summary>How a resource was found to differ (JSON of the wire's shape).</summary>
internal sealed record DriftState(string ResourceKey, string StackId, string Wire);
