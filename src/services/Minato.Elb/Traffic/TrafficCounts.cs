using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>What was counted since the last time. A counter that fell began again: all of it is new.</summary>
internal sealed class TrafficCounts
{
    private ProxyStatistics last = new([], []);

    /// <summary>The first reading counts nothing: nobody knows since when the proxy has counted.</summary>
    private bool hasLast;

    public ProxyStatistics Since(ProxyStatistics now)
    {
        var (listeners, servers) = (last.Listeners.ToDictionary(l => l.Listener, StringComparer.Ordinal), last.Servers.ToDictionary(s => (s.Backend, s.Server)));
        var fresh = !hasLast;
        (last, hasLast) = (now, true);
        return new(
            [.. now.Listeners.Select(l => Difference(l, listeners.GetValueOrDefault(l.Listener) ?? (fresh ? l : null)))],
            [.. now.Servers.Select(s => Difference(s, servers.GetValueOrDefault((s.Backend, s.Server)) ?? (fresh ? s : null)))]);
    }

    // A listener that forwards connections counts no requests.
    private static bool BeganAgain(ListenerStatistics now, ListenerStatistics before) => now.Requests < before.Requests || now.Connections < before.Connections;

    private static ListenerStatistics Difference(ListenerStatistics now, ListenerStatistics? before) =>
        (before is null || BeganAgain(now, before) ? now : Less(now, before)) with { Datagrams = Difference(now.Datagrams, before?.Datagrams) };

    // Whoever forwards datagrams begins again at another time than whoever forwards the rest.
    private static DatagramStatistics? Difference(DatagramStatistics? now, DatagramStatistics? before) => now is null || before is null || now.Flows < before.Flows
        ? now
        : now with { Flows = now.Flows - before.Flows, BytesIn = now.BytesIn - before.BytesIn, BytesOut = now.BytesOut - before.BytesOut };

    private static ListenerStatistics Less(ListenerStatistics now, ListenerStatistics before) => now with
    {
        Requests = now.Requests - before.Requests,
        BytesIn = now.BytesIn - before.BytesIn,
        BytesOut = now.BytesOut - before.BytesOut,
        Responses2xx = now.Responses2xx - before.Responses2xx,
        Responses3xx = now.Responses3xx - before.Responses3xx,
        Responses4xx = now.Responses4xx - before.Responses4xx,
        Responses5xx = now.Responses5xx - before.Responses5xx,
        Connections = now.Connections - before.Connections,
        TlsErrors = now.TlsErrors - before.TlsErrors,
    };

    // A request that is given to another server after all is taken off the first one's count.
    private static bool BeganAgain(ServerStatistics now, ServerStatistics before) =>
        TrafficMetrics.Answers(now) < TrafficMetrics.Answers(before) || now.Connections < before.Connections;

    private static ServerStatistics Difference(ServerStatistics now, ServerStatistics? before) => before is null || BeganAgain(now, before) ? now : now with
    {
        Requests = now.Requests - before.Requests,
        Responses2xx = now.Responses2xx - before.Responses2xx,
        Responses3xx = now.Responses3xx - before.Responses3xx,
        Responses4xx = now.Responses4xx - before.Responses4xx,
        Responses5xx = now.Responses5xx - before.Responses5xx,
        ConnectionErrors = now.ConnectionErrors - before.ConnectionErrors,
        Connections = now.Connections - before.Connections,
        TlsErrors = now.TlsErrors - before.TlsErrors,
        Bytes = now.Bytes - before.Bytes,
    };
}
