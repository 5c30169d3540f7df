using System.Collections.Immutable;
using Minato.Contracts.Ecs;

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

    /// <summary>Container instances instead of those that the cluster has.</summary>
    public InstancePark? Instances { get; init; }

    /// <summary>The Availability Zone that is lost, and when, counted from the update.</summary>
    public LostZone? LostZone { get; init; }

    /// <summary>Deployment alarms that go off, each at its time.</summary>
    public ImmutableArray<FiringAlarm> Alarms { get; init; } = [];

    /// <summary>What lifecycle hooks answer; one that is not named succeeds at once.</summary>
    public ImmutableArray<HookScript> Hooks { get; init; } = [];
    public ulong Seed { get; init; } = 1;

    /// <summary>A deployment that has not come to its end by then does not in this rehearsal.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(2);
}

internal sealed record LostZone(string Zone, TimeSpan At);

/// <param name="Type">An EC2 instance type, for example m5.large.</param>
internal sealed record InstancePark(int Count, string Type);

/// <param name="Name">Null for the first alarm of the service.</param>
/// <param name="At">Counted from the update.</param>
internal sealed record FiringAlarm(string? Name, TimeSpan At);

/// <summary>What the hooks of a stage say in the end, and how long they say IN_PROGRESS before; a pause waits for so long.</summary>
internal sealed record HookScript(DeploymentLifecycleHookStage Stage, HookEnd End, TimeSpan After);

internal enum HookEnd
{
    Succeeded,
    Failed,

    /// <summary>It never comes to an end.</summary>
    InProgress,
}
