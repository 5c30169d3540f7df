using System.Collections.Immutable;

namespace Minato.Rehearsal;

/// <summary>What would happen. Times count from the update.</summary>
internal sealed record RehearsalResult
{
    public required string Verdict { get; init; }

    /// <summary>Status of the service deployment at the end.</summary>
    public required string Status { get; init; }
    public bool IsSuccess { get; init; }

    /// <summary>When it ended; null when it did not within the horizon.</summary>
    public TimeSpan? Took { get; init; }
    public int Desired { get; init; }
    public Extreme LowestHealthy { get; init; } = new(0, TimeSpan.Zero);
    public Extreme HighestTasks { get; init; } = new(0, TimeSpan.Zero);

    /// <summary>When the circuit breaker or an alarm ended it.</summary>
    public GivenUp? GivenUp { get; init; }
    public ImmutableArray<RehearsalStep> Timeline { get; init; } = [];

    /// <summary>Where the rehearsal differs from what was asked.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

internal sealed record Extreme(int Count, TimeSpan At);

internal sealed record GivenUp(string Reason, TimeSpan At, int Failures, int Threshold);

internal sealed record RehearsalStep(TimeSpan At, string What, int Healthy, int Tasks);
