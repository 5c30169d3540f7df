namespace Minato.Engines.HaProxy;

/// <summary>Where the HAProxy of one installation lives.</summary>
public sealed record HaProxyOptions
{
    /// <summary>Holds configuration, process id, log and, unless its name is too long for a socket, the sockets.</summary>
    public required string Directory { get; init; }

    /// <summary>Null looks in the usual places and on the path.</summary>
    public string? Executable { get; init; }

    /// <summary>One more port on 127.0.0.1 where load balancers are found by Host header.</summary>
    public int? SharedPort { get; init; }

    /// <summary>Told in HAProxy's description, so that a person can see whose process it is.</summary>
    public required string InstallationId { get; init; }
}
