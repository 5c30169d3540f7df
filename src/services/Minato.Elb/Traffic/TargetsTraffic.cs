using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>Targets, and what they got in a minute.</summary>
/// <param name="Servers">A row for each that the proxy knows.</param>
internal sealed record TargetsTraffic(IReadOnlyList<ServerStatistics> Servers)
{
    public IReadOnlyList<TargetTimes> Times { get; init; } = [];

    /// <summary>Those of them that may get requests. AWS: one that drains is none of them, healthy or not.</summary>
    public int Registered { get; init; }
    public int Healthy { get; init; }
    public int Unhealthy { get; init; }

    /// <summary>Those that fail where the others do not, and those that do not have their whole share.</summary>
    public int Anomalous { get; init; }
    public int Mitigated { get; init; }

    /// <summary>How many of the requests, or flows, came while the group had too few healthy targets.</summary>
    public long FailedOpen { get; init; }

    public long Requests => Servers.Sum(s => s.Requests);

    public static TargetsTraffic Sum(IEnumerable<TargetsTraffic> parts)
    {
        var all = parts.ToList();
        return new([.. all.SelectMany(p => p.Servers)])
        {
            Times = [.. all.SelectMany(p => p.Times)],
            Registered = all.Sum(p => p.Registered), Healthy = all.Sum(p => p.Healthy), Unhealthy = all.Sum(p => p.Unhealthy),
            Anomalous = all.Sum(p => p.Anomalous), Mitigated = all.Sum(p => p.Mitigated), FailedOpen = all.Sum(p => p.FailedOpen),
        };
    }
}
