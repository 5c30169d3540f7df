using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.State;

internal sealed record TargetGroupState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }
    public required TargetTypeEnum TargetType { get; init; }
    public ProtocolEnum Protocol { get; init; } = ProtocolEnum.Http;

    /// <summary><c>HTTP1</c>, <c>HTTP2</c> or <c>GRPC</c>; means nothing to a group of a network load balancer.</summary>
    public string ProtocolVersion { get; init; } = "HTTP1";
    public required int Port { get; init; }
    public required string VpcId { get; init; }
    public required HealthCheckState HealthCheck { get; init; }
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = Given.None;

    /// <summary>It stands for instances of a Classic Load Balancer: the younger API does not know it.</summary>
    public bool IsClassic { get; init; }

    /// <summary>Whether it stands for a Lambda function.</summary>
    public bool IsFunction => TargetType is TargetTypeEnum.Lambda;

    /// <summary>Whether network load balancers, and they alone, forward to it.</summary>
    public bool IsNetwork => Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls or ProtocolEnum.Udp or ProtocolEnum.TcpUdp;
}

internal sealed record HealthCheckState
{
    public const string TrafficPort = "traffic-port";

    /// <summary>AWS: only a function's may be off, and is unless it is asked for.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>HTTP, HTTPS or TCP.</summary>
    public ProtocolEnum Protocol { get; init; } = ProtocolEnum.Http;

    public string Port { get; init; } = TrafficPort;
    public string Path { get; init; } = "/";
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
    public int HealthyThreshold { get; init; } = 5;
    public int UnhealthyThreshold { get; init; } = 2;

    /// <summary>Codes that count as well: <c>200</c>, <c>200,202</c>, <c>200-299</c>.</summary>
    public string Matcher { get; init; } = "200";
}

/// <summary>A registered target: intent, written by the API alone (and removed when its deregistration delay is over).</summary>
internal sealed record TargetState
{
    public required TargetKey Key { get; init; }

    /// <summary>Where it listens: the id of an <c>ip</c> target, the host's address for an instance.</summary>
    public required string Address { get; init; }

    /// <summary>Null when the target is outside of the VPC and belongs to all zones.</summary>
    public string? Zone { get; init; }

    /// <summary>Tells this registration from earlier ones of the same target.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Progress: what the instance is that does not run, as EC2 says it; null for one that runs, and for addresses.</summary>
    public string? InstanceState { get; init; }

    /// <summary>Set by deregistration.</summary>
    public DateTimeOffset? DrainUntil { get; init; }
}

/// <summary>
/// What the health checker found: progress. Kept across restarts, so that healthy targets keep their traffic; written when it
/// changes, not at every probe.
/// </summary>
internal sealed record HealthState
{
    public required TargetKey Key { get; init; }

    /// <summary>The registration it is about.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }
    public required HealthStatus Status { get; init; }
    public TargetHealthReasonEnum? Reason { get; init; }
    public string? Description { get; init; }

    /// <summary>When it became unhealthy, for one whose connections may then go on for a while.</summary>
    public DateTimeOffset? UnhealthyAt { get; init; }

    /// <summary>When it became healthy, for one that then gets its share little by little.</summary>
    public DateTimeOffset? SlowStartAt { get; init; }
}

internal enum HealthStatus
{
    Initial,
    Healthy,
    Unhealthy,

    /// <summary>Unhealthy, and the connections it has may still go on.</summary>
    UnhealthyDraining,
}
