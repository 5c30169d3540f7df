namespace Minato.Engines.Proxy;

/// <summary>
/// Carries traffic of load balancers. The whole wanted configuration is given each time; the engine finds out what changed and
/// applies it without losing a request: weights, drains and new servers at run time, the rest by a hitless reload.
/// </summary>
public interface IProxyEngine
{
    /// <summary>
    /// Makes the configuration the running one; when it returns, new requests meet it. Repeating the same configuration costs
    /// nothing. A listener whose port is taken is left out and everything else applied: say it again to try again.
    /// </summary>
    ValueTask<ApplyOutcome> ApplyAsync(ProxyConfiguration wanted, CancellationToken ct);

    /// <summary>
    /// A row for every listener and server that was last applied. Counters go on across reloads; they begin again when the engine
    /// or its caller does, so whoever adds them up must bear one that falls.
    /// </summary>
    ValueTask<ProxyStatistics> StatisticsAsync(CancellationToken ct);

    /// <summary>
    /// Requests that ended, from now on, in the order they did. One reader at a time. What is not read soon is lost, and so is what ends while
    /// nobody reads: <see cref="StatisticsAsync"/> counts everything.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<ProxyRequest>> RequestsAsync(CancellationToken ct);

    /// <summary>Says when the engine died, came back or lost its configuration, so that the caller applies again.</summary>
    IAsyncEnumerable<ProxyNotice> WatchAsync(CancellationToken ct);

    /// <summary>Ends the engine, which otherwise outlives its caller. The next <see cref="ApplyAsync"/> starts it again.</summary>
    ValueTask StopAsync(CancellationToken ct);
}

/// <summary>Asks a target once whether it is well, as ELB's health checker does. Never follows redirects, closes the connection.</summary>
public interface IHealthProber
{
    ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken ct);
}
