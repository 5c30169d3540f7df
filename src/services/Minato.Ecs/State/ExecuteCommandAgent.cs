using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>
/// The agent that AWS runs beside the processes of a container for ExecuteCommand. Here the engine starts the command itself, so
/// that the agent is as far as its container. Official ECS agents run theirs on their own hosts, out of our reach.
/// </summary>
internal static class ExecuteCommandAgent
{
    /// <returns>Null when the container has none.</returns>
    public static ContainerLastStatus? StatusOf(TaskState task, ContainerProgress container) =>
        task.EnableExecuteCommand && task.Progress.Hosted is null ? container.LastStatus : null;

    public static ManagedAgent? ToWire(TaskState task, ContainerProgress container) => StatusOf(task, container) is { } status
        ? new() { Name = ManagedAgentName.ExecuteCommandAgent, LastStatus = status.ToWire(), LastStartedAt = container.StartedAt }
        : null;
}
