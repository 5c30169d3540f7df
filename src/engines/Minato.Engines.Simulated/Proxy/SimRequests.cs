using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>What the simulated proxy tells of a request that ended.</summary>
internal static class SimRequests
{
    private const int ClientPort = 40_000;

    public static ProxyRequest Ended(
        ProxyListener listener, ProxyRule rule, ProxyCall call, ProxyAnswer answer, string? backend, DateTimeOffset beganAt, DateTimeOffset now) => new()
    {
        Listener = listener.Id,
        EndedAt = now,
        Backend = backend,
        Server = answer.Server,
        Status = answer.Status,
        ServerStatus = answer.Server is null ? null : answer.Status,
        ServerTime = answer.Server is null ? null : now - beganAt,
        End = answer.Server is not null ? RequestEnd.Answered : rule.Action is not ProxyAction.Forward ? RequestEnd.Told : answer.Status is 502 ? RequestEnd.Unreached : RequestEnd.Error,
        Details = listener.TellsAll ? Details(rule, call, answer, beganAt) : null,
    };

    private static ProxyRequestDetails Details(ProxyRule rule, ProxyCall call, ProxyAnswer answer, DateTimeOffset beganAt) => new()
    {
        ClientAddress = call.SourceIp,
        ClientPort = ClientPort,
        BeganAt = beganAt,
        RequestTime = answer.Server is null ? null : TimeSpan.Zero,
        BytesIn = 100,
        BytesOut = 200,
        Method = call.Method,
        Target = call.Query.Length > 0 ? $"{call.Path}?{call.Query}" : call.Path,
        Version = "HTTP/1.1",
        Host = call.Host,
        Priority = rule.Priority is int.MaxValue ? null : rule.Priority,
        Location = answer.Location,
    };
}
