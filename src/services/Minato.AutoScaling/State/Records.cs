using System.Collections.Immutable;
using Minato.Contracts.AutoScaling;

namespace Minato.AutoScaling.State;

/// <summary>A group of an account in a region, and as text the key of everything that belongs to it.</summary>
internal sealed record GroupKey(string AccountId, string Region, string Name) : IComparable<GroupKey>
{
    public string Arn(string uuid) => $"arn:aws:autoscaling:{Region}:{AccountId}:autoScalingGroup:{uuid}:autoScalingGroupName/{Name}";

    public int CompareTo(GroupKey? other) => string.CompareOrdinal(ToString(), other?.ToString());

    public override string ToString() => $"{AccountId}/{Region}/{Name}";
}

/// <summary>A group as stored: all of it is intent, but for the sequence of its activities.</summary>
internal sealed record GroupState
{
    public required GroupKey Key { get; init; }
    public required string Uuid { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string LaunchConfiguration { get; init; }
    public required int MinSize { get; init; }
    public required int MaxSize { get; init; }
    public required int DesiredCapacity { get; init; }
    public ImmutableArray<string> Zones { get; init; } = [];
    public string? VpcZoneIdentifier { get; init; }
    public int DefaultCooldown { get; init; } = 300;
    public string HealthCheckType { get; init; } = "EC2";
    public int HealthCheckGracePeriod { get; init; }
    public bool NewInstancesProtected { get; init; }
    public ImmutableArray<string> TerminationPolicies { get; init; } = ["Default"];
    public ImmutableArray<LifecycleHook> Hooks { get; init; } = [];
    public ImmutableSortedDictionary<string, GroupTag> Tags { get; init; } = ImmutableSortedDictionary<string, GroupTag>.Empty;

    /// <summary>Its instances go, and it with the last of them.</summary>
    public bool IsDeleting { get; init; }
    public long NextActivity { get; init; } = 1;
}

internal sealed record GroupTag(string? Value, bool PropagateAtLaunch);

/// <summary>In the order an instance goes through them.</summary>
internal enum InstanceStage { Pending, InService, TerminatingWait, Terminating }

/// <summary>An instance of a group. <c>GroupReconciler</c> moves it on; the API protects it, and lets go of one that waits.</summary>
internal sealed record InstanceState
{
    public required string Id { get; init; }
    public required GroupKey Group { get; init; }
    public required string Type { get; init; }
    public required string Zone { get; init; }
    public required string LaunchConfiguration { get; init; }
    public required string Cluster { get; init; }
    public required DateTimeOffset LaunchedAt { get; init; }
    public InstanceStage Stage { get; init; }
    public bool IsProtected { get; init; }

    /// <summary>While lifecycle hooks hold it: until when.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>Hooks that have not let go of it.</summary>
    public ImmutableArray<string> Held { get; init; } = [];

    /// <summary>It is there to stay.</summary>
    public bool IsLive => Stage is InstanceStage.Pending or InstanceStage.InService;
}

internal sealed record LaunchConfigurationState
{
    public required GroupKey Key { get; init; }
    public required LaunchConfiguration Content { get; init; }
}

internal sealed record ActivityKey(GroupKey Group, long Number) : IComparable<ActivityKey>
{
    public int CompareTo(ActivityKey? other) => other is null ? 1 : Group.CompareTo(other.Group) is not 0 and var order ? order : Number.CompareTo(other.Number);

    public override string ToString() => $"{Group}/{Number:D12}";
}

internal sealed record ActivityState
{
    public required ActivityKey Key { get; init; }
    public required string Id { get; init; }
    public required string Description { get; init; }
    public required string Cause { get; init; }
    public required DateTimeOffset At { get; init; }
}
