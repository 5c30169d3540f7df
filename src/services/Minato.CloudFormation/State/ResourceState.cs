using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.State;

/// <summary>A resource of a stack. The stack's reconciler gives it something to do (<see cref="Step"/>); its own does that and writes the rest.</summary>
internal sealed record ResourceState
{
    public required string StackId { get; init; }
    public required string LogicalId { get; init; }
    public required Home Home { get; init; }
    public required string Type { get; init; }
    public required ResourceStatus Status { get; init; }
    public string? StatusReason { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>What it is now; null before it was made and when it is gone.</summary>
    public Incarnation? Current { get; init; }

    /// <summary>An operation that is not over has changed it, or made it.</summary>
    public bool IsTouched { get; init; }

    /// <summary>What it was before that; null when it was not there.</summary>
    public Incarnation? Before { get; init; }

    /// <summary>What it was, or was to become, and still has to go.</summary>
    public ImmutableArray<Incarnation> Leftovers { get; init; } = [];

    /// <summary>Resources that it needs: they are deleted after it.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];
    public string DeletionPolicy { get; init; } = Policies.Delete;
    public string UpdateReplacePolicy { get; init; } = Policies.Delete;
    public string? Metadata { get; init; }

    /// <summary>The operation in which it has become what it should be.</summary>
    public string? SettledIn { get; init; }

    /// <summary>The phase of an operation in which it failed.</summary>
    public string? FailedIn { get; init; }
    public StepState? Step { get; init; }
    public int CleanupAttempts { get; init; }

    /// <summary>Something of it could not be deleted and was given up.</summary>
    public bool HasRemains { get; init; }
    public StackResourceDriftStatus Drift { get; init; } = StackResourceDriftStatus.NotChecked;
    public DateTimeOffset? DriftCheckedAt { get; init; }

    [JsonIgnore]
    public string Key => KeyOf(StackId, LogicalId);

    [JsonIgnore]
    public string? PhysicalId => Current?.PhysicalId;

    public static string KeyOf(string stackId, string logicalId) => $"{stackId}|{logicalId}";

    public static string PhaseOf(OperationState operation) => $"{operation.Id}/{operation.Phase}";
}

internal static class Policies
{
    public const string Delete = "Delete";
    public const string Retain = "Retain";
    public const string RetainExceptOnCreate = "RetainExceptOnCreate";
    public const string Snapshot = "Snapshot";
}

/// <summary>One physical resource.</summary>
/// <param name="Sealed">A <see cref="Facts"/>: properties may hold what was meant to be secret.</param>
/// <param name="IsUncertain">An update of it failed: nobody knows what of it came true.</param>
/// <param name="IsReplaced">Another took its place: its UpdateReplacePolicy counts.</param>
/// <param name="Tried">A <see cref="Facts"/> that an update failed to give it: some of it may have come true.</param>
internal sealed record Incarnation(string Type, string PhysicalId, byte[] Sealed, bool IsUncertain = false, bool IsReplaced = false, byte[]? Tried = null);

internal enum StepAction
{
    /// <summary>Become what the template says.</summary>
    Apply,

    /// <summary>Become what it was.</summary>
    Restore,
    Delete,
}

internal enum StepWay
{
    /// <summary>Not known before its properties are.</summary>
    Undecided,
    Create,
    Update,
    Replace,
    Import,

    /// <summary>Made; now it waits for signals.</summary>
    Signals,
}

/// <summary>A piece of work on a resource.</summary>
internal sealed record StepState
{
    public required StepAction Action { get; init; }

    /// <summary>Given to every call of a handler for this piece of work, so that it finds what it did before a crash.</summary>
    public required string Token { get; init; }
    public required DateTimeOffset Since { get; init; }
    public StepWay Way { get; init; }

    /// <summary>Not before; null is at once.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Sealed <see cref="Facts"/> that it should have. Once this is there, a handler may have been called.</summary>
    public byte[]? Target { get; init; }

    /// <summary>The properties as events show them.</summary>
    public string? Shown { get; init; }
    public string? PhysicalId { get; init; }
    public string? Context { get; init; }

    /// <summary>It was told that the making has begun.</summary>
    public bool IsInitiated { get; init; }

    /// <summary>Something else failed: it is enough to know what there is.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>What is to be deleted.</summary>
    public Incarnation? Victim { get; init; }
}
