using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Records;

/// <summary>What was found out about a task beyond its own records.</summary>
internal sealed record TaskFindings
{
    /// <summary>Events of its service, oldest first.</summary>
    public ImmutableArray<TimelineEntry> Events { get; init; } = [];

    /// <summary>The end of each container's output, by container name.</summary>
    public ImmutableDictionary<string, ImmutableArray<LogLine>> Lines { get; init; } = ImmutableDictionary<string, ImmutableArray<LogLine>>.Empty;

    /// <summary>Health checks of its target groups, without answers.</summary>
    public ImmutableArray<ProbeRecord> Probes { get; init; } = [];
}

/// <summary>Makes the record of a task.</summary>
internal static class TaskRecords
{
    public static TaskRecord Of(TaskState task, TaskDefinitionState? definition, TaskFindings findings)
    {
        var mine = findings.Events.Where(e => e.What.Contains(task.Key.Id, StringComparison.Ordinal)).ToImmutableArray();
        var record = new TaskRecord
        {
            TaskArn = task.Key.Arn,
            Service = task.ServiceName,
            DeploymentId = task.DeploymentId,
            TaskDefinition = NameOf(task.TaskDefinition),
            LastStatus = task.LastStatus.ToWire(),
            StopCode = (task.Progress.StopCode ?? task.StopCode)?.ToString(),
            StoppedReason = task.Progress.StoppedReason ?? task.StopReason,
            CreatedAt = task.CreatedAt,
            StartedAt = task.Progress.StartedAt,
            StoppedAt = task.Progress.StoppedAt,
            AvailabilityZone = task.Progress.AvailabilityZone,
            Address = task.Progress.Interface?.PrivateIp,
            Containers = [.. task.Progress.Containers.Select(c => Of(task, c, definition, findings))],
            Probes = [.. findings.Probes.Select(p => Answered(p, mine))],
            Timeline = Timeline(task, mine),
        };
        var (isFailure, cause) = TaskCauses.Of(record);
        return record with { IsFailure = isFailure, Cause = cause };
    }

    public static string NameOf(TaskDefinitionKey key) => FormattableString.Invariant($"{key.Family}:{key.Revision}");

    private static ContainerRecord Of(TaskState task, ContainerProgress container, TaskDefinitionState? definition, TaskFindings findings)
    {
        var asked = definition?.Containers.FirstOrDefault(c => c.Name == container.Name);
        var log = asked is null ? null : LogTarget.Of(task, asked, container.RuntimeId);
        return new()
        {
            Name = container.Name,
            Image = asked?.Image,
            ImageDigest = container.ImageDigest,
            IsEssential = asked?.Essential is not false,
            ExitCode = container.ExitCode,
            Reason = container.Reason,
            HealthStatus = container.HealthStatus is HealthStatus.Unknown ? null : container.HealthStatus.ToWire(),
            HealthCheck = asked?.HealthCheck is { } check ? string.Join(' ', check.Command) : null,
            MemoryMiB = asked?.Memory ?? (int.TryParse(task.Memory, out var whole) ? whole : null),
            RestartCount = container.RestartCount,
            LogGroup = log?.Group,
            LogStream = log?.Stream,
            LastLines = findings.Lines.GetValueOrDefault(container.Name, []),
        };
    }

    /// <summary>What the service said when the target turned unhealthy is the answer it got.</summary>
    private static ProbeRecord Answered(ProbeRecord probe, ImmutableArray<TimelineEntry> events)
    {
        var told = events.LastOrDefault(e => HealthWords.Of(e.What, probe.TargetGroupArn) is not null);
        return told is null ? probe : probe with { Answer = HealthWords.Of(told.What, probe.TargetGroupArn), At = told.At };
    }

    private static ImmutableArray<TimelineEntry> Timeline(TaskState task, ImmutableArray<TimelineEntry> events)
    {
        var progress = task.Progress;
        (DateTimeOffset?, string)[] steps =
        [
            (task.CreatedAt, "created"),
            (progress.ConnectivityAt, $"network interface attached{(progress.Interface?.PrivateIp is { } ip ? $" ({ip})" : "")}"),
            (progress.PullStartedAt, "image pull started"),
            (progress.PullStoppedAt, "image pull ended"),
            (progress.StartedAt, "RUNNING"),
            (progress.StoppingAt, $"told to stop: {progress.StoppedReason ?? task.StopReason}"),
            (progress.ExecutionStoppedAt, $"containers ended{Exits(progress)}"),
            (progress.StoppedAt, "STOPPED"),
        ];
        return
        [
            .. steps.Where(s => s.Item1 is not null).Select(s => new TimelineEntry(s.Item1 ?? default, s.Item2)).Concat(events).OrderBy(e => e.At),
        ];
    }

    private static string Exits(TaskProgress progress)
    {
        var exits = progress.Containers.Where(c => c.ExitCode is not null).Select(c => FormattableString.Invariant($"{c.Name} with {c.ExitCode}")).ToArray();
        return exits.Length == 0 ? "" : ": " + string.Join(", ", exits);
    }
}
