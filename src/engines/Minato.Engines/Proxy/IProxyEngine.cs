namespace Minato.Engines.Proxy;

/// <summary>
/// Carries traffic of load balancers. The whole wanted configuration is given each time; the engine finds out what changed and
/// applies it without losing a request: weights, drains and new servers at run time, the rest by a hitless reload.
/// </summary>
public interface IProxyEngine
{
    /// <summary>Makes the configuration the running one. Repeating the same configuration costs nothing.</summary>
    ValueTask<ApplyOutcome> ApplyAsync(ProxyConfiguration wanted, CancellationToken ct);

    /// <summary>Counters since start of the engine, a row for every listener and server.</summary>
    ValueTask<ProxyStatistics> StatisticsAsync(CancellationToken ct);

    /// <summary>Says when the engine died, came back or lost its configuration, so that the caller applies again.</summary>
    IAsyncEnumerable<ProxyNotice> WatchAsync(CancellationToken ct);
}

/// <summary>Asks a target once whether it is well, as ELB's health checker does. Never follows redirects, closes the connection.</summary>
public interface IHealthProber
{
    ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken ct);
}
