using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What a look at the engine says about a container's progress.</summary>
internal static class ContainerObservation
{
    /// <param name="seen">Null: the engine has no such container.</param>
    public static ContainerProgress Fold(ContainerProgress known, ContainerDefinition definition, EngineContainer? seen, DateTimeOffset now)
    {
        if (known.LastStatus == ContainerLastStatus.Stopped) return known;
        if (seen is null) return known.RuntimeId is null ? known : Ended(known, now) with { Reason = StopReasons.Vanished };
        var found = known with { RuntimeId = seen.Id, ImageDigest = known.ImageDigest ?? seen.ImageDigest };
        return seen.Phase switch
        {
            ContainerPhase.Running => Running(found, definition, seen, now),
            ContainerPhase.Exited => Exited(found, seen, now),
            _ => found,
        };
    }

    private static ContainerProgress Running(
        ContainerProgress known, ContainerDefinition definition, EngineContainer seen, DateTimeOffset now) => known with
    {
        LastStatus = ContainerLastStatus.Running,
        HasRun = true,
        IsPulled = true,
        Reason = null,
        StartedAt = known.StartedAt ?? seen.StartedAt ?? now,
        HealthStatus = Health(definition, seen.Health),
        Address = seen.Address ?? known.Address,
        NetworkBindings = Same(known, seen) ? known.NetworkBindings : [.. seen.Ports.Select(Binding)],
    };

    private static ContainerProgress Exited(ContainerProgress known, EngineContainer seen, DateTimeOffset now)
    {
        var ran = known.HasRun || seen.StartedAt is not null;
        return Ended(known, now) with
        {
            HasRun = ran,
            IsPulled = true,
            StartedAt = known.StartedAt ?? seen.StartedAt,
            FinishedAt = seen.FinishedAt ?? now,
            ExitCode = seen.ExitCode,
            Reason = seen.OutOfMemory ? StopReasons.OutOfMemory
                : string.IsNullOrEmpty(seen.Error) ? null
                : StopReasons.Named(ran ? "DockerStateError" : "CannotStartContainerError", seen.Error),
        };
    }

    private static ContainerProgress Ended(ContainerProgress known, DateTimeOffset now) =>
        known with { LastStatus = ContainerLastStatus.Stopped, FinishedAt = now };

    // AWS: a HEALTHCHECK of the image is not monitored, only the definition's own.
    private static HealthStatus Health(ContainerDefinition definition, ContainerHealth? health) =>
        definition.HealthCheck is null ? HealthStatus.Unknown : health switch
        {
            ContainerHealth.Healthy => HealthStatus.Healthy,
            ContainerHealth.Unhealthy => HealthStatus.Unhealthy,
            _ => HealthStatus.Unknown,
        };

    private static NetworkBinding Binding(PortBinding port) => new()
    {
        BindIP = port.HostAddress,
        ContainerPort = port.ContainerPort,
        HostPort = port.HostPort,
        Protocol = port.Protocol == "udp" ? TransportProtocol.Udp : TransportProtocol.Tcp,
    };

    private static bool Same(ContainerProgress known, EngineContainer seen) =>
        known.NetworkBindings.Length == seen.Ports.Length
        && known.NetworkBindings.Zip(seen.Ports).All(p => p.First.ContainerPort == p.Second.ContainerPort && p.First.HostPort == p.Second.HostPort);
}
