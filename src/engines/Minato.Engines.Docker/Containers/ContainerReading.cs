using System.Collections.Immutable;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>What Docker's answer says of a container.</summary>
internal static class ContainerReading
{
    private const int LongestHealthOutput = 1024;

    public static EngineContainer Read(ContainerAnswer answer, string? digest)
    {
        var state = answer.State;
        var phase = Phase(state.Status);
        return new()
        {
            Id = answer.Id,
            Name = answer.Name.TrimStart('/'),
            Labels = (answer.Config.Labels ?? []).ToImmutableSortedDictionary(),
            Phase = phase,
            CreatedAt = Time(answer.Created),
            StartedAt = Time(state.StartedAt),
            FinishedAt = phase is ContainerPhase.Exited ? Later(Time(state.FinishedAt), Time(state.StartedAt)) : null,
            ExitCode = phase is ContainerPhase.Exited ? state.ExitCode : null,
            OutOfMemory = state.OOMKilled,
            Error = string.IsNullOrEmpty(state.Error) ? null : state.Error,
            Health = Health(state.Health?.Status),
            HealthOutput = state.Health?.Log is [.., var last] ? Bounded(last.Output) : null,
            ImageDigest = digest,
            ImageId = answer.Image,
            Address = answer.NetworkSettings?.IPAddress is { Length: > 0 } address ? address : null,
            Ports = Ports(answer.NetworkSettings?.Ports),
        };
    }

    private static ContainerPhase Phase(string status) => status switch
    {
        "created" => ContainerPhase.Created,
        "running" or "paused" or "restarting" => ContainerPhase.Running,
        _ => ContainerPhase.Exited,
    };

    private static ContainerHealth? Health(string? status) => status switch
    {
        "starting" => ContainerHealth.Starting,
        "healthy" => ContainerHealth.Healthy,
        "unhealthy" => ContainerHealth.Unhealthy,
        _ => null,
    };

    /// <summary>Docker says "never" with the year 1.</summary>
    // The end of a short run may be noted before its start is.
    private static DateTimeOffset? Later(DateTimeOffset? end, DateTimeOffset? start) => end < start ? start : end;

    private static DateTimeOffset? Time(DateTimeOffset time) => time.Year == 1 ? null : time;

    private static string? Bounded(string? output) =>
        output is { Length: > LongestHealthOutput } ? output[..LongestHealthOutput] : output;

    private static ImmutableArray<PortBinding> Ports(Dictionary<string, PortBindingBody[]?>? ports) =>
    [
        .. from port in ports ?? []
           from binding in port.Value ?? []
           let key = port.Key.Split('/')
           where int.TryParse(binding.HostPort, out _)
           orderby int.Parse(key[0])
           select new PortBinding(int.Parse(key[0]), int.Parse(binding.HostPort), key.ElementAtOrDefault(1) ?? "tcp", binding.HostIp),
    ];
}
