using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// How the worker of an earlier configuration hands late requests of kept-alive connections to the present one: over a connection to the same
/// listener, which tells the client's address in a PROXY header. It comes from an address that nobody else sends from, and which no load
/// balancer has, so that others need not send such a header.
/// </summary>
internal static class HandOver
{
    private const string Address = "127.0.66.1";

    public const string Source = $"source {Address}";
    public const string ServerOptions = " send-proxy-v2";

    /// <summary>Not where clients show certificates, which cannot be shown again for them: there an earlier worker answers by what it knows.</summary>
    public static bool IsPossible(ProxyListener listener) => listener.Tls is not ({ PassesClientCertificate: true } or { Trust: not null });

    /// <summary>Of the listener, before all else that it says of connections.</summary>
    public const string Taking = $"tcp-request connection expect-proxy layer4 if {{ src {Address} }}";

    /// <summary>Of the listener, before all else that it says of requests.</summary>
    public static IEnumerable<string> Giving(string backend) => ["http-request allow if { stopping }", $"use_backend {backend} if {{ stopping }}"];
}
