using System.Net;

namespace Minato.Engines.Dns;

public sealed record DnsServerOptions
{
    /// <summary>UDP and TCP on 127.0.0.1; 0 for any.</summary>
    public required int Port { get; init; }

    /// <summary>Who is asked for tasks about names of others; null for what <c>/etc/resolv.conf</c> says.</summary>
    public IPEndPoint? Upstream { get; init; }
}
