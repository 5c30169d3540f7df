using System.Collections.Immutable;

namespace Minato.Ecs.State;

/// <summary>The answer to "why": a verdict, how it came to it, what proves it, and what to do next.</summary>
internal sealed record Story
{
    /// <summary>service, deployment or task.</summary>
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public required string Verdict { get; init; }
    public bool IsFailure { get; init; }
    public ImmutableArray<TimelineEntry> Timeline { get; init; } = [];
    public ImmutableArray<string> Next { get; init; } = [];
    public DeploymentRecord? Deployment { get; init; }

    /// <summary>Failed ones first, newest first.</summary>
    public ImmutableArray<TaskRecord> Tasks { get; init; } = [];
}
