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
        Details = listener is { TellsAll: true, Protocol: ProxyProtocol.Http } ? Details(rule, call, answer, beganAt) : null,
        Connection = listener is { TellsAll: true, Tls: not null, Protocol: not ProxyProtocol.Http } ? Connection(call, answer, beganAt, now) : null,
    };

    private static ProxyConnectionDetails Connection(ProxyCall call, ProxyAnswer answer, DateTimeOffset beganAt, DateTimeOffset now) => new()
    {
        ClientAddress = call.SourceIp, ClientPort = ClientPort, ServerAddress = answer.Server, BeganAt = beganAt, Duration = now - beganAt, BytesIn = 100, BytesOut = 200,
        TlsProtocol = "TLSv1.3", TlsCipher = "TLS_AES_128_GCM_SHA256", ServerName = call.Host,
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
