using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>Adds what was counted in a while to what was counted before it. What is there now is not added: the later one says it.</summary>
internal static class TrafficSums
{
    public static ListenerStatistics Add(ListenerStatistics? before, ListenerStatistics now) => before is null ? now : now with
    {
        Requests = before.Requests + now.Requests,
        BytesIn = before.BytesIn + now.BytesIn,
        BytesOut = before.BytesOut + now.BytesOut,
        Responses2xx = before.Responses2xx + now.Responses2xx,
        Responses3xx = before.Responses3xx + now.Responses3xx,
        Responses4xx = before.Responses4xx + now.Responses4xx,
        Responses5xx = before.Responses5xx + now.Responses5xx,
        Connections = before.Connections + now.Connections,
        TlsErrors = before.TlsErrors + now.TlsErrors,
        Datagrams = Add(before.Datagrams, now.Datagrams),
    };

    public static ServerStatistics Add(ServerStatistics? before, ServerStatistics now) => before is null ? now : now with
    {
        Requests = before.Requests + now.Requests,
        Responses2xx = before.Responses2xx + now.Responses2xx,
        Responses3xx = before.Responses3xx + now.Responses3xx,
        Responses4xx = before.Responses4xx + now.Responses4xx,
        Responses5xx = before.Responses5xx + now.Responses5xx,
        ConnectionErrors = before.ConnectionErrors + now.ConnectionErrors,
        Connections = before.Connections + now.Connections,
        TlsErrors = before.TlsErrors + now.TlsErrors,
        Bytes = before.Bytes + now.Bytes,
    };

    private static DatagramStatistics? Add(DatagramStatistics? before, DatagramStatistics? now) => before is null || now is null
        ? now ?? before
        : now with { Flows = before.Flows + now.Flows, BytesIn = before.BytesIn + now.BytesIn, BytesOut = before.BytesOut + now.BytesOut };
}
