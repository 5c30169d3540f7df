namespace Minato.Rehearsal;

/// <summary>How a task of the new version fails.</summary>
internal enum FailureKind
{
    /// <summary>Its container cannot be started.</summary>
    Start,

    /// <summary>It exits soon after its start.</summary>
    Crash,

    /// <summary>It runs and never answers well.</summary>
    Health,
}

/// <summary>What is assumed of the world in a rehearsal. Whatever is chance in it comes from the seed.</summary>
internal sealed record WhatIf
{
    /// <summary>From a container's start until it answers.</summary>
    public TimeSpan StartUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Share of the new version's tasks that fail, 0 to 1.</summary>
    public double FailureRate { get; init; }
    public FailureKind Failure { get; init; } = FailureKind.Health;

    /// <summary>Tasks that find a place at the same time; null for as many as are wanted.</summary>
    public int? Capacity { get; init; }

    /// <summary>The Availability Zone that is lost, and when, counted from the update.</summary>
    public LostZone? LostZone { get; init; }
    public ulong Seed { get; init; } = 1;

    /// <summary>A deployment that has not come to its end by then does not in this rehearsal.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(2);
}

internal sealed record LostZone(string Zone, TimeSpan At);
