using System.Collections.Immutable;
using Minato.CloudFormation.State;

namespace Minato.CloudFormation.Planning;

/// <summary>A stack in the middle of an operation, as a plan sees it.</summary>
internal sealed record StackView
{
    public required OperationState Operation { get; init; }
    public required ImmutableArray<ResourceView> Resources { get; init; }

    /// <summary>The operation is watched for a while once everything is there.</summary>
    public bool IsToBeWatched { get; init; }
}

/// <summary>A resource as a plan sees it.</summary>
internal sealed record ResourceView
{
    public required string Id { get; init; }

    /// <summary>The template wants it.</summary>
    public bool IsWanted { get; init; }

    /// <summary>What must be there before it, by the template; and what it needed when it was made.</summary>
    public ImmutableSortedSet<string> Needs { get; init; } = ImmutableSortedSet<string>.Empty;

    /// <summary>It became what the operation wants it to be.</summary>
    public bool IsSettled { get; init; }

    /// <summary>In this phase.</summary>
    public bool IsFailed { get; init; }

    /// <summary>The operation changed it, and it was there before.</summary>
    public bool MustGoBack { get; init; }

    /// <summary>It, or what is left of what it was, has to be deleted in this phase.</summary>
    public bool MustGo { get; init; }
    public StepAction? Doing { get; init; }
    public bool IsCancelled { get; init; }
}

/// <summary>What a stack does next.</summary>
internal sealed record StackPlan
{
    /// <summary>Resources that begin a step.</summary>
    public ImmutableArray<string> Begin { get; init; } = [];
    public StepAction Action { get; init; }

    /// <summary>Resources whose steps lost their purpose.</summary>
    public ImmutableArray<string> Cancel { get; init; } = [];
    public Turn Turn { get; init; }

    /// <summary>When to look again if nothing changes.</summary>
    public DateTimeOffset? LookAt { get; init; }

    public static StackPlan Wait { get; } = new();

    public static StackPlan Take(Turn turn) => new() { Turn = turn };
}

/// <summary>How a phase ends.</summary>
internal enum Turn
{
    None,

    /// <summary>Everything is as the template says.</summary>
    Forward,

    /// <summary>Everything is there; whether it does what it should is seen in a while.</summary>
    Watch,

    /// <summary>It cannot be done: what was done is undone.</summary>
    GoBack,

    /// <summary>It cannot be done, and what was done stays.</summary>
    Stop,

    /// <summary>Everything is as it was.</summary>
    Back,
    BackFailed,
    Clean,
    Deleted,
    DeleteFailed,
}
