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

    /// <summary>Names by which the load balancer is also found on the shared port, by Host header.</summary>
    public ImmutableArray<string> HostNames { get; init; } = [];

    /// <summary>In ascending priority; the first whose conditions all hold decides. <see cref="DefaultAction"/> otherwise.</summary>
    public ImmutableArray<ProxyRule> Rules { get; init; } = [];
    public required ProxyAction DefaultAction { get; init; }
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan ClientKeepAlive { get; init; } = TimeSpan.FromSeconds(3600);
}

/// <param name="Conditions">All must hold.</param>
public sealed record ProxyRule(int Priority, ImmutableArray<ProxyCondition> Conditions, ProxyAction Action);

/// <summary>Values within a condition are alternatives. <c>*</c> and <c>?</c> are wildcards.</summary>
public abstract record ProxyCondition
{
    private ProxyCondition() { }
    public sealed record Host(ImmutableArray<string> Values) : ProxyCondition;
    public sealed record Path(ImmutableArray<string> Values) : ProxyCondition;
    public sealed record Method(ImmutableArray<string> Values) : ProxyCondition;
    public sealed record Header(string Name, ImmutableArray<string> Values) : ProxyCondition;
    public sealed record Query(ImmutableArray<(string? Key, string Value)> Values) : ProxyCondition;
    public sealed record SourceIp(ImmutableArray<string> Cidrs) : ProxyCondition;
}

public abstract record ProxyAction
{
    private ProxyAction() { }

    /// <summary>A share of requests for each backend, weight ÷ sum; an empty backend keeps its share and answers 503.</summary>
    public sealed record Forward(ImmutableArray<WeightedBackend> Backends) : ProxyAction;
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
}

public enum BalanceAlgorithm { RoundRobin, LeastOutstandingRequests, Random }

/// <param name="Id">Unique in its backend and never reused for another address.</param>
public sealed record ProxyServer(string Id, string Address, int Port, ServerState State);

public enum ServerState
{
    /// <summary>Takes new requests.</summary>
    Ready,

    /// <summary>Finishes what it has, gets nothing new.</summary>
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
    long Responses4xx, long Responses5xx);

public sealed record ServerStatistics(string Backend, string Server, long Requests, long ActiveSessions, long Responses2xx,
    long Responses3xx, long Responses4xx, long Responses5xx, long ConnectionErrors);

/// <param name="Path">Null asks for a TCP connection only.</param>
public sealed record ProbeRequest(string Address, int Port, string? Path, TimeSpan Timeout);

public abstract record ProbeOutcome
{
    private ProbeOutcome() { }
    public sealed record Connected : ProbeOutcome;
    public sealed record Answered(int Status) : ProbeOutcome;
    public sealed record TimedOut : ProbeOutcome;
    public sealed record Failed(string Reason) : ProbeOutcome;
}
