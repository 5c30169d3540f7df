using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region) : IComparable<Home>
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    /// <summary>As whom this room asks others.</summary>
    public Caller Caller => Caller.ForService(AccountId, Region, "ecs.application-autoscaling.amazonaws.com");

    public int CompareTo(Home? other) => other is null ? 1
        : string.CompareOrdinal(AccountId, other.AccountId) is not 0 and var order ? order : string.CompareOrdinal(Region, other.Region);

    public override string ToString() => $"{AccountId}/{Region}";
}

/// <summary>What is scaled: the desired count of an ECS service.</summary>
/// <param name="ResourceId"><c>service/CLUSTER/SERVICE</c>.</param>
internal sealed record TargetKey(Home Home, string ResourceId) : IComparable<TargetKey>
{
    [JsonIgnore]
    public string Cluster => ResourceId.Split('/')[1];

    [JsonIgnore]
    public string Service => ResourceId.Split('/')[2];

    public int CompareTo(TargetKey? other) => other is null ? 1
        : Home.CompareTo(other.Home) is not 0 and var order ? order : string.CompareOrdinal(ResourceId, other.ResourceId);

    public override string ToString() => $"{Home}/{ResourceId}";
}

/// <summary>A scalable target. The API writes what is asked, the reconciler what came of it.</summary>
internal sealed record TargetState
{
    public required TargetKey Key { get; init; }
    public required string Id { get; init; }
    public required int Min { get; init; }
    public required int Max { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public bool IsInSuspended { get; init; }
    public bool IsOutSuspended { get; init; }
    public bool IsScheduleSuspended { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The bounds are new: a count outside of them is pulled in.</summary>
    public bool MustBound { get; init; }

    /// <summary>The last scale-out and scale-in, for their cooldowns.</summary>
    public Scaled? LastOut { get; init; }
    public Scaled? LastIn { get; init; }

    public string Arn => $"arn:aws:application-autoscaling:{Key.Home.Region}:{Key.Home.AccountId}:scalable-target/{Id}";
}

/// <param name="From">The count before.</param>
/// <param name="Until">When the cooldown of it ends.</param>
internal sealed record Scaled(DateTimeOffset At, int From, int To, DateTimeOffset Until);

internal sealed record PolicyKey(TargetKey Target, string Name) : IComparable<PolicyKey>
{
    public int CompareTo(PolicyKey? other) => other is null ? 1
        : Target.CompareTo(other.Target) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Target}:{Name}";
}

internal sealed record PolicyState
{
    public required PolicyKey Key { get; init; }
    public required string Uuid { get; init; }

    /// <summary>Part of what the policy's own alarms call it by.</summary>
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>One of the two.</summary>
    public StepRules? Step { get; init; }
    public TrackingRules? Tracking { get; init; }

    /// <summary>Of target tracking: its own alarms.</summary>
    public string? HighAlarm { get; init; }
    public string? LowAlarm { get; init; }

    public string Arn => $"arn:aws:autoscaling:{Key.Target.Home.Region}:{Key.Target.Home.AccountId}:scalingPolicy:{Uuid}:resource/ecs/{Key.Target.ResourceId}:policyName/{Key.Name}";

    public IEnumerable<string> Alarms => new[] { HighAlarm, LowAlarm }.OfType<string>();
}

internal sealed record StepRules(
    AdjustmentType AdjustmentType, ImmutableArray<StepRule> Steps, int? MinMagnitude, int? Cooldown, MetricAggregationType? Aggregation)
{
    public const int DefaultCooldown = 300;
}

/// <summary>Bounds count from the alarm's threshold; null is without end.</summary>
internal sealed record StepRule(double? Lower, double? Upper, int Adjustment);

internal sealed record TrackingRules
{
    public const int DefaultCooldown = 300;
    public required double Target { get; init; }
    public string? Predefined { get; init; }
    public string? Label { get; init; }
    public CustomMetric? Custom { get; init; }
    public int? OutCooldown { get; init; }
    public int? InCooldown { get; init; }
    public bool? IsInDisabled { get; init; }
}

internal sealed record CustomMetric(string Namespace, string Name, ImmutableArray<KeyValuePair<string, string>> Dimensions, string Statistic, string? Unit);

internal sealed record ScheduledState
{
    public required PolicyKey Key { get; init; }
    public required string Uuid { get; init; }
    public required string Schedule { get; init; }
    public string? TimeZone { get; init; }
    public DateTimeOffset? StartAt { get; init; }
    public DateTimeOffset? EndAt { get; init; }
    public int? Min { get; init; }
    public int? Max { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null when there is no next time any more.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public string Arn => $"arn:aws:autoscaling:{Key.Target.Home.Region}:{Key.Target.Home.AccountId}:scheduledAction:{Uuid}:resource/ecs/{Key.Target.ResourceId}:scheduledActionName/{Key.Name}";
}

/// <summary>Newest first in the order of keys.</summary>
internal sealed record ActivityKey(TargetKey Target, long TicksLeft, string Id) : IComparable<ActivityKey>
{
    public static ActivityKey At(TargetKey target, DateTimeOffset at, string id) => new(target, long.MaxValue - at.UtcTicks, id);

    public int CompareTo(ActivityKey? other)
    {
        if (other is null) return 1;
        var order = Target.CompareTo(other.Target);
        if (order == 0) order = TicksLeft.CompareTo(other.TicksLeft);
        return order == 0 ? string.CompareOrdinal(Id, other.Id) : order;
    }

    public override string ToString() => $"{Target}:{TicksLeft}:{Id}";
}

internal sealed record ActivityState
{
    public required ActivityKey Key { get; init; }
    public required string Description { get; init; }
    public required string Cause { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required ScalingActivityStatusCode Status { get; init; }
    public string? Message { get; init; }

    /// <summary>The count before.</summary>
    public int? From { get; init; }

    /// <summary>The count it waits for; null when it waits for nothing.</summary>
    public int? Wanted { get; init; }

    /// <summary>Why nothing was done; null when something was.</summary>
    public string? NotScaled { get; init; }
    public int? NotScaledBound { get; init; }
    public int? NotScaledCount { get; init; }

    public bool IsOpen => Status is ScalingActivityStatusCode.InProgress or ScalingActivityStatusCode.Pending;
}
