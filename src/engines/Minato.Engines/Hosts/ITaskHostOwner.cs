using System.Collections.Immutable;

namespace Minato.Engines.Hosts;

/// <summary>Whoever owns the tasks: says which hosts may come in, and hears from them. Nothing a host says is taken as true of another.</summary>
public interface ITaskHostOwner
{
    /// <summary>May it come in? Asked before anything else, and for each connection.</summary>
    HostAdmission Admit(HostGreeting greeting);

    /// <summary>It can be given orders from now on. One connection of a host at a time.</summary>
    void Connected(HostGreeting greeting);

    /// <summary>That connection has ended.</summary>
    void Disconnected(HostGreeting greeting);

    /// <summary>ARNs of the tasks that should run on the host.</summary>
    ImmutableArray<string> TasksOf(string host);

    /// <summary>What containers' health checks on the host say.</summary>
    ValueTask ReportHealthAsync(string host, ImmutableArray<HostedHealth> health, CancellationToken ct);

    /// <summary>How the host's container runtime is.</summary>
    ValueTask ReportRuntimeAsync(string host, RuntimeHealth health, CancellationToken ct);
}

/// <summary>What an agent says of itself when it connects.</summary>
public sealed record HostGreeting
{
    /// <summary>ARN of the container instance.</summary>
    public required string Host { get; init; }

    /// <summary>Tells this connection from the host's others.</summary>
    public required string Connection { get; init; }

    /// <summary>Who signed the request.</summary>
    public required string Principal { get; init; }
    public string? AgentVersion { get; init; }
    public string? AgentHash { get; init; }
    public string? DockerVersion { get; init; }

    /// <summary>A new process: it has forgotten the keys of its tasks.</summary>
    public bool NeedsKeys { get; init; }
}

public abstract record HostAdmission
{
    private HostAdmission() { }

    public sealed record Welcome : HostAdmission;

    /// <summary>It was deregistered: its agent need not ask again soon.</summary>
    public sealed record Inactive(string Reason) : HostAdmission;

    /// <summary>There is no such host.</summary>
    public sealed record Unknown(string Reason) : HostAdmission;

    /// <summary>It belongs to somebody else.</summary>
    public sealed record Denied(string Reason) : HostAdmission;
}

/// <param name="IsHealthy">Null as long as nothing is known.</param>
public sealed record HostedHealth(string Task, string Container, bool? IsHealthy);

/// <param name="Status">As the agent spells it: OK, IMPAIRED, INSUFFICIENT_DATA, INITIALIZING.</param>
public sealed record RuntimeHealth(string Status, DateTimeOffset? UpdatedAt, DateTimeOffset? ChangedAt);
