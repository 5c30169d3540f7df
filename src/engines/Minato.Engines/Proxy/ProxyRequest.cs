namespace Minato.Engines.Proxy;

/// <summary>A request that ended. Times are null when it did not come that far.</summary>
public sealed record ProxyRequest
{
    public required string Listener { get; init; }
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Null when the load balancer answered by itself.</summary>
    public string? Backend { get; init; }
    public string? Server { get; init; }
    public required RequestEnd End { get; init; }

    /// <summary>What the client was answered; 0 when it was gone before.</summary>
    public required int Status { get; init; }

    /// <summary>What the server answered; null when it did not.</summary>
    public int? ServerStatus { get; init; }

    /// <summary>From the last byte of the request to the first of the server's answer.</summary>
    public TimeSpan? ServerTime { get; init; }

    /// <summary>How many requests this one stands for: more than one when not all were told.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>For listeners that tell all.</summary>
    public ProxyRequestDetails? Details { get; init; }

    /// <summary>It was no request but a connection: of a listener with TLS that tells all and forwards connections, or one whose handshake failed.</summary>
    public ProxyConnectionDetails? Connection { get; init; }
}

/// <summary>What an access log says besides.</summary>
public sealed record ProxyRequestDetails
{
    public required string ClientAddress { get; init; }
    public required int ClientPort { get; init; }
    public string? ServerAddress { get; init; }
    public int? ServerPort { get; init; }
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>From the first byte of the request until it was sent to a server.</summary>
    public TimeSpan? RequestTime { get; init; }
    public required long BytesIn { get; init; }
    public required long BytesOut { get; init; }
    public required string Method { get; init; }

    /// <summary>Path and query.</summary>
    public required string Target { get; init; }
    public required string Version { get; init; }
    public string? Host { get; init; }
    public string? UserAgent { get; init; }
    public string? TraceId { get; init; }

    /// <summary>Null for the default action, and for what was answered before any rule.</summary>
    public int? Priority { get; init; }

    /// <summary>Protocol and cipher of a client that spoke TLS.</summary>
    public string? TlsProtocol { get; init; }
    public string? TlsCipher { get; init; }
    public string? Location { get; init; }

    /// <summary>When the connection that it came over began, to the second.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }

    /// <summary>Of the connection, told with its first request.</summary>
    public TimeSpan? HandshakeTime { get; init; }

    /// <summary>The name that the client asked for in its handshake.</summary>
    public string? ServerName { get; init; }
    public ProxyClientCertificate? ClientCertificate { get; init; }
}

/// <summary>What a client showed of itself.</summary>
/// <param name="Subject">As RFC 2253 writes it.</param>
/// <param name="Serial">Hexadecimal.</param>
public sealed record ProxyClientCertificate(string Subject, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>A connection with TLS that ended.</summary>
public sealed record ProxyConnectionDetails
{
    public required string ClientAddress { get; init; }
    public required int ClientPort { get; init; }
    public string? ServerAddress { get; init; }
    public int? ServerPort { get; init; }
    public required DateTimeOffset BeganAt { get; init; }
    public TimeSpan Duration { get; init; }
    public TimeSpan? HandshakeTime { get; init; }
    public long BytesIn { get; init; }
    public long BytesOut { get; init; }

    /// <summary>Null when the handshake failed.</summary>
    public string? TlsProtocol { get; init; }
    public string? TlsCipher { get; init; }
    public string? ServerName { get; init; }

    /// <summary>The protocol inside that client and listener agreed on.</summary>
    public string? Alpn { get; init; }

    /// <summary>OpenSSL's number of what is wrong with the client's certificate; 0 for other reasons, null when the handshake succeeded.</summary>
    public int? HandshakeFault { get; init; }
}

/// <summary>How a request ended.</summary>
public enum RequestEnd
{
    /// <summary>With an answer of a server.</summary>
    Answered,

    /// <summary>With one the load balancer was told to give: a redirect or a fixed response.</summary>
    Told,

    /// <summary>With an error of the load balancer's own.</summary>
    Error,

    /// <summary>No server took the connection.</summary>
    Unreached,

    /// <summary>The client was gone before there was an answer.</summary>
    Abandoned,

    /// <summary>It was no request one could make anything of.</summary>
    Malformed,
}
