using System.Collections.Immutable;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>What every request carries on its way to a target, and the two reasons to turn it away first.</summary>
internal static class RequestHeaders
{
    private const string Hex8 = "%[rand,hex,bytes(8,8),lower]";
    private const string TraceId = $"1-%[date,hex,bytes(8,8),lower]-{Hex8}%[rand,xxh64(1),hex,lower]";

    /// <summary>
    /// Most requests carry neither X-Forwarded-For nor X-Amzn-Trace-Id: both are looked for once, and only who brings one pays for the rules
    /// about what was brought. Nothing may follow these lines, which end for most at the <c>allow</c>.
    /// </summary>
    /// <param name="isBehindTls">Whether some of them may come over HTTPS.</param>
    public static ImmutableArray<string> Lines(bool isBehindTls) =>
    [
        $"http-request return {Pages.Return(503)} if {{ nbsrv eq 0 }}",
        "option forwardfor if-none",
        $"http-request set-header X-Forwarded-Proto {(isBehindTls ? "%[ssl_fc,iif(https,http)]" : "http")}",
        "http-request set-header X-Forwarded-Port %[dst_port]",
        "http-request set-var(txn.brought) int(1) if { req.fhdr(x-amzn-trace-id) -m found } || { req.fhdr(x-forwarded-for) -m found }",
        $"http-request set-header X-Amzn-Trace-Id Root={TraceId} if !{{ var(txn.brought) -m found }}",
        "http-request allow if !{ var(txn.brought) -m found }",
        $"http-request return {Pages.Return(463)} if {{ req.hdr_cnt(x-forwarded-for) gt 30 }}",
        // Several lines stay several: one more says the same as one that is longer.
        "http-request set-var(txn.lines) req.fhdr_cnt(x-forwarded-for)",
        "http-request set-header X-Forwarded-For %[req.fhdr(x-forwarded-for)],\\ %[src] if { var(txn.lines) -m int eq 1 }",
        "http-request add-header X-Forwarded-For %[src] if { var(txn.lines) -m int gt 1 }",
        "http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id)",
        $"http-request set-header X-Amzn-Trace-Id Root={TraceId} if !{{ var(txn.trace) -m found }}",
        $"http-request set-header X-Amzn-Trace-Id Self={TraceId};%[var(txn.trace)] if {{ var(txn.trace) -m sub Root= }}",
        $"http-request set-header X-Amzn-Trace-Id Root={TraceId};%[var(txn.trace)] if {{ var(txn.trace) -m found }} !{{ var(txn.trace) -m sub Root= }}",
    ];
}
