using System.Collections.Frozen;
using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>
/// Adds up what the proxy counts until somebody takes it away. Its counters are read in between, too, when something would be lost: servers that
/// leave take theirs along, and what a group gets while too few of its targets are healthy is counted apart.
/// </summary>
internal sealed class ProxyMeter(IProxyEngine proxy) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly TrafficCounts counts = new();
    private Dictionary<string, ListenerStatistics> listeners = new(StringComparer.Ordinal);
    private Dictionary<(string Backend, string Server), ServerStatistics> servers = [];
    private Dictionary<(string Backend, string Server), long> failedOpen = [];
    private Dictionary<(string Backend, string Server), string> left = [];
    private IReadOnlyDictionary<(string Backend, string Server), string> zones = FrozenDictionary<(string, string), string>.Empty;
    private HashSet<(string Backend, string Server)> applied = [];
    private ImmutableHashSet<string> open = [];
    private bool isRead;

    /// <summary>This will be applied next.</summary>
    /// <param name="zonesOfServers">Of those that are in one.</param>
    public async ValueTask BeforeAsync(ProxyConfiguration wanted, IReadOnlyDictionary<(string Backend, string Server), string> zonesOfServers, CancellationToken ct)
    {
        HashSet<(string Backend, string Server)> next = [.. wanted.Backends.SelectMany(b => b.Servers, (b, s) => (b.Id, s.Id))];
        await gate.WaitAsync(ct);
        try
        {
            applied.ExceptWith(next);
            if (isRead && applied.Count > 0) await ReadAsync(ct);
            foreach (var server in applied.Where(s => isRead && zones.ContainsKey(s))) left[server] = zones[server];
            (applied, zones) = (next, zonesOfServers);
        }
        finally { gate.Release(); }
    }

    /// <summary>It was applied.</summary>
    /// <param name="failingOpen">Backends all of whose servers get requests now, because too few are healthy.</param>
    public async ValueTask AfterAsync(ImmutableHashSet<string> failingOpen, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            if (isRead && !open.SetEquals(failingOpen)) await ReadAsync(ct);
            open = failingOpen;
        }
        finally { gate.Release(); }
    }

    /// <summary>Everything since the last time; nothing the first time, from which on it is kept.</summary>
    public async ValueTask<TrafficMinute> TakeAwayAsync(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            isRead = true;
            await ReadAsync(ct);
            var taken = new TrafficMinute(new([.. listeners.Values], [.. servers.Values])) { FailedOpen = failedOpen, Left = left };
            (listeners, servers, failedOpen, left) = (new(StringComparer.Ordinal), [], [], []);
            return taken;
        }
        finally { gate.Release(); }
    }

    public void Dispose() => gate.Dispose();

    private async ValueTask ReadAsync(CancellationToken ct)
    {
        var since = counts.Since(await proxy.StatisticsAsync(ct));
        foreach (var row in since.Listeners) listeners[row.Listener] = TrafficSums.Add(listeners.GetValueOrDefault(row.Listener), row);
        foreach (var row in since.Servers)
        {
            var key = (row.Backend, row.Server);
            servers[key] = TrafficSums.Add(servers.GetValueOrDefault(key), row);
            if (row.Requests != 0 && open.Contains(row.Backend)) failedOpen[key] = failedOpen.GetValueOrDefault(key) + row.Requests;
        }
    }
}
