using System.Text;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Keeps the lines of logs until they are written away. A log that grows too large before is cut off, and says so.</summary>
internal sealed class AccessLogs(Store store)
{
    private const int Longest = 32 * 1024 * 1024; // Characters; a file a load balancer.
    private readonly Lock gate = new();
    private readonly KnownConnections connections = new();
    private Dictionary<(string Balancer, LogKind Kind), AccessLog> logs = [];

    public void Take(IReadOnlyList<ProxyRequest> requests)
    {
        var state = store.Current;
        foreach (var request in requests.Where(r => r.Details is not null || r.Connection is not null))
        {
            if (Find(state, request.Listener) is not var (listener, balancer)) continue;
            if (request.Connection is { } connection) TakeConnection(state, request, connection, listener, balancer);
            else if (request.Details is { } details) TakeRequest(state, request, details, listener, balancer);
        }
    }

    public IReadOnlyCollection<AccessLog> TakeAway()
    {
        lock (gate)
        {
            var taken = logs.Values;
            logs = [];
            return taken;
        }
    }

    private void TakeRequest(IReadState state, ProxyRequest request, ProxyRequestDetails details, ListenerState listener, BalancerState balancer)
    {
        if (LogKind.Connections.IsOn(balancer.Attributes) && connections.IsNew(listener.Arn, details)) Add(balancer, LogKind.Connections, ConnectionLogLine.Write(details, balancer.Path, listener.Port));
        if (!LogKind.Access.IsOn(balancer.Attributes)) return;
        var group = request.Backend is { } backend && state.Keys(ElbTables.GroupsByProxyId, backend) is [var arn, ..] ? arn : null;
        var isGrpc = group is not null && state.Find(ElbTables.Groups, group) is { ProtocolVersion: "GRPC" };
        Add(balancer, LogKind.Access, AccessLogLine.Write(
            request, details, balancer.Path, listener.Port, group, isGrpc, details.TlsProtocol is null ? null : PresentedBy(state, listener)));
    }

    private void TakeConnection(IReadState state, ProxyRequest request, ProxyConnectionDetails connection, ListenerState listener, BalancerState balancer)
    {
        if (!balancer.IsNetwork)
        {
            if (LogKind.Connections.IsOn(balancer.Attributes)) Add(balancer, LogKind.Connections, ConnectionLogLine.WriteFailed(connection, balancer.Path, listener.Port));
            return;
        }
        // AWS: the log is of connections that spoke TLS.
        if (!LogKind.Access.IsOn(balancer.Attributes) || connection.TlsProtocol is null) return;
        Add(balancer, LogKind.Access, TlsLogLine.Write(request.EndedAt, connection, balancer.Path, listener.Path.Split('/')[^1], PresentedBy(state, listener)));
    }

    /// <summary>Of several certificates the proxy does not tell which it was.</summary>
    private static string? PresentedBy(IReadState state, ListenerState listener) =>
        state.Where(ElbTables.CertificatesByListener, listener.Arn).ToList() is [var only] ? only.Key.CertificateArn : null;

    private static (ListenerState Listener, BalancerState Balancer)? Find(IReadState state, string proxyId) =>
        state.Where(ElbTables.ListenersByProxyId, proxyId).FirstOrDefault() is { } listener && state.Find(ElbTables.Balancers, listener.BalancerArn) is { } balancer
            ? (listener, balancer)
            : null;

    private void Add(BalancerState balancer, LogKind kind, string line)
    {
        lock (gate)
        {
            if (!logs.TryGetValue((balancer.Arn, kind), out var log)) logs[(balancer.Arn, kind)] = log = new(balancer, kind, new());
            if (log.Lines.Length + line.Length >= Longest) log.Lost++;
            else log.Lines.Append(line).Append('\n');
        }
    }
}

/// <summary>What a load balancer's nodes would have written into a file.</summary>
internal sealed record AccessLog(BalancerState Balancer, LogKind Kind, StringBuilder Lines)
{
    /// <summary>What had no room any more.</summary>
    public long Lost { get; set; }
}
