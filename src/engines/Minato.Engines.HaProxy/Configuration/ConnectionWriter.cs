using System.Globalization;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Listeners and backends that forward connections as they are. They have defaults of their own, without a word of HTTP. A worker of an
/// earlier configuration keeps the connections it has until they end.
/// </summary>
internal sealed class ConnectionWriter(Action<string> section, Action<string> line, RuleWriter rules, string requestSocket, bool withServers)
{
    private static readonly TimeSpan s_defaultIdle = TimeSpan.FromSeconds(350);

    public void Write(ProxyConfiguration wanted)
    {
        var listeners = wanted.Listeners.Where(l => l.Protocol is ProxyProtocol.Tcp or ProxyProtocol.TcpUdp).ToList();
        var backends = wanted.Backends.Where(b => b.Protocol.IsTcp).ToList();
        if (listeners.Count == 0 && backends.Count == 0) return;
        WriteDefaults();
        foreach (var listener in listeners) WriteListener(listener);
        foreach (var backend in backends) WriteBackend(backend, IdleOf(backend.Id, listeners));
    }

    private void WriteDefaults()
    {
        section("defaults m_tcp");
        line("mode tcp");
        line("timeout connect 3s");
        line("timeout client 350s");
        line("timeout server 350s");
        line("option redispatch 1");
        line("retries 2");
        section($"backend {RuleWriter.Closed} from m_tcp");
        line("tcp-request content reject");
    }

    private void WriteListener(ProxyListener listener)
    {
        section($"frontend {ConfigurationWriter.FrontendName(listener.Id)} from m_tcp");
        foreach (var bind in BindLines.Of(listener, rules.Files)) line(bind);
        line($"timeout client {Milliseconds(listener.IdleTimeout)}");
        foreach (var told in RequestLines.OfConnections(listener, requestSocket)) line(told);
        rules.WriteConnections(listener);
    }

    private void WriteBackend(ProxyBackend backend, TimeSpan idle)
    {
        section($"backend {ConfigurationWriter.BackendName(backend.Id)} from m_tcp");
        // A connection is one flow: where it goes is as good as random, unless its source decides.
        line(backend.Protocol.FollowsSource ? "balance source" : "balance random");
        if (backend.Protocol.FollowsSource) line("hash-type consistent");
        line($"timeout server {Milliseconds(idle)}");
        line($"timeout tunnel {Milliseconds(idle)}");
        var options = TlsWriter.ServerOptions(backend.Protocol);
        if (options.Length > 0) line($"# servers:{options}");
        if (backend.Source is { } source) line($"source {source}");
        if (!withServers) return;
        foreach (var server in backend.Servers)
        {
            var state = server.State is ServerState.Ready ? "" : " disabled";
            line($"server {server.Id} {Safe.Endpoint(server.Address, server.Port)}{options} weight {server.Weight.ToString(CultureInfo.InvariantCulture)}{state}");
        }
    }

    private static TimeSpan IdleOf(string backend, IEnumerable<ProxyListener> listeners) => listeners
        .Where(l => l.DefaultAction is ProxyAction.Forward f && f.Backends.Any(b => b.Backend == backend)).Select(l => l.IdleTimeout).DefaultIfEmpty(s_defaultIdle).Max();

    private static string Milliseconds(TimeSpan time) =>
        Math.Clamp((long)time.TotalMilliseconds, 1, 86_400_000).ToString(CultureInfo.InvariantCulture) + "ms";
}
