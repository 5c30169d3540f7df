using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>What every request carries on its way to a target, and the reasons to turn it away first.</summary>
internal static class RequestHeaders
{
    private const string Hex8 = "%[rand,hex,bytes(8,8),lower]";
    private const string TraceId = $"1-%[date,hex,bytes(8,8),lower]-{Hex8}%[rand,xxh64(1),hex,lower]";
    private const string BringsTrace = "{ req.fhdr(x-amzn-trace-id) -m found }";
    private const string BringsForwarded = "{ req.fhdr(x-forwarded-for) -m found }";
    private const string NamesPort = "{ req.fhdr(host) -m sub : }";
    private const string WithPort = "%[req.fhdr(host)]:%[dst_port]";
    private const string UsualPort = "{ dst_port 80 443 }";

    /// <summary>
    /// Most requests carry neither X-Forwarded-For nor X-Amzn-Trace-Id, nor a port in Host: all are looked for once, and only who brings one pays
    /// for the rules about what was brought. Nothing may follow these lines, which end for most at the <c>allow</c>.
    /// </summary>
    public static IEnumerable<string> Lines(ProxyRequestRules rules, RequestSurroundings around)
    {
        var tellsTrace = around.TellsTrace;
        string Trace(string format) => tellsTrace ? $"http-request set-var-fmt(txn.traced) {format}" : $"http-request set-header X-Amzn-Trace-Id {format}";
        const string Traced = "http-request set-header X-Amzn-Trace-Id %[var(txn.traced)]";
        // A worker that is ending counts no server as usable, and uses them all the same.
        yield return $"http-request return {Pages.Return(503)} if {{ nbsrv eq 0 }} !{{ stopping }}";
        if (rules.RefusesOddBodies)
        {
            yield return $"http-request return {Pages.Return(400)} if {{ method GET HEAD }} {{ req.fhdr_cnt(content-length) gt 0 }}";
            yield return $"http-request return {Pages.Return(400)} if {{ method GET HEAD }} {{ req.fhdr_cnt(transfer-encoding) gt 0 }}";
        }
        if (rules.DropsOddHeaders) yield return "http-request del-header '[^-A-Za-z0-9]' -m reg";
        if (rules.ForwardedFor is ForwardedForMode.Remove) yield return "http-request del-header X-Forwarded-For";
        // The same, but cheaper.
        if (rules is { ForwardedFor: ForwardedForMode.Append, ForwardsClientPort: false }) yield return "option forwardfor if-none";
        yield return $"http-request set-header X-Forwarded-Proto {(around.IsBehindTls ? "%[ssl_fc,iif(https,http)]" : "http")}";
        yield return "http-request set-header X-Forwarded-Port %[dst_port]";
        yield return $"http-request set-var(txn.brought) int(1) if {BringsTrace} || {BringsForwarded}{(rules.PreservesHost ? "" : $" || {NamesPort}")}";
        var namesUnusualPort = !rules.PreservesHost && around.HasUnusualPort;
        if (namesUnusualPort) yield return $"http-request set-header Host {WithPort} if !{{ var(txn.brought) -m found }} !{UsualPort} {{ req.fhdr(host) -m found }}";
        yield return Trace($"Root={TraceId} if !{{ var(txn.brought) -m found }}");
        if (tellsTrace) yield return $"{Traced} if !{{ var(txn.brought) -m found }}";
        if (rules is { ForwardedFor: ForwardedForMode.Append, ForwardsClientPort: true })
            yield return $"http-request set-header X-Forwarded-For {Client(rules)} if !{{ var(txn.brought) -m found }}";
        yield return "http-request allow if !{ var(txn.brought) -m found }";
        if (namesUnusualPort) yield return $"http-request set-header Host {WithPort} if !{UsualPort} {{ req.fhdr(host) -m found }} !{NamesPort}";
        if (!rules.PreservesHost) yield return $"http-request set-header Host %[req.fhdr(host),regsub(:[0-9]*$,)] if {UsualPort} {NamesPort}";
        yield return $"http-request return {Pages.Return(463)} if {{ req.hdr_cnt(x-forwarded-for) gt 30 }}";
        if (rules.ForwardedFor is ForwardedForMode.Append)
            foreach (var line in Append(Client(rules))) yield return line;
        yield return "http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id)";
        yield return Trace($"Root={TraceId} if !{{ var(txn.trace) -m found }}");
        yield return Trace($"Self={TraceId};%[var(txn.trace)] if {{ var(txn.trace) -m sub Root= }}");
        yield return Trace($"Root={TraceId};%[var(txn.trace)] if {{ var(txn.trace) -m found }} !{{ var(txn.trace) -m sub Root= }}");
        if (tellsTrace) yield return Traced;
    }

    /// <summary>Several lines stay several: one more says the same as one that is longer.</summary>
    private static IEnumerable<string> Append(string client) =>
    [
        "http-request set-var(txn.lines) req.fhdr_cnt(x-forwarded-for)",
        $"http-request set-header X-Forwarded-For %[req.fhdr(x-forwarded-for)],\\ {client} if {{ var(txn.lines) -m int eq 1 }}",
        $"http-request add-header X-Forwarded-For {client} if !{{ var(txn.lines) -m int eq 1 }}",
    ];

    private static string Client(ProxyRequestRules rules) => rules.ForwardsClientPort ? "%[src]:%[src_port]" : "%[src]";
}

/// <summary>What the listeners that lead to a backend are like.</summary>
/// <param name="IsBehindTls">Whether some requests may come over HTTPS.</param>
/// <param name="HasUnusualPort">Whether one has another port than 80 and 443.</param>
/// <param name="TellsTrace">Whether the trace has to be remembered for the log.</param>
internal readonly record struct RequestSurroundings(bool IsBehindTls, bool HasUnusualPort, bool TellsTrace)
{
    public static RequestSurroundings Of(IReadOnlyCollection<ProxyListener> listeners) =>
        new(listeners.Any(l => l.Tls is not null), listeners.Any(l => l.Port is not (80 or 443)), listeners.Any(l => l.TellsAll));
}
