using System.Collections.Immutable;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>What every request carries on its way to a target, and the two reasons to turn it away first.</summary>
internal static class RequestHeaders
{
    private const string TraceTail = "1-%[date,hex,bytes(8,8),lower]-%[uuid(),regsub(-,,g),bytes(0,24)]";

    public static ImmutableArray<string> Lines { get; } =
    [
        $"http-request return {Pages.Return(503)} if {{ nbsrv eq 0 }}",
        $"http-request return {Pages.Return(463)} if {{ req.hdr_cnt(x-forwarded-for) gt 30 }}",
        "http-request set-var(txn.xff) req.fhdr_cnt(x-forwarded-for)",
        "http-request set-header X-Forwarded-For %[req.fhdr(x-forwarded-for)],\\ %[src] if { var(txn.xff) -m int eq 1 }",
        "http-request add-header X-Forwarded-For %[src] if !{ var(txn.xff) -m int eq 1 }",
        "http-request set-header X-Forwarded-Proto http",
        "http-request set-header X-Forwarded-Port %[dst_port]",
        "http-request set-var(txn.trace) int(1) if { req.fhdr(x-amzn-trace-id) -m found }",
        $"http-request set-header X-Amzn-Trace-Id Self={TraceTail};%[req.fhdr(x-amzn-trace-id)] if {{ var(txn.trace) -m found }} {{ req.fhdr(x-amzn-trace-id) -m sub Root= }}",
        $"http-request set-header X-Amzn-Trace-Id Root={TraceTail};%[req.fhdr(x-amzn-trace-id)] if {{ var(txn.trace) -m found }} !{{ req.fhdr(x-amzn-trace-id) -m sub Root= }}",
        $"http-request set-header X-Amzn-Trace-Id Root={TraceTail} if !{{ var(txn.trace) -m found }}",
    ];
}
