using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Records;

/// <summary>Why a task ended, as the end of a sentence: it reads alike for one task and for several.</summary>
internal static class TaskCauses
{
    private const string CodesBegin = "these codes: [";

    /// <returns>Whether it failed, and how; no words while nothing is wrong.</returns>
    public static (bool IsFailure, string? Cause) Of(TaskRecord task) => task.StopCode switch
    {
        nameof(TaskStopCode.TaskFailedToStart) => (true, $"did not start: {Detail(task)}"),
        nameof(TaskStopCode.EssentialContainerExited) => Exited(task),
        nameof(TaskStopCode.ServiceSchedulerInitiated) when task.Probes is [.., var probe] && IsFailedProbe(task) => (true, Failed(probe)),
        nameof(TaskStopCode.ServiceSchedulerInitiated) when IsFailedProbe(task) => (true, "failed the health checks of its target group"),
        nameof(TaskStopCode.ServiceSchedulerInitiated) when task.StoppedReason == Services.RolloutReasons.ContainerFailed => (true, FailedCheck(task)),
        null => (false, null),
        _ => (false, $"stopped: {task.StoppedReason}"),
    };

    public static bool IsFailedProbe(TaskRecord task) =>
        task.StoppedReason?.StartsWith(Services.RolloutReasons.TargetFailed(""), StringComparison.Ordinal) is true
        || task.StoppedReason?.StartsWith("Task failed ELB health checks", StringComparison.Ordinal) is true;

    /// <summary>The load balancer's words without the ceremony: "with 500".</summary>
    public static string Answer(string? words)
    {
        if (words is null) return "";
        var codes = words.IndexOf(CodesBegin, StringComparison.Ordinal);
        if (codes >= 0) return " with " + words[(codes + CodesBegin.Length)..].TrimEnd(']');
        return words.Contains("timed out", StringComparison.OrdinalIgnoreCase) ? ": no answer in time" : ": no connection";
    }

    private static string Failed(ProbeRecord probe)
    {
        var port = probe.Port.ToString(CultureInfo.InvariantCulture);
        var what = probe.Path is { } path ? $"{path} on port {port}" : $"of port {port}";
        return $"failed the health check {what}{Answer(probe.Answer)}";
    }

    private static string FailedCheck(TaskRecord task)
    {
        var sick = task.Containers.FirstOrDefault(c => c.HealthStatus == "UNHEALTHY") ?? task.Containers.FirstOrDefault(c => c.HealthCheck is not null);
        return sick is null ? "failed a container health check" : $"failed the health check of container {sick.Name} ({sick.HealthCheck})";
    }

    private static (bool, string?) Exited(TaskRecord task)
    {
        if (Culprit(task.Containers) is not { } culprit) return (true, "ended by itself");
        var isFailure = task.Service is not null || culprit.ExitCode is not 0;
        if (culprit.Reason?.StartsWith("OutOfMemoryError", StringComparison.Ordinal) is true)
            return (true, $"ran out of memory: container {culprit.Name}{Limit(culprit)}");
        var code = culprit.ExitCode is { } exit ? $" with code {exit.ToString(CultureInfo.InvariantCulture)}" : "";
        return (isFailure, $"ended by itself: container {culprit.Name} exited{code}");
    }

    /// <summary>The container whose end ended the task: of the essential ones, one that failed before one that did not.</summary>
    public static ContainerRecord? Culprit(ImmutableArray<ContainerRecord> containers) => containers
        .Where(c => c.IsEssential && (c.ExitCode is not null || c.Reason is not null))
        .OrderBy(c => c.ExitCode switch { 0 => 2, 143 => 1, _ => 0 }).FirstOrDefault();

    private static string Limit(ContainerRecord container) =>
        container.MemoryMiB is { } limit ? $" has {limit.ToString(CultureInfo.InvariantCulture)} MiB" : "";

    private static string Detail(TaskRecord task) =>
        task.Containers.Select(c => c.Reason).FirstOrDefault(r => !string.IsNullOrEmpty(r)) ?? task.StoppedReason ?? "for a reason it did not say";
}
