using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Minato.Engines.Gates;

namespace Minato.Ecs.Planning.Services;

/// <summary>What a plan for a service reads.</summary>
internal sealed record ServiceView
{
    public required string Name { get; init; }
    public ServiceStatus Status { get; init; } = ServiceStatus.Active;
    public required int DesiredCount { get; init; }

    /// <summary>The first is PRIMARY.</summary>
    public required ImmutableArray<DeploymentState> Deployments { get; init; }

    /// <summary>Every task whose end is not accounted for yet.</summary>
    public ImmutableArray<TaskInService> Tasks { get; init; } = [];
    /// <summary>The deployments are task sets, and scale alone decides what runs.</summary>
    public bool HasTaskSets { get; init; }
    public int MinimumHealthyPercent { get; init; } = 100;
    public int MaximumPercent { get; init; } = 200;
    public TimeSpan GracePeriod { get; init; }
    public BreakerSettings Breaker { get; init; } = BreakerSettings.Off;

    /// <summary>Null when alarms have no say.</summary>
    public AlarmSettings? Alarms { get; init; }

    /// <summary>States of those alarms as far as they exist; null when they were not asked for.</summary>
    public ImmutableDictionary<string, AlarmReading>? AlarmReadings { get; init; }

    /// <summary>What the gate says of the primary deployment's images; null when it has nothing to say.</summary>
    public GateVerdict? Gate { get; init; }

    /// <summary>When a deployment may end before all of its tasks are healthy; null when not.</summary>
    public EarlySuccess? EarlySuccess { get; init; }

    /// <summary>When "steady state" was last said; null while the service is not steady.</summary>
    public DateTimeOffset? SteadySince { get; init; }

    /// <summary>Service deployment that a user wants rolled back.</summary>
    public string? RollbackRequested { get; init; }

    /// <summary>Service deployment that a user wants stopped where it is.</summary>
    public string? AbortRequested { get; init; }

    /// <summary>Listener rules of the primary deployment, as far as they could be read.</summary>
    public ImmutableDictionary<string, RuleReading> Rules { get; init; } = ImmutableDictionary<string, RuleReading>.Empty;

    /// <summary>Target groups that are not there any more.</summary>
    public ImmutableHashSet<string> MissingGroups { get; init; } = [];
    public ImmutableArray<HookDecision> HookDecisions { get; init; } = [];

    /// <summary>Answers of functions that no plan has used yet, by hook id.</summary>
    public ImmutableDictionary<string, HookAnswer> HookAnswers { get; init; } = ImmutableDictionary<string, HookAnswer>.Empty;
    public ImmutableHashSet<string> HooksInFlight { get; init; } = [];

    /// <summary>Deployments whose task definition has a health check on an essential container.</summary>
    public ImmutableHashSet<string> WithHealthCheck { get; init; } = [];

    /// <summary>Deployments with images whose tags may come to stand for other bytes.</summary>
    public ImmutableHashSet<string> WithTags { get; init; } = [];

    /// <summary>Availability Zone of each subnet, as far as known.</summary>
    public ImmutableDictionary<string, string> SubnetZones { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Subnet of each task that did not start lately, while the service waits because of such; empty otherwise.</summary>
    public ImmutableArray<string> FailedSubnets { get; init; } = [];

    /// <summary>Container instances of the cluster for a DAEMON service, whose desired count they make; null for REPLICA.</summary>
    public ImmutableArray<DaemonInstance>? Daemon { get; init; }

    public ImmutableArray<PlacementStrategy> Strategies { get; init; } = [];

    /// <summary>Zones that tasks can be moved between; empty when the service is not rebalanced.</summary>
    public ImmutableArray<string> Zones { get; init; } = [];
}

internal sealed record BreakerSettings(bool Enable, bool Rollback)
{
    public static BreakerSettings Off { get; } = new(false, false);

    /// <summary>Null for AWS's default.</summary>
    public ThresholdConfiguration? Threshold { get; init; }
    public bool ResetsOnHealthyTask { get; init; } = true;

    public static BreakerSettings Of(DeploymentCircuitBreaker? asked) => asked is null ? Off
        : new(asked.Enable, asked.Rollback) { Threshold = asked.ThresholdConfiguration, ResetsOnHealthyTask = asked.ResetOnHealthyTask ?? true };
}

/// <summary>A task as the scheduler sees it.</summary>
internal sealed record TaskInService
{
    public required string Id { get; init; }
    public required string DeploymentId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required TaskLastStatus Status { get; init; }

    /// <summary>Somebody told it to stop, or it came to its end by itself.</summary>
    public bool IsStopWanted { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public HealthStatus Health { get; init; } = HealthStatus.Unknown;

    /// <summary>One for each load balancer of its deployment.</summary>
    public ImmutableArray<TargetInService> Targets { get; init; } = [];
    public bool IsProtected { get; init; }

    /// <summary>When its protection from scale-in ends.</summary>
    public DateTimeOffset? ProtectedUntil { get; init; }
    public string? Subnet { get; init; }
    public string? Zone { get; init; }
    public string? Instance { get; init; }

    /// <summary>Read for services that are packed, whose tasks go from where the most is left.</summary>
    public TaskRoom Room { get; init; }

    /// <summary>Its container instance drains: it has to go, as tasks of an older deployment have.</summary>
    public bool IsDisplaced { get; init; }
    public TaskStopCode? StopCode { get; init; }

    /// <summary>Why it did not start, in the words of its stoppedReason or container.</summary>
    public string? Reason { get; init; }
    public bool TargetsRegistered { get; init; }
    public bool TargetsDeregistered { get; init; }

    /// <summary>Digests of all its images; null until all are known.</summary>
    public ImmutableSortedDictionary<string, string>? ImageDigests { get; init; }

    /// <summary>All of its images are where it runs.</summary>
    public bool HasImages { get; init; }
    public required ServiceTaskState Memory { get; init; }
}

/// <summary>What a task takes of its container instance, and what is left there.</summary>
internal readonly record struct TaskRoom(int Cpu, int CpuLeft, int Memory, int MemoryLeft);

/// <param name="Id">Address, or id of the instance.</param>
/// <param name="State">Null when the target group does not know the target.</param>
/// <param name="Description">The load balancer's words for what is wrong.</param>
internal sealed record TargetInService(string TargetGroupArn, string Id, int Port, TargetHealthStateEnum? State, string? Description = null);
