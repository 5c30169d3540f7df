using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Where the awslogs driver of a container writes.</summary>
/// <param name="Stream">Null when it is named by the engine's id, which is not known before the container exists.</param>
internal sealed record LogTarget(string Group, string? Stream, bool CreatesGroup, Caller Caller)
{
    /// <summary>What the first line of an event looks like; null when every line is one.</summary>
    public Regex? EventStart { get; init; }

    /// <summary>Why the driver cannot start with its options.</summary>
    public string? Problem { get; init; }

    /// <returns>Null when the container does not log to Logs.</returns>
    public static LogTarget? Of(TaskState task, ContainerDefinition container, string? runtimeId)
    {
        if (!ContainerNames.HasAwslogs(container) || container.LogConfiguration?.Options is not { } options) return null;
        if (!options.TryGetValue("awslogs-group", out var group)) return null;
        var prefix = options.GetValueOrDefault("awslogs-stream-prefix");
        var named = options.GetValueOrDefault("awslogs-stream");
        var stream = !string.IsNullOrEmpty(prefix) ? $"{prefix}/{container.Name}/{task.Key.Id}" : named ?? runtimeId;
        var scope = task.Key.Cluster.Scope with { Region = options.GetValueOrDefault("awslogs-region") ?? task.Key.Cluster.Scope.Region };
        var creates = string.Equals(options.GetValueOrDefault("awslogs-create-group"), "true", StringComparison.OrdinalIgnoreCase);
        var (start, problem) = LogEvents.Read(options);
        return new(group, stream, creates, scope.AsService()) { EventStart = start, Problem = problem };
    }
}
