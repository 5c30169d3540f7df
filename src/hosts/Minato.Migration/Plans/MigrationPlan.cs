using System.Collections.Immutable;

namespace Minato.Migration.Plans;

/// <summary>What a plan file says: from where to where, through what, in which stages, under which conditions.</summary>
internal sealed record MigrationPlan
{
    public required string Name { get; init; }
    public required OldSide Old { get; init; }
    public required NewSide New { get; init; }
    public required Entry Entry { get; init; }
    public required TestAccess Test { get; init; }
    public required ImmutableArray<Stage> Stages { get; init; }
    public Gates Gates { get; init; } = new();
    public MirrorPlan? Mirror { get; init; }
    public ProbePlan? Probes { get; init; }
    public TlsPlan? Tls { get; init; }
    public Timing Timing { get; init; } = new();
}

/// <summary>Where users are before the migration: exactly one of the three is named. None for records, whose value says it.</summary>
internal sealed record OldSide
{
    /// <summary>Name or ARN of a target group that takes the traffic already.</summary>
    public string? TargetGroup { get; init; }

    /// <summary>Addresses or instances with ports; a target group is made for them.</summary>
    public ImmutableArray<OldTarget> Targets { get; init; } = [];

    /// <summary>Name of a Classic Load Balancer; it keeps its instances.</summary>
    public string? ClassicLoadBalancer { get; init; }

    public string HealthPath { get; init; } = "/";
}

/// <param name="Id">An IPv4 address, or an instance id.</param>
internal sealed record OldTarget(string Id, int Port)
{
    public bool IsInstance => Id.StartsWith("i-", StringComparison.Ordinal);
}

/// <summary>The ECS service that users are to reach, and its target group where it has several.</summary>
internal sealed record NewSide(string Cluster, string Service, string? TargetGroup);

/// <summary>Where traffic is divided.</summary>
internal abstract record Entry;

/// <summary>A rule of a listener of an Application Load Balancer.</summary>
/// <param name="Rule">Its priority, or null for the default rule.</param>
internal sealed record ListenerRuleEntry(string LoadBalancer, int Port, int? Rule) : Entry;

/// <summary>A record of Route 53, which becomes a weighted pair.</summary>
/// <param name="Zone">Its hosted zone, by name or id.</param>
/// <param name="LoadBalancer">The Application Load Balancer in front of the new side.</param>
internal sealed record RecordEntry(string Zone, string Name, string Type, string LoadBalancer, TimeSpan Ttl) : Entry;

/// <summary>How a test reaches one side alone, before and while users do.</summary>
/// <param name="Header">Of a request; its value chooses the side. Null: no rule is made for it.</param>
/// <param name="Host">A domain whose requests see the new side.</param>
internal sealed record TestAccess(string? Header, string Old, string New, string? Host);

internal enum StageKind
{
    Prepare,
    Test,
    Weight,
    Confirm,
    Retire,
}

/// <param name="Weight">Of the new side, in percent; of weight stages.</param>
/// <param name="Hold">At least this long, watched.</param>
/// <param name="NeedsApproval">A person must say so before the next stage.</param>
internal sealed record Stage(StageKind Kind, int Weight, TimeSpan Hold, bool NeedsApproval)
{
    public string Name => Kind is StageKind.Weight ? FormattableString.Invariant($"{Weight} %") : Kind.ToString().ToLowerInvariant();

    /// <summary>What decides whether a stage may end; before users see the new side there is nothing to compare.</summary>
    public bool IsCompared => Kind is StageKind.Weight;
}

internal sealed record Gates
{
    public ImmutableArray<string> Alarms { get; init; } = [];
    public ErrorGate? Errors { get; init; } = new();
    public LatencyGate? Latency { get; init; }
}

/// <summary>Fails when it is shown that the new side fails more often than the old one, by more than the margin.</summary>
/// <param name="WorseBy">Margin in percentage points.</param>
/// <param name="MinimumRequests">Of either side, before anything is said.</param>
/// <param name="Confidence">Percent; over all looks of a stage together.</param>
internal sealed record ErrorGate(double WorseBy = 1, int MinimumRequests = 100, double Confidence = 99);

/// <summary>Fails when it is shown that in most periods the new side's percentile lies above the old one's, by more than the margin.</summary>
/// <param name="SlowerBy">Margin in percent of the old side.</param>
/// <param name="AtLeast">And by no less than this.</param>
/// <param name="AtMost">A bound of its own, for the new side alone: three periods in a row above it fail.</param>
internal sealed record LatencyGate(int Percentile = 95, double SlowerBy = 25, TimeSpan AtLeast = default, TimeSpan? AtMost = null, int MinimumRequests = 20, double Confidence = 99);

/// <summary>The same requests to both sides, before users see the new one.</summary>
/// <param name="OldUrl">Null: through the entry, with the test header.</param>
internal sealed record MirrorPlan
{
    public Uri? OldUrl { get; init; }
    public Uri? NewUrl { get; init; }

    /// <summary>Domain that requests ask for which name none; null for the entry's own.</summary>
    public string? Host { get; init; }
    public ImmutableArray<MirrorRequest> Requests { get; init; } = [];
    public string? AccessLog { get; init; }
    public int Sample { get; init; } = 100;
    public ImmutableArray<string> Headers { get; init; } = ["content-type"];
    public ImmutableArray<string> Ignore { get; init; } = [];
    public double PerSecond { get; init; } = 5;
    public int MaxBodyBytes { get; init; } = 1 << 20;
    public int AllowedDifferences { get; init; }
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

internal sealed record MirrorRequest(string Method, string Path, ImmutableSortedDictionary<string, string> Headers, string? Body);

/// <summary>Requests of the migration's own, counted where the metrics of a side are missing.</summary>
internal sealed record ProbePlan(string Path, double PerSecond, TimeSpan Timeout);

/// <summary>What clients could use before: the policy of a classic listener, or lists. And the policy that takes its place.</summary>
/// <param name="AccessLog">Of the load balancer of before, a file or a folder: who uses what is lost. Alone, what clients use stands for what they could.</param>
internal sealed record TlsPlan(string? ClassicLoadBalancer, int Port, ImmutableArray<string> Protocols, ImmutableArray<string> Ciphers, string NewPolicy, bool AllowLoss, string? AccessLog = null);

/// <param name="Period">Of the metrics, and between two looks.</param>
/// <param name="Patience">How long a step may keep failing before the migration retreats.</param>
/// <param name="MetricsDelay">After it, what CloudWatch does not have is missing.</param>
internal sealed record Timing(TimeSpan Period, TimeSpan Patience, TimeSpan MetricsDelay)
{
    public Timing()
        : this(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(3))
    {
    }
}
