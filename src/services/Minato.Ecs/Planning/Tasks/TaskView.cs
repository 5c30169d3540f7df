using System.Collections.Immutable;
using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Everything the next step of a task depends on.</summary>
internal sealed record TaskView
{
    public required TaskState Task { get; init; }
    public required TaskDefinitionState Definition { get; init; }

    /// <summary>Pulls that were begun by this process, by container name.</summary>
    public ImmutableDictionary<string, PullState> Pulls { get; init; } = ImmutableDictionary<string, PullState>.Empty;

    /// <summary>Containers that are being stopped now.</summary>
    public ImmutableHashSet<string> Stopping { get; init; } = [];

    /// <summary>What is not in the definition was read, or nothing has to be.</summary>
    public bool InputsReady { get; init; } = true;

    /// <summary>The log streams are there.</summary>
    public bool LogsReady { get; init; } = true;
    public TargetsState Targets { get; init; }

    /// <summary>Containers whose output has been shipped to its end.</summary>
    public ImmutableHashSet<string> Drained { get; init; } = [];
    /// <summary>How it ended is on record, with what its containers left.</summary>
    public bool IsRecorded { get; init; } = true;
    public TimeSpan DefaultStopTimeout { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(1);
}

internal abstract record PullState
{
    private PullState() { }

    public sealed record InFlight : PullState;

    public sealed record Done(EngineImage? Image) : PullState;

    /// <param name="StopsTask">Even when the container is not essential.</param>
    public sealed record Failed(string Reason, bool StopsTask) : PullState;
}

/// <summary>What the load balancers said of the task's targets since it was told to deregister them.</summary>
internal enum TargetsState { NotAsked, Draining, Gone }
