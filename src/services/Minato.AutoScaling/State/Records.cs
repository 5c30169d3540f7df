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

    /// <summary>What its instances are made of: this or <see cref="Template"/>.</summary>
    public string? LaunchConfiguration { get; init; }
    public TemplateReference? Template { get; init; }
    public required int MinSize { get; init; }
    public required int MaxSize { get; init; }
    public required int DesiredCapacity { get; init; }
    public ImmutableArray<string> Zones { get; init; } = [];
    public string? VpcZoneIdentifier { get; init; }

    /// <summary>The subnet of each zone, when the group was given subnets.</summary>
    public ImmutableSortedDictionary<string, string> Subnets { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
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

/// <param name="Version">A number, or <c>$Latest</c> or <c>$Default</c>: read anew at each launch.</param>
internal sealed record TemplateReference(string Id, string Name, string Version);

internal sealed record GroupTag(string? Value, bool PropagateAtLaunch);

/// <summary>An instance that EC2 is asked for: written down before, so that a crash leaves no instance that nobody knows.</summary>
internal sealed record LaunchState
{
    public required string Token { get; init; }
    public required GroupKey Group { get; init; }
    public required string Zone { get; init; }
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>What was asked for: of the group as it was then.</summary>
    public string? Configuration { get; init; }
    public TemplateReference? Template { get; init; }
    public int Failures { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>In the order an instance goes through them.</summary>
internal enum InstanceStage { Pending, InService, TerminatingWait, Terminating }

/// <summary>An instance of a group. <c>GroupReconciler</c> moves it on; the API protects it, and lets go of one that waits.</summary>
internal sealed record InstanceState
{
    public required string Id { get; init; }
    public required GroupKey Group { get; init; }
    public required string Type { get; init; }
    public required string Zone { get; init; }
    public string? LaunchConfiguration { get; init; }
    public TemplateReference? Template { get; init; }
    public string? ImageId { get; init; }
    public required string Cluster { get; init; }
    public required DateTimeOffset LaunchedAt { get; init; }
    public InstanceStage Stage { get; init; }
    public bool IsProtected { get; init; }

    /// <summary>EC2 does not have it any more.</summary>
    public bool IsLost { get; init; }

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

    /// <summary>Why it came to nothing; null when it did what it says.</summary>
    public string? Failure { get; init; }
    public required DateTimeOffset At { get; init; }
}
