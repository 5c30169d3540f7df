namespace Minato.Engines.Hosts;

/// <summary>
/// Machines that take whole tasks. Each is run by an agent that connected to us; a host is named by the ARN of its container
/// instance. What a host has taken is its own business from then on: how a task fares comes back through the AWS API, not from here.
/// Orders may be repeated.
/// </summary>
public interface ITaskHosts
{
    /// <summary>Hands a task over.</summary>
    ValueTask<OrderOutcome> StartAsync(string host, HostedTask task, CancellationToken ct);

    /// <summary>Orders the end of a task, whether or not the host has it.</summary>
    ValueTask<OrderOutcome> StopAsync(string host, string task, CancellationToken ct);

    /// <summary>Gives a task that the host has new keys under the old ids.</summary>
    ValueTask<OrderOutcome> RenewAsync(string host, string task, HostedKeys keys, CancellationToken ct);

    /// <summary>Ends the connection to a host, if there is one.</summary>
    void Disconnect(string host, string reason);
}

/// <summary>What became of an order.</summary>
public enum OrderOutcome
{
    /// <summary>The host said that it has it.</summary>
    Taken,

    /// <summary>The host is not connected, or went away before it said so: it may or may not have it.</summary>
    Unreachable,
}
