using System.Collections.Frozen;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>What was counted in a minute, by the proxy's own names.</summary>
internal sealed record TrafficMinute(ProxyStatistics Counts)
{
    public IReadOnlyDictionary<(string Backend, string Server), TargetTimes> Times { get; init; } = FrozenDictionary<(string, string), TargetTimes>.Empty;
    public IReadOnlyDictionary<string, ListenerTally> Tallies { get; init; } = FrozenDictionary<string, ListenerTally>.Empty;

    /// <summary>By backends of functions.</summary>
    public IReadOnlyDictionary<string, FunctionTally> Faults { get; init; } = FrozenDictionary<string, FunctionTally>.Empty;

    /// <summary>The zones of servers that left within the minute.</summary>
    public IReadOnlyDictionary<(string Backend, string Server), string> Left { get; init; } = FrozenDictionary<(string, string), string>.Empty;

    /// <summary>Requests and flows that came while their group had too few healthy targets.</summary>
    public IReadOnlyDictionary<(string Backend, string Server), long> FailedOpen { get; init; } = FrozenDictionary<(string, string), long>.Empty;
}
