using System.Collections.Immutable;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>One thing to do for a task. Every move may be repeated; those of one plan do not depend on each other.</summary>
internal abstract record TaskMove
{
    private TaskMove() { }

    /// <summary>Reads secrets, environment files and registry accounts.</summary>
    public sealed record ReadInputs : TaskMove;

    /// <summary>Gets an elastic network interface.</summary>
    public sealed record AttachInterface : TaskMove;

    /// <summary>Creates the container that holds the task's network namespace.</summary>
    public sealed record MakePause : TaskMove;

    public sealed record StartPause : TaskMove;

    /// <summary>Begins to pull; the result comes back later.</summary>
    public sealed record Pull(string Container) : TaskMove;

    /// <summary>Makes sure that there is somewhere to log to.</summary>
    public sealed record PrepareLogs : TaskMove;

    /// <summary>Creates a container ahead of its start.</summary>
    public sealed record Make(string Container) : TaskMove;

    /// <summary>Starts a container, and creates it if nothing has before.</summary>
    public sealed record Run(string Container) : TaskMove;

    /// <summary>Starts a container again that ended by itself.</summary>
    public sealed record Restart(string Container) : TaskMove;

    public sealed record RegisterTargets : TaskMove;

    public sealed record DeregisterTargets : TaskMove;

    /// <summary>Begins to stop a container; the result comes back later.</summary>
    public sealed record Stop(string Container, TimeSpan Grace) : TaskMove;

    /// <summary>Removes the pause container and gives the network interface back.</summary>
    public sealed record DetachInterface : TaskMove;

    /// <summary>Removes what is left of the task on the engine.</summary>
    public sealed record RemoveContainers : TaskMove;

    /// <summary>Begins to give the whole task to its host.</summary>
    public sealed record HandOver : TaskMove;

    /// <summary>Begins to tell the host to stop it.</summary>
    public sealed record OrderStop : TaskMove;

    /// <summary>Begins to give the host new keys of the task's roles.</summary>
    public sealed record RenewKeys : TaskMove;

    /// <summary>The task is no longer described.</summary>
    public sealed record Forget : TaskMove;
}

/// <param name="Progress">As it is known now, before the moves.</param>
/// <param name="Moves">To be made now.</param>
/// <param name="Wake">When time alone changes the plan.</param>
internal sealed record TaskPlan(TaskProgress Progress, ImmutableArray<TaskMove> Moves, DateTimeOffset? Wake);
