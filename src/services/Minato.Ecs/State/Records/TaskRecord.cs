using System.Collections.Immutable;

namespace Minato.Ecs.State;

/// <summary>Everything known of a task that ended, or of one that still runs when it is asked for. Stored and answered as JSON.</summary>
internal sealed record TaskRecord
{
    public required string TaskArn { get; init; }
    public string? Service { get; init; }
    public string? DeploymentId { get; init; }

    /// <summary>FAMILY:REVISION.</summary>
    public required string TaskDefinition { get; init; }
    public required string LastStatus { get; init; }
    public string? StopCode { get; init; }
    public string? StoppedReason { get; init; }

    /// <summary>It ended, and not because anybody wanted fewer tasks.</summary>
    public bool IsFailure { get; init; }

    /// <summary>What was wrong, as the end of a sentence that begins with the task.</summary>
    public string? Cause { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
    public string? AvailabilityZone { get; init; }
    public string? Address { get; init; }
    public ImmutableArray<ContainerRecord> Containers { get; init; } = [];
    public ImmutableArray<ProbeRecord> Probes { get; init; } = [];
    public ImmutableArray<TimelineEntry> Timeline { get; init; } = [];
}

internal sealed record ContainerRecord
{
    public required string Name { get; init; }
    public string? Image { get; init; }
    public string? ImageDigest { get; init; }
    public bool IsEssential { get; init; } = true;
    public int? ExitCode { get; init; }
    public string? Reason { get; init; }
    public string? HealthStatus { get; init; }

    /// <summary>The command of its health check.</summary>
    public string? HealthCheck { get; init; }
    public int? MemoryMiB { get; init; }
    public int RestartCount { get; init; }
    public string? LogGroup { get; init; }
    public string? LogStream { get; init; }

    /// <summary>The end of its output.</summary>
    public ImmutableArray<LogLine> LastLines { get; init; } = [];
}

internal sealed record LogLine(DateTimeOffset At, string Text);

/// <summary>What a load balancer asked of the task, and how it judged the answers.</summary>
internal sealed record ProbeRecord
{
    public required string TargetGroupArn { get; init; }
    public string? Protocol { get; init; }
    public int Port { get; init; }
    public string? Path { get; init; }
    public string? Matcher { get; init; }

    /// <summary>Its words for the last answers, such as <c>Health checks failed with these codes: [500]</c>.</summary>
    public string? Answer { get; init; }
    public DateTimeOffset? At { get; init; }
}

internal sealed record TimelineEntry(DateTimeOffset At, string What);
