using System.Text;
using Minato.Elb.State;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Keeps the lines of access logs until they are written away. A log that grows too large before is cut off, and says so.</summary>
internal sealed class AccessLogs(Store store)
{
    private const int Longest = 32 * 1024 * 1024; // Characters; a file a load balancer.
    private readonly Lock gate = new();
    private Dictionary<string, AccessLog> logs = new(StringComparer.Ordinal);

    public void Take(IReadOnlyList<ProxyRequest> requests)
    {
        var state = store.Current;
        foreach (var request in requests)
        {
            if (request.Details is not { } details || Find(state, request.Listener) is not var (listener, balancer)) continue;
            var group = request.Backend is { } backend && state.Keys(ElbTables.GroupsByProxyId, backend) is [var arn, ..] ? arn : null;
            Add(balancer, AccessLogLine.Write(request, details, balancer.Path, listener.Port, group));
        }
    }

    public IReadOnlyCollection<AccessLog> TakeAway()
    {
        lock (gate)
        {
            var taken = logs.Values;
            logs = new(StringComparer.Ordinal);
            return taken;
        }
    }

    private static (ListenerState Listener, BalancerState Balancer)? Find(IReadState state, string proxyId) =>
        state.Where(ElbTables.ListenersByProxyId, proxyId).FirstOrDefault() is { } listener && state.Find(ElbTables.Balancers, listener.BalancerArn) is { } balancer
            ? (listener, balancer)
            : null;

    private void Add(BalancerState balancer, string line)
    {
        lock (gate)
        {
            if (!logs.TryGetValue(balancer.Arn, out var log)) logs[balancer.Arn] = log = new(balancer, new());
            if (log.Lines.Length + line.Length >= Longest) log.Lost++;
            else log.Lines.Append(line).Append('\n');
        }
    }
}

/// <summary>What a load balancer's nodes would have written into a file.</summary>
internal sealed record AccessLog(BalancerState Balancer, StringBuilder Lines)
{
    /// <summary>Requests that had no room any more.</summary>
    public long Lost { get; set; }
}
