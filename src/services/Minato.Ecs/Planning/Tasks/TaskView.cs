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

    /// <summary>Null for a task whose containers are started here one by one.</summary>
    public HostView? Host { get; init; }

    /// <summary>Containers whose output has been shipped to its end.</summary>
    public ImmutableHashSet<string> Drained { get; init; } = [];
    /// <summary>How it ended is on record, with what its containers left.</summary>
    public bool IsRecorded { get; init; } = true;
    public TimeSpan DefaultStopTimeout { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>A host that takes whole tasks, and what became of the orders given to it for this one.</summary>
internal sealed record HostView
{
    public bool IsConnected { get; init; }

    /// <summary>False once the container instance was deregistered.</summary>
    public bool IsActive { get; init; } = true;
    public OrderState Start { get; init; } = new OrderState.None();
    public OrderState Stop { get; init; } = new OrderState.None();
    public OrderState Renewal { get; init; } = new OrderState.None();

    /// <summary>The agent is a new process and has lost the keys of its tasks.</summary>
    public bool NeedsKeys { get; init; }
}

/// <summary>One order to a host, as far as this process knows.</summary>
internal abstract record OrderState
{
    private OrderState() { }

    public sealed record None : OrderState;

    public sealed record InFlight : OrderState;

    /// <param name="KeysExpireAt">Of the keys that went with it.</param>
    public sealed record Taken(DateTimeOffset? KeysExpireAt = null) : OrderState;

    /// <summary>It could not even be made.</summary>
    public sealed record Refused(string Reason) : OrderState;
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
