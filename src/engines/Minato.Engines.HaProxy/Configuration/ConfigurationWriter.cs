using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Writes the whole configuration. Servers and weights are left out of its shape: those change at run time, the rest by reload.
/// </summary>
internal sealed class ConfigurationWriter
{
    private const string ShapeMark = "@SHAPE@";
    private const string Indent = "    ";
    private readonly StringBuilder text = new();
    private readonly ProxyConfiguration wanted;
    private readonly HostSettings host;
    private readonly bool withServers;
    private readonly RuleWriter rules;

    private ConfigurationWriter(ProxyConfiguration wanted, HostSettings host, bool withServers)
    {
        (this.wanted, this.host, this.withServers) = (wanted, host, withServers);
        rules = new(Line, wanted.Backends.Select(b => b.Id).ToHashSet(StringComparer.Ordinal));
    }

    public static string BackendName(string id) => "b_" + id;
    public static string FrontendName(string id) => "f_" + id;
    public static string RelayName(string id) => "r_" + id;
    public static string HandOverName(string id) => "h_" + id;

    /// <summary>A backend without servers, which gives a listener's own answer.</summary>
    public static string AnswerName(string id) => "a_" + id;

    /// <param name="wanted">Verified.</param>
    public static Rendered Render(ProxyConfiguration wanted, HostSettings host)
    {
        var shape = new ConfigurationWriter(wanted, host, withServers: false).WriteAll();
        var full = new ConfigurationWriter(wanted, host, withServers: true);
        var body = full.WriteAll();
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shape)))[..20];
        return new()
        {
            Shape = name,
            Text = body.Replace(ShapeMark, name, StringComparison.Ordinal),
            Files = full.rules.Files.ToImmutable(),
        };
    }

    private string WriteAll()
    {
        WriteGlobal();
        WriteDefaults();
        WriteInternals();
        if (host.SharedPort is { } port) WriteSharedPort(port);
        foreach (var listener in wanted.Listeners.Where(l => l.Protocol is ProxyProtocol.Http))
        {
            WriteListener(listener);
            if (RuleWriter.AnswersBehind(listener)) WriteAnswer(listener);
            if (HandOver.IsPossible(listener)) WriteHandOver(listener);
            if (host.SharedPort is not null) WriteRelay(RelayName(listener.Id), listener, "", retries: 0);
        }
        foreach (var backend in wanted.Backends.Where(b => !b.Protocol.IsTcp)) WriteBackend(backend);
        new ConnectionWriter(Section, Line, rules, host.RequestSocket, withServers).Write(wanted);
        return text.ToString();
    }

    private void WriteGlobal()
    {
        Section("global");
        Line($"description minato {host.InstallationId} {ShapeMark}");
        Line($"stats socket unix@{Quoted(host.StatisticsSocket)} mode 600 level admin expose-fd listeners");
        Line("stats timeout 1m");
        Line($"maxconn {Number(host.MaxConnections(wanted.Listeners.Length))}");
        Line($"nbthread {Number(host.Threads)}");
        foreach (var line in HeaderLimits.Lines) Line(line);
        // Texts are compared as fast as their comparison's result would be found again.
        Line("tune.pattern.cache-size 0");
        // Two installations must not share a port by accident.
        Line("noreuseport");
        // Workers of earlier configurations end with their last connection, at the latest after the longest deregistration delay.
        Line("hard-stop-after 3700s");
        if (host.User is { } user) { Line($"user {user}"); Line($"group {user}"); }
    }

    private void WriteDefaults()
    {
        Section("defaults");
        Line("mode http");
        Line("timeout connect 3s");
        Line("timeout client 60s");
        Line("timeout server 60s");
        Line("timeout http-request 60s");
        Line("timeout http-keep-alive 60s");
        Line("option http-keep-alive");
        // A client's idle connection outlives a reload and is told to close with its next answer: no request is lost on it.
        Line("option idle-close-on-response");
        Line("option redispatch 1");
        Line("retries 2");
        Line("retry-on conn-failure");
        Line("http-reuse safe");
        foreach (var line in Pages.ErrorLines()) Line(line);
    }

    private void WriteInternals()
    {
        Section("frontend m_idle"); // HAProxy does not start without a listener; an installation may have none.
        Line($"bind unix@{Quoted(host.IdleSocket)} mode 600");
        Section("backend m_none");
        Line($"http-request return {Pages.Return(503)}");
        Section("backend m_tickets");
        Line("stick-table type integer size 100k store gpc0");
    }

    private void WriteSharedPort(int port)
    {
        Section("frontend m_shared");
        Line($"bind 127.0.0.1:{Number(port)}");
        Line("timeout client 3600s"); // The listener behind it has its own, shorter one.
        var names = string.Concat(SharedNames().Select(n => $"{n.Name} {RelayName(n.Listener)}\n").Order(StringComparer.Ordinal));
        Line($"use_backend %[{ConditionWriter.HostName},lower,map_str({rules.Files.Add("hosts", names, "map")},m_unknown)]");
        Line("default_backend m_unknown");
        Section("backend m_unknown");
        Line($"http-request return status 404 content-type text/plain string \"No load balancer has this host name.\" {Pages.ServerHeader}");
    }

    /// <summary>A name that several listeners of a load balancer share leads to the one with the lowest port.</summary>
    private IEnumerable<(string Name, string Listener)> SharedNames() => wanted.Listeners.Where(l => l.Protocol is ProxyProtocol.Http)
        .SelectMany(l => l.HostNames.Where(Safe.IsHostName).Select(n => (Name: n.ToLowerInvariant(), l.Port, l.Id)))
        .GroupBy(n => n.Name, StringComparer.Ordinal)
        .Select(g => (g.Key, g.OrderBy(n => n.Port).ThenBy(n => n.Id, StringComparer.Ordinal).First().Id));

    private void WriteListener(ProxyListener listener)
    {
        var idle = Milliseconds(listener.IdleTimeout);
        Section($"frontend {FrontendName(listener.Id)}");
        foreach (var line in BindLines.Of(listener, rules.Files)) Line(line);
        Line($"timeout client {idle}");
        Line($"timeout http-request {idle}");
        Line($"timeout http-keep-alive {idle}");
        var handsOver = HandOver.IsPossible(listener);
        if (handsOver) Line(HandOver.Taking);
        WriteConnectionAge(listener.ClientKeepAlive);
        if (handsOver)
            foreach (var line in HandOver.Giving(HandOverName(listener.Id))) Line(line);
        Line($"http-request return {Pages.Return(405)} if METH_TRACE");
        if (listener.Tls is { } tls) TlsWriter.WriteHeaders(Line, tls);
        foreach (var line in RequestLines.Of(listener, host.RequestSocket)) Line(line);
        foreach (var (name, value) in listener.AnswerHeaders) WriteAnswerHeader(name, value);
        rules.Write(listener);
    }

    private void WriteAnswer(ProxyListener listener)
    {
        Section($"backend {AnswerName(listener.Id)}");
        rules.WriteAnswerBehind(listener);
    }

    private void WriteAnswerHeader(string name, string? value)
    {
        if (value is null) Line($"http-after-response del-header {name}");
        else if (Safe.LogFormat(value) is { } format) Line($"http-after-response set-header {name} {format}");
    }

    private void WriteConnectionAge(TimeSpan age)
    {
        var seconds = Number((long)Math.Ceiling(age.TotalSeconds));
        Line("tcp-request session set-var(sess.since) date");
        Line($"http-after-response set-header connection close if {{ date,sub(sess.since) ge {seconds} }}");
    }

    /// <summary>Tried again after a second: the one to take over may have to be started first.</summary>
    private void WriteHandOver(ProxyListener listener)
    {
        WriteRelay(HandOverName(listener.Id), listener, HandOver.ServerOptions, retries: 2);
        Line(HandOver.Source);
    }

    private void WriteRelay(string name, ProxyListener listener, string options, int retries)
    {
        Section($"backend {name}");
        Line($"timeout server {Milliseconds(listener.IdleTimeout + TimeSpan.FromSeconds(5))}");
        Line($"timeout tunnel {Milliseconds(listener.IdleTimeout + TimeSpan.FromSeconds(5))}");
        WriteUnreached();
        Line($"retries {Number(retries)}");
        Line($"server listener {Safe.Endpoint(listener.Address, listener.Port)}{TlsWriter.RelayOptions(listener.Tls)}{options}");
    }

    private void WriteBackend(ProxyBackend backend)
    {
        var idle = Milliseconds(IdleTimeout(backend.Id));
        Section($"backend {BackendName(backend.Id)}");
        Line($"balance {Algorithm(backend.Algorithm)}");
        Line($"timeout server {idle}");
        Line($"timeout tunnel {idle}");
        if (backend.Protocol.IsHttp2) Line($"http-request return {Pages.Return(464)} if !{{ fc_http_major 2 }}");
        // Servers compare what they are asked for with how they are asked.
        if (backend.Protocol is { IsHttp2: true, IsTls: false }) Line("http-request set-uri http://%[req.hdr(host)]%[pathq]");
        if (backend.Stickiness is { } stickiness)
        {
            rules.Files[StickinessWriter.ServersMap(backend.Id)] = Maps.FileText(StickinessWriter.Servers(backend));
            StickinessWriter.WriteServer(Line, backend.Id, stickiness);
        }
        var before = wanted.Listeners.Where(l => LeadsTo(l, backend.Id)).ToList();
        if (backend.IsFunction)
            foreach (var line in FunctionLines.Of(backend.Id)) Line(line);
        foreach (var line in RequestHeaders.Lines(backend.Requests, RequestSurroundings.Of(before))) Line(line);
        WriteUnreached();
        var options = TlsWriter.ServerOptions(backend.Protocol);
        if (options.Length > 0) Line($"# servers:{options}"); // Not a default-server line, which takes only some of them; it makes them part of the shape.
        if (backend.Source is { } source) Line($"source {source}"); // Also for servers that are added at run time.
        if (!withServers) return;
        foreach (var server in backend.Servers)
        {
            // In a new worker a draining server has nothing in flight: it starts out disabled, without a moment of traffic.
            var state = server.State is ServerState.Ready ? "" : " disabled";
            Line($"server {server.Id} {Safe.Endpoint(server.Address, server.Port)}{options} weight {Number(server.Weight)}{state}");
        }
    }

    private void WriteUnreached() => Line($"errorfile 503 {rules.Files.Add("unreached", Pages.Unreached, "http")}");

    /// <summary>A timeout of the load balancer, which HAProxy keeps on the side of the backend.</summary>
    private TimeSpan IdleTimeout(string backend)
    {
        var longest = wanted.Listeners.Where(l => LeadsTo(l, backend)).Select(l => l.IdleTimeout).DefaultIfEmpty(TimeSpan.FromSeconds(60)).Max();
        return longest;
    }

    private static bool LeadsTo(ProxyListener listener, string backend) =>
        Actions(listener).OfType<ProxyAction.Forward>().Any(f => f.Backends.Any(b => b.Backend == backend));

    private static IEnumerable<ProxyAction> Actions(ProxyListener listener) => listener.Rules.Select(r => r.Action).Append(listener.DefaultAction);

    private static string Algorithm(BalanceAlgorithm algorithm) => algorithm switch
    {
        BalanceAlgorithm.LeastOutstandingRequests => "leastconn",
        BalanceAlgorithm.Random => "random",
        _ => "roundrobin",
    };

    private static string Milliseconds(TimeSpan time) => Number(Math.Clamp((long)time.TotalMilliseconds, 1, 86_400_000)) + "ms";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>HAProxy takes everything in single quotes as it is, up to the next one.</summary>
    private static string Quoted(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private void Section(string name) => text.Append(name).Append('\n');

    private void Line(string line) => text.Append(Indent).Append(line).Append('\n');
}
