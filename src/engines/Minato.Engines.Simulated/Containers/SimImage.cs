using System.Collections.Immutable;
using Minato.Engines.Containers;

namespace Minato.Engines.Simulated;

/// <summary>An image of the simulated world, and how a container of it behaves. Offsets count from the start of the container.</summary>
public sealed record SimImage(string Name)
{
    public string? Digest { get; init; }
    public TimeSpan PullTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What a pull ends with instead of the image.</summary>
    public PullOutcome.Failed? PullFailure { get; init; }

    /// <summary>How long the engine takes to start it, on top of <see cref="SimLatency.Start"/>.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>The daemon's words when it cannot start it.</summary>
    public string? StartRefusal { get; init; }

    /// <summary>Null: until it is told to stop.</summary>
    public TimeSpan? RunsFor { get; init; }
    public int ExitCode { get; init; }

    /// <summary>Exit code after SIGTERM; null ignores it and has to be killed.</summary>
    public int? OnTerminate { get; init; } = 143;

    /// <summary>From SIGTERM to the end.</summary>
    public TimeSpan ShutdownTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>When it starts and ceases to be well: what health checks and requests see. Well until the first step says otherwise.</summary>
    public ImmutableArray<SimHealthStep> Health { get; init; } = [];

    /// <summary>Share of its containers, 0 to 1, that fail by chance, and how.</summary>
    public double FailureRate { get; init; }
    public SimFailure Failure { get; init; }

    /// <summary>Ports that its process listens on.</summary>
    public ImmutableArray<int> Listens { get; init; } = [];
    public TimeSpan ListensAfter { get; init; }

    /// <summary>What it writes, in order of time.</summary>
    public ImmutableArray<SimLine> Lines { get; init; } = [];

    /// <summary>More than the container's limit, and it is killed at <see cref="NeedsMemoryAfter"/>.</summary>
    public long NeedsMemory { get; init; }
    public TimeSpan NeedsMemoryAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Holds a network namespace; killed at once when stopped.</summary>
    internal static SimImage Pause { get; } = new(EngineImage.Pause) { OnTerminate = 137, ShutdownTime = TimeSpan.Zero };

    internal bool IsWell(TimeSpan at)
    {
        var well = true;
        foreach (var step in Health)
            if (step.At <= at) well = step.Well;
        return well;
    }

    /// <returns>When it changes next, if it does.</returns>
    internal TimeSpan? NextHealthStep(TimeSpan after)
    {
        foreach (var step in Health)
            if (step.At > after) return step.At;
        return null;
    }
}

/// <summary>How a container fails that is chosen by <see cref="SimImage.FailureRate"/>.</summary>
public enum SimFailure
{
    /// <summary>It is never well.</summary>
    Sick,

    /// <summary>It ends with code 1 when it should begin to listen.</summary>
    Crash,

    /// <summary>It cannot be started.</summary>
    Refused,
}

public sealed record SimHealthStep(TimeSpan At, bool Well);

public sealed record SimLine(TimeSpan At, string Text, bool IsError = false);

/// <summary>How long the simulated engine takes, up to twice of each by chance.</summary>
public sealed record SimLatency
{
    public TimeSpan Call { get; init; } = TimeSpan.FromMilliseconds(1);
    public TimeSpan Create { get; init; } = TimeSpan.FromMilliseconds(10);
    public TimeSpan Start { get; init; } = TimeSpan.FromMilliseconds(100);
    public TimeSpan Remove { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Nothing takes time.</summary>
    public static SimLatency None { get; } = new()
    {
        Call = TimeSpan.Zero, Create = TimeSpan.Zero, Start = TimeSpan.Zero, Remove = TimeSpan.Zero,
    };
}
