using System.Collections.Immutable;

namespace Minato.Engines.Proxy;

/// <summary>What a listener understands of what comes in.</summary>
public enum ProxyProtocol
{
    /// <summary>Requests: rules look at them. With <see cref="ProxyListener.Tls"/>, HTTP/2 is spoken too where it is offered.</summary>
    Http,

    /// <summary>Connections: forwarded as they are, by the default action alone.</summary>
    Tcp,

    /// <summary>Datagrams: those of one client address and port stay with one server.</summary>
    Udp,

    /// <summary>Both on one port.</summary>
    TcpUdp,
}

/// <summary>How a listener ends TLS.</summary>
public sealed record ProxyTls
{
    /// <summary>Presented when the client names no host that one of <see cref="Certificates"/> is for.</summary>
    public required ProxyCertificate Default { get; init; }

    /// <summary>Chosen by the host name the client asks for: exact names before wildcards, elliptic keys for clients that take them, earlier before later ones.</summary>
    public ImmutableArray<ProxyCertificate> Certificates { get; init; } = [];

    /// <summary><c>TLSv1</c>, <c>TLSv1.1</c>, <c>TLSv1.2</c> or <c>TLSv1.3</c>.</summary>
    public required string Oldest { get; init; }
    public required string Newest { get; init; }

    /// <summary>In order of preference; those of TLS 1.3 begin with <c>TLS_</c>.</summary>
    public required ImmutableArray<string> Ciphers { get; init; }

    /// <summary>Protocols to offer, the preferred first: <c>h2</c>, <c>http/1.1</c>. None offers nothing.</summary>
    public ImmutableArray<string> Alpn { get; init; } = [];

    /// <summary>Asks the client for a certificate and hands it on in <c>X-Amzn-Mtls-Clientcert</c>, whoever signed it.</summary>
    public bool PassesClientCertificate { get; init; }

    /// <summary>Demands a certificate of the client that these authorities signed, and tells targets what is in it; null demands none.</summary>
    public ProxyClientTrust? Trust { get; init; }

    /// <summary>Tells targets the version and cipher suite in <c>x-amzn-tls-version</c> and <c>x-amzn-tls-cipher-suite</c>.</summary>
    public bool TellsTargets { get; init; }

    /// <summary>Other names for headers that tell targets of TLS and of the client's certificate: <c>X-Amzn-Tls-Version</c> and what takes its place.</summary>
    public ImmutableArray<(string Header, string Name)> Renamed { get; init; } = [];
}

/// <param name="Authorities">Certificates, PEM.</param>
/// <param name="Revocations">Lists of certificates that count no more, PEM; null where there is none. An authority without a list revokes nothing.</param>
/// <param name="IgnoresExpiry">A certificate that has expired is taken, too.</param>
/// <param name="NamesAuthorities">Clients are told whose certificates are taken.</param>
public sealed record ProxyClientTrust(string Authorities, string? Revocations, bool IgnoresExpiry, bool NamesAuthorities);

/// <param name="Id">Other contents have another id.</param>
/// <param name="Pem">Certificate, chain and private key.</param>
public sealed record ProxyCertificate(string Id, string Pem)
{
    public bool Equals(ProxyCertificate? other) => Id == other?.Id;

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Id; // A key does not belong in a log.
}

/// <summary>How a backend's servers are spoken to.</summary>
public sealed record ServerProtocol
{
    public static readonly ServerProtocol Http1 = new();

    /// <summary>HTTP/2: clients must speak it as well.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>TLS, to whoever answers: certificates are not looked at.</summary>
    public bool IsTls { get; init; }

    /// <summary>Connections of a <see cref="ProxyProtocol.Tcp"/> listener.</summary>
    public bool IsTcp { get; init; }

    /// <summary>Tells the client's address in a PROXY header, version 2.</summary>
    public bool SendsProxyHeader { get; init; }

    /// <summary>Keeps a client's address with one server.</summary>
    public bool FollowsSource { get; init; }

    /// <summary>Ends connections to a server that is taken away.</summary>
    public bool EndsWhenRemoved { get; init; }

    /// <summary>Ends connections to a server that is stopped.</summary>
    public bool EndsWhenStopped { get; init; }
}
