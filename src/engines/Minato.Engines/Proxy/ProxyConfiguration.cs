using System.Collections.Immutable;

namespace Minato.Engines.Proxy;

/// <summary>All that the proxy of an installation is to do. Ids are stable and safe in file names: letters, digits, <c>-</c>, <c>_</c>.</summary>
public sealed record ProxyConfiguration
{
    public ImmutableArray<ProxyListener> Listeners { get; init; } = [];
    public ImmutableArray<ProxyBackend> Backends { get; init; } = [];
}

/// <param name="Address">Loopback address of the load balancer.</param>
public sealed record ProxyListener
{
    public required string Id { get; init; }
    public required string Address { get; init; }
    public required int Port { get; init; }

    /// <summary>Addresses of the host in networks of its containers, where it listens at the same port; they may come and go.</summary>
    public ImmutableArray<string> InnerAddresses { get; init; } = [];
    public ProxyProtocol Protocol { get; init; }

    /// <summary>Null when what comes in is not encrypted.</summary>
    public ProxyTls? Tls { get; init; }

    /// <summary>Names by which the load balancer is also found on the shared port, by Host header.</summary>
    public ImmutableArray<string> HostNames { get; init; } = [];

    /// <summary>In ascending priority; the first whose conditions all hold decides. <see cref="DefaultAction"/> otherwise.</summary>
    public ImmutableArray<ProxyRule> Rules { get; init; } = [];
    public required ProxyAction DefaultAction { get; init; }
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan ClientKeepAlive { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Headers of every answer, in place of what a server said of the same name. A null value takes the header away.</summary>
    public ImmutableArray<(string Name, string? Value)> AnswerHeaders { get; init; } = [];

    /// <summary>Whether every request is told with all that an access log says of it; otherwise with what metrics need, and when there are many, of some.</summary>
    public bool TellsAll { get; init; }
}

/// <param name="Conditions">All must hold.</param>
public sealed record ProxyRule(int Priority, ImmutableArray<ProxyCondition> Conditions, ProxyAction Action)
{
    /// <summary>What a forwarded request is told to be, after its rule was chosen: one of each part at most.</summary>
    public ImmutableArray<ProxyRewrite> Rewrites { get; init; } = [];
}

/// <summary>Exchanges what an expression finds in the Host header, or in path and query; <c>$1</c> is its first group.</summary>
public sealed record ProxyRewrite(RewrittenPart Part, string Regex, string Replacement);

public enum RewrittenPart { Host, Url }

/// <summary>
/// Values within a condition are alternatives, and so are expressions. <c>*</c> and <c>?</c> are wildcards of values; expressions are
/// searched for, have no look-around, back references or Unicode classes, and mean the same to every library.
/// </summary>
public abstract record ProxyCondition
{
    private ProxyCondition() { }
    public sealed record Host(ImmutableArray<string> Values) : ProxyCondition
    {
        public ImmutableArray<string> Regexes { get; init; } = [];
    }

    public sealed record Path(ImmutableArray<string> Values) : ProxyCondition
    {
        public ImmutableArray<string> Regexes { get; init; } = [];
    }

    public sealed record Method(ImmutableArray<string> Values) : ProxyCondition;
    public sealed record Header(string Name, ImmutableArray<string> Values) : ProxyCondition
    {
        public ImmutableArray<string> Regexes { get; init; } = [];
    }

    public sealed record Query(ImmutableArray<(string? Key, string Value)> Values) : ProxyCondition;
    public sealed record SourceIp(ImmutableArray<string> Cidrs) : ProxyCondition;
}

public abstract record ProxyAction
{
    private ProxyAction() { }

    /// <summary>A share of requests for each backend, weight ÷ sum; an empty backend keeps its share and answers 503.</summary>
    public sealed record Forward(ImmutableArray<WeightedBackend> Backends) : ProxyAction
    {
        /// <summary>How long a client stays with the backend it got, by cookie <c>AWSALBTG</c>, whatever the weights; null when it does not.</summary>
        public TimeSpan? Stickiness { get; init; }
    }

    public sealed record FixedResponse(int Status, string? ContentType, string? Body) : ProxyAction;

    /// <summary>Parts may hold <c>#{protocol} #{host} #{port} #{path} #{query}</c>.</summary>
    public sealed record Redirect(int Status, string Protocol, string Host, string Port, string Path, string Query) : ProxyAction;
}

/// <param name="Weight">0 to 999.</param>
public sealed record WeightedBackend(string Backend, int Weight);

/// <summary>A target group as the proxy sees it.</summary>
public sealed record ProxyBackend
{
    public required string Id { get; init; }
    public ImmutableArray<ProxyServer> Servers { get; init; } = [];
    public BalanceAlgorithm Algorithm { get; init; }
    public ServerProtocol Protocol { get; init; } = ServerProtocol.Http1;

    /// <summary>Null when every request may go to any server.</summary>
    public ProxyStickiness? Stickiness { get; init; }
    public ProxyRequestRules Requests { get; init; } = new();

    /// <summary>Its server is the entrance of <see cref="Functions.IFunctionEntrance"/>, where requests name this backend as their door.</summary>
    public bool IsFunction { get; init; }

    /// <summary>The host's address that connections to its servers come from; null leaves it to the host.</summary>
    public string? Source { get; init; }
}

/// <summary>What a load balancer makes of the headers of a request before it goes to a server.</summary>
public sealed record ProxyRequestRules
{
    public ForwardedForMode ForwardedFor { get; init; }

    /// <summary>Whether the client's port goes behind its address.</summary>
    public bool ForwardsClientPort { get; init; }

    /// <summary>Otherwise Host names the listener's port when that is neither 80 nor 443, and none when it is.</summary>
    public bool PreservesHost { get; init; }

    /// <summary>Whether headers are left away whose names have other characters than letters, digits and hyphens.</summary>
    public bool DropsOddHeaders { get; init; }

    /// <summary>Whether a GET or HEAD that says it has a body is a 400.</summary>
    public bool RefusesOddBodies { get; init; }
}

/// <summary>What becomes of X-Forwarded-For.</summary>
public enum ForwardedForMode { Append, Preserve, Remove }

/// <summary>
/// Keeps a client with its server as long as that is <see cref="ServerState.Ready"/>; each answer begins the duration anew.
/// </summary>
/// <param name="ApplicationCookie">Null makes a cookie <c>AWSALB</c> with the first answer; otherwise <c>AWSALBAPP-0</c>, once a server has set this one.</param>
public sealed record ProxyStickiness(TimeSpan Duration, string? ApplicationCookie)
{
    /// <summary>
    /// As a Classic Load Balancer keeps clients: the cookie is <c>AWSELB</c> in both cases, it is given once and not with every answer, and a
    /// duration of zero lasts as long as the client keeps the cookie.
    /// </summary>
    public bool IsClassic { get; init; }
}

public enum BalanceAlgorithm { RoundRobin, LeastOutstandingRequests, Random }

/// <param name="Id">Unique in its backend and never reused for another address.</param>
public sealed record ProxyServer(string Id, string Address, int Port, ServerState State)
{
    public const int FullWeight = 100;

    /// <summary>Its share in relation to the other servers: 1 to <see cref="FullWeight"/>.</summary>
    public int Weight { get; init; } = FullWeight;
}

public enum ServerState
{
    /// <summary>Takes new requests.</summary>
    Ready,

    /// <summary>Finishes what it has, gets nothing new. What it has not finished when it is left out of the configuration is a 502.</summary>
    Draining,

    /// <summary>Known, but gets nothing (not healthy while others are).</summary>
    Stopped,
}

public abstract record ApplyOutcome
{
    private ApplyOutcome() { }
    public sealed record Applied : ApplyOutcome;

    /// <summary>An address and port of a listener is held by someone else. The other listeners are as wanted.</summary>
    public sealed record PortTaken(string Listener, string Reason) : ApplyOutcome;
    public sealed record Away(string Advice) : ApplyOutcome;
    public sealed record Refused(string Reason) : ApplyOutcome;
}

public enum ProxyNotice { Started, Died }

public sealed record ProxyStatistics(ImmutableArray<ListenerStatistics> Listeners, ImmutableArray<ServerStatistics> Servers);

public sealed record ListenerStatistics(string Listener, long Requests, long BytesIn, long BytesOut, long Responses2xx, long Responses3xx,
    long Responses4xx, long Responses5xx)
{
    /// <summary>Made by clients so far.</summary>
    public long Connections { get; init; }

    /// <summary>Of clients, now.</summary>
    public long ActiveConnections { get; init; }

    /// <summary>Handshakes of TLS with clients that failed so far.</summary>
    public long TlsErrors { get; init; }

    /// <summary>Of a listener that forwards datagrams; null of the others. They are counted here alone.</summary>
    public DatagramStatistics? Datagrams { get; init; }
}

/// <param name="Flows">Begun so far.</param>
/// <param name="ActiveFlows">Now.</param>
/// <param name="BytesIn">From clients to servers, without headers.</param>
public sealed record DatagramStatistics(long Flows, long ActiveFlows, long BytesIn, long BytesOut);

/// <param name="Requests">Each counts once, for the server that it was given to last.</param>
/// <param name="ConnectionErrors">Connections that could not be made, and that no other attempt made good.</param>
public sealed record ServerStatistics(string Backend, string Server, long Requests, long ActiveSessions, long Responses2xx,
    long Responses3xx, long Responses4xx, long Responses5xx, long ConnectionErrors)
{
    /// <summary>Made to the server so far.</summary>
    public long Connections { get; init; }

    /// <summary>Handshakes of TLS with the server that failed so far, each attempt for itself.</summary>
    public long TlsErrors { get; init; }

    /// <summary>To and from the server so far.</summary>
    public long Bytes { get; init; }
}

/// <param name="Path">Null asks for a TCP connection only.</param>
/// <param name="Source">As in <see cref="ProxyBackend.Source"/>.</param>
public sealed record ProbeRequest(string Address, int Port, string? Path, TimeSpan Timeout, string? Source = null)
{
    /// <summary>Over TLS, whatever certificate the target has.</summary>
    public bool IsTls { get; init; }

    /// <summary>A call of gRPC: the answer's code is its <c>grpc-status</c>.</summary>
    public bool IsGrpc { get; init; }

    /// <summary>Begins with a PROXY header, version 2, that tells of no client.</summary>
    public bool SendsProxyHeader { get; init; }
}

public abstract record ProbeOutcome
{
    private ProbeOutcome() { }
    public sealed record Connected : ProbeOutcome;
    public sealed record Answered(int Status) : ProbeOutcome;
    public sealed record TimedOut : ProbeOutcome;
    public sealed record Failed(string Reason) : ProbeOutcome;
}
