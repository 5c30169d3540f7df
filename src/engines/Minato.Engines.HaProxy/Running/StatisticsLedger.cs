using System.Globalization;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>
/// Adds up what the workers counted. A worker of an earlier configuration goes on counting until its last request; when it is
/// gone, what was last read of it stays in the sum.
/// </summary>
internal sealed class StatisticsLedger
{
    private readonly Dictionary<string, Counters> ended = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Dictionary<string, Counters>> workers = [];

    /// <summary>Takes what a worker says now.</summary>
    public void Record(int worker, string csv)
    {
        // A worker that is about to end may answer with nothing.
        if (csv.StartsWith("# pxname", StringComparison.Ordinal)) workers[worker] = Parse(csv);
    }

    /// <summary>Workers that are not among these have ended.</summary>
    public void Retire(IReadOnlyCollection<int> living)
    {
        foreach (var worker in workers.Keys.Where(w => !living.Contains(w)).ToList())
        {
            foreach (var (name, counters) in workers[worker]) ended[name] = Add(ended.GetValueOrDefault(name), counters with { Active = 0 });
            workers.Remove(worker);
        }
    }

    public void Clear()
    {
        ended.Clear();
        workers.Clear();
    }

    public ProxyStatistics Read(ProxyConfiguration applied) => new(
        [.. applied.Listeners.Select(l => ListenerRow(l.Id, Subtract(Sum(Front(l)), Sum(HandedOn(l)))))],
        [.. applied.Backends.SelectMany(b => b.Servers.Select(s => ServerRow(b.Id, s.Id, Sum($"b_{b.Id}/{s.Id}"))))]);

    /// <summary>Counters of what is no longer in the configuration are of no use to anyone.</summary>
    public void Forget(ProxyConfiguration applied)
    {
        var names = applied.Listeners.SelectMany(l => (string[])[Front(l), HandedOn(l)])
            .Concat(applied.Backends.SelectMany(b => b.Servers.Select(s => $"b_{b.Id}/{s.Id}"))).ToHashSet(StringComparer.Ordinal);
        foreach (var name in ended.Keys.Where(n => !names.Contains(n)).ToList()) ended.Remove(name);
    }

    private static string Front(ProxyListener listener) => ConfigurationWriter.FrontendName(listener.Id) + "/FRONTEND";

    /// <summary>Late requests that an earlier worker gave to the present one: both counted them.</summary>
    private static string HandedOn(ProxyListener listener) => ConfigurationWriter.HandOverName(listener.Id) + "/BACKEND";

    private Counters Sum(string name) => workers.Values.Select(w => w.GetValueOrDefault(name)).Aggregate(ended.GetValueOrDefault(name), Add);

    private static Dictionary<string, Counters> Parse(string csv)
    {
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var columns = lines.Length > 0 ? lines[0].TrimStart('#', ' ').Split(',').Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal) : [];
        var rows = new Dictionary<string, Counters>(StringComparer.Ordinal);
        foreach (var line in lines.Skip(1))
        {
            var fields = line.Split(',');
            if (fields.Length < columns.Count - 1 || fields[0].Length < 2 || fields[0][1] != '_' || fields[0][0] is not ('f' or 'b' or 'h')) continue;
            long Get(string column) => columns.TryGetValue(column, out var at) && at < fields.Length
                && long.TryParse(fields[at], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
            var requests = fields[1] switch
            {
                "FRONTEND" => Get("req_tot"),
                "BACKEND" => Get("stot"),
                _ => Get("stot") - Get("wretr") - Get("wredis"), // Of a server, every attempt is counted.
            };
            rows[$"{fields[0]}/{fields[1]}"] = new(requests, Get("scur"), Get("bin"), Get("bout"),
                Get("hrsp_2xx"), Get("hrsp_3xx"), Get("hrsp_4xx"), Get("hrsp_5xx"), Get("econ"), Get(fields[1] == "FRONTEND" ? "conn_tot" : "connect"), Get("ssl_failed_handshake"));
        }
        return rows;
    }

    private static ListenerStatistics ListenerRow(string id, Counters c) => new(id, c.Requests, c.In, c.Out, c.Ok, c.Moved, c.Client, c.Server)
    {
        Connections = c.Connections, ActiveConnections = c.Active, TlsErrors = c.TlsErrors,
    };

    private static ServerStatistics ServerRow(string backend, string id, Counters c) => new(backend, id, c.Requests, c.Active, c.Ok, c.Moved, c.Client, c.Server, c.Unreached)
    {
        Connections = c.Connections, TlsErrors = c.TlsErrors, Bytes = c.In + c.Out,
    };

    private static Counters Add(Counters a, Counters b) => new(a.Requests + b.Requests, a.Active + b.Active, a.In + b.In, a.Out + b.Out,
        a.Ok + b.Ok, a.Moved + b.Moved, a.Client + b.Client, a.Server + b.Server, a.Unreached + b.Unreached, a.Connections + b.Connections, a.TlsErrors + b.TlsErrors);

    private static Counters Subtract(Counters a, Counters b) => new(a.Requests - b.Requests, a.Active - b.Active, a.In - b.In, a.Out - b.Out,
        a.Ok - b.Ok, a.Moved - b.Moved, a.Client - b.Client, a.Server - b.Server, a.Unreached, a.Connections, a.TlsErrors);

    private readonly record struct Counters(long Requests, long Active, long In, long Out, long Ok, long Moved, long Client, long Server, long Unreached,
        long Connections, long TlsErrors);
}
