using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Records;

/// <summary>What a person can do next, by what was wrong.</summary>
internal static class NextSteps
{
    private const int Most = 4;

    public static ImmutableArray<string> For(IEnumerable<TaskRecord> failed) =>
        [.. failed.DistinctBy(t => t.Cause).SelectMany(For).Distinct(StringComparer.Ordinal).Take(Most)];

    private static IEnumerable<string> For(TaskRecord task)
    {
        var culprit = TaskCauses.Culprit(task.Containers) ?? task.Containers.FirstOrDefault();
        var cause = task.Cause ?? "";
        if (cause.Contains("CannotPullContainer", StringComparison.Ordinal))
            yield return $"check that {culprit?.Image} exists and that the execution role may pull it";
        else if (cause.Contains("ResourceInitializationError", StringComparison.Ordinal))
            yield return $"check execution role, secrets and log group of {task.TaskDefinition}: ./minato plan shows what is missing";
        else if (task.StopCode == nameof(TaskStopCode.TaskFailedToStart))
            yield return $"see what {task.TaskDefinition} asks for: aws ecs describe-task-definition --task-definition {task.TaskDefinition}";

        if (task.Probes is [.., var probe] && TaskCauses.IsFailedProbe(task))
        {
            yield return $"ask {task.TaskDefinition} yourself what a health check asks: {probe.Path ?? "a connection"} on port {probe.Port.ToString(CultureInfo.InvariantCulture)}"
                + (probe.Matcher is { } matcher ? $", {matcher} is wanted" : "");
            if (task.StartedAt is { } started && probe.At is { } at)
                yield return $"if it only needs longer to start than {Verdicts.Span(at - started)}, raise the service's healthCheckGracePeriodSeconds";
        }

        if (cause.StartsWith("ran out of memory", StringComparison.Ordinal)) yield return $"give container {culprit?.Name} more memory";
        if (culprit?.LogGroup is { } group) yield return $"read all it wrote: ./minato logs {group} --stream {culprit.LogStream}";
        else if (culprit is { LastLines.IsEmpty: true } && task.StartedAt is not null) yield return $"give container {culprit.Name} a logConfiguration with awslogs, to keep what it writes";
    }
}
