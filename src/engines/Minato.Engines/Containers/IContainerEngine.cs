namespace Minato.Engines.Containers;

/// <summary>
/// Runs containers on one host. Every call may be repeated: creating a name that exists, starting what runs, stopping what
/// stopped and removing what is gone are all no-ops that answer like the first call. Only containers of this installation are
/// ever seen or touched. Foreseen failures come back as outcomes; <see cref="EngineUnavailableException"/> says that the engine
/// itself is away, and the caller tries again when it is back.
/// </summary>
public interface IContainerEngine
{
    /// <summary>Whether the engine answers, and what it says of itself.</summary>
    ValueTask<EngineStatus> StatusAsync(CancellationToken ct);

    /// <summary>Brings an image to the engine, whatever it has already.</summary>
    ValueTask<PullOutcome> PullAsync(string image, RegistryLogin? login, CancellationToken ct);

    /// <returns>Null when the engine does not have the image.</returns>
    ValueTask<EngineImage?> FindImageAsync(string image, CancellationToken ct);

    ValueTask<CreateOutcome> CreateAsync(ContainerSpec spec, CancellationToken ct);

    /// <summary>Starts what was created or has stopped; what runs already is left alone. An address or port is taken here at the latest.</summary>
    ValueTask<StartOutcome> StartAsync(string containerId, CancellationToken ct);

    /// <summary>Sends the image's stop signal, waits <paramref name="grace"/>, then kills. Returns when the container has stopped.</summary>
    ValueTask<StopOutcome> StopAsync(string containerId, TimeSpan grace, CancellationToken ct);

    /// <summary>Makes an image of what a container's files are now, under this name; of one that runs, it is paused meanwhile.</summary>
    ValueTask<CommitOutcome> CommitAsync(string containerId, string image, CancellationToken ct);

    /// <summary>Removes a container, killing it if it runs, with its unnamed volumes.</summary>
    ValueTask RemoveAsync(string containerId, CancellationToken ct);

    /// <returns>Null when there is no such container of this installation.</returns>
    ValueTask<EngineContainer?> InspectAsync(string containerId, CancellationToken ct);

    /// <summary>Every container of this installation, running or not.</summary>
    ValueTask<IReadOnlyList<EngineContainer>> ListAsync(CancellationToken ct);

    /// <summary>
    /// Containers that were created, started, died, ran out of memory, changed health or were removed, from this call on (not from the
    /// first element on): call this, list, then read, and nothing is missed. Several changes of one container may come as one. Throws
    /// <see cref="EngineUnavailableException"/> while it is read when the engine goes away; call and list again then.
    /// </summary>
    IAsyncEnumerable<ContainerChange> WatchAsync(CancellationToken ct);

    /// <summary>
    /// Lines of a container's output written after <paramref name="after"/> (exclusive, engine's time), then as they come, until
    /// the container stops. Lines are whole, up to 1 MiB: what the engine split is joined. No two lines of a container have the same
    /// time, and a line has the same time whenever it is read: the time of the last line kept is where to go on. Ends at once for a
    /// container that was never started; throws <see cref="EngineUnavailableException"/> when the engine goes away.
    /// </summary>
    IAsyncEnumerable<ContainerLogLine> FollowLogsAsync(string containerId, DateTimeOffset? after, CancellationToken ct);

    /// <returns>Null when the container does not run.</returns>
    ValueTask<ContainerStats?> StatsAsync(string containerId, CancellationToken ct);

    /// <summary>The same in the engine's own words, a JSON object: what a task is told about itself.</summary>
    /// <returns>Null when the container does not run.</returns>
    ValueTask<ReadOnlyMemory<byte>?> RawStatsAsync(string containerId, CancellationToken ct);

    /// <summary>Starts a process beside those of a running container, on a terminal. Not repeatable: every call starts one.</summary>
    ValueTask<ExecOutcome> ExecAsync(string containerId, ExecSpec spec, CancellationToken ct);

    /// <summary>Makes a named volume when it is not there.</summary>
    ValueTask<VolumeOutcome> EnsureVolumeAsync(VolumeSpec spec, CancellationToken ct);

    /// <summary>Removes a named volume; one that a container still has stays and is an error.</summary>
    ValueTask RemoveVolumeAsync(string name, CancellationToken ct);

    /// <summary>Makes the network of a VPC when it is not there.</summary>
    ValueTask<NetworkOutcome> EnsureNetworkAsync(NetworkSpec spec, CancellationToken ct);

    ValueTask RemoveNetworkAsync(string name, CancellationToken ct);

    /// <returns>The engine's default bridge; null when it has none.</returns>
    ValueTask<NetworkSpec?> DefaultBridgeAsync(CancellationToken ct);

    /// <summary>CIDR ranges in use on the host (routes and engine networks), so that a new network can avoid them.</summary>
    ValueTask<IReadOnlyList<string>> UsedRangesAsync(CancellationToken ct);

    /// <returns>What has a part of this range already, named for a person; null when it is free.</returns>
    ValueTask<string?> FindColliderAsync(string cidr, CancellationToken ct);

    /// <summary>Removes every container, network and volume of this installation.</summary>
    ValueTask PurgeAsync(CancellationToken ct);
}

/// <summary>The engine cannot be reached. <see cref="Exception.Message"/> says what a person can do.</summary>
public sealed class EngineUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
