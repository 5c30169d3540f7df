using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.TaskDefinitions;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

internal abstract record DependencyAnswer
{
    private DependencyAnswer() { }

    public sealed record Ready : DependencyAnswer;

    /// <param name="Until">When waiting turns into failure.</param>
    public sealed record Wait(DateTimeOffset? Until) : DependencyAnswer;

    public sealed record Never(int? ExitCode, string Reason) : DependencyAnswer;
}

/// <summary>Whether a container may start, by what it depends on.</summary>
internal static class DependencyRule
{
    private const int TimedOut = 143; // AWS: what the agent gives a container that waited in vain.

    public static DependencyAnswer Check(TaskDraft draft, ContainerDefinition definition)
    {
        DateTimeOffset? until = null;
        var waits = false;
        foreach (var needed in Dependencies.Of(definition, draft.View.Definition.Containers))
        {
            switch (Check(draft, definition, needed))
            {
                case DependencyAnswer.Never never: return never;
                case DependencyAnswer.Wait wait:
                    waits = true;
                    if (wait.Until is { } at && (until is null || at < until)) until = at;
                    break;
            }
        }

        return waits ? new DependencyAnswer.Wait(until) : new DependencyAnswer.Ready();
    }

    private static DependencyAnswer Check(TaskDraft draft, ContainerDefinition definition, ContainerDependency needed)
    {
        var other = draft.Progress.Container(needed.ContainerName);
        var isStopped = other.LastStatus == ContainerLastStatus.Stopped;
        var unresolvable = new DependencyAnswer.Never(
            null, $"TaskDependencyError: Task dependencies cannot be resolved, taskArn: {draft.View.Task.Key.Arn}");
        if (isStopped && !other.HasRun) return unresolvable;
        var isMet = needed.Condition switch
        {
            ContainerCondition.Start => other.HasRun,
            ContainerCondition.Complete => isStopped,
            ContainerCondition.Success => isStopped && other.ExitCode == 0,
            _ => other.HealthStatus == HealthStatus.Healthy && !isStopped,
        };
        if (isMet) return new DependencyAnswer.Ready();
        if (isStopped) return unresolvable;
        return Timeout(draft, definition, needed, other);
    }

    // AWS: startTimeout belongs to the container that is waited for, and START does not know it.
    private static DependencyAnswer Timeout(
        TaskDraft draft, ContainerDefinition definition, ContainerDependency needed, ContainerProgress other)
    {
        var seconds = draft.Definitions.First(d => d.Name == needed.ContainerName).StartTimeout;
        if (needed.Condition == ContainerCondition.Start || seconds is not { } s || other.StartedAt is not { } started)
            return new DependencyAnswer.Wait(null);
        var until = started + TimeSpan.FromSeconds(s);
        return until > draft.Now ? new DependencyAnswer.Wait(until) : new DependencyAnswer.Never(TimedOut,
            $"CannotStartContainerError: dependency graph: container ordering dependency [{needed.ContainerName} {needed.Condition.ToWire()}] "
            + $"for target [{definition.Name}] has timed out.");
    }
}
