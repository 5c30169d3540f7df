namespace Minato.Engines.Containers;

/// <summary>An engine that will never answer again: what was on it is gone, and nothing can be put there.</summary>
public sealed class LostEngine : IContainerEngine
{
    private const string Gone = "The machine of this container engine was taken out of service.";

    public ValueTask<EngineStatus> StatusAsync(CancellationToken ct) => new(new EngineStatus.Away(Gone));
    public ValueTask<PullOutcome> PullAsync(string image, RegistryLogin? login, CancellationToken ct) => new(new PullOutcome.Failed(PullFailure.Unreachable, Gone));
    public ValueTask<EngineImage?> FindImageAsync(string image, CancellationToken ct) => new(null as EngineImage);
    public ValueTask<CreateOutcome> CreateAsync(ContainerSpec spec, CancellationToken ct) => new(new CreateOutcome.Refused(Gone));
    public ValueTask<StartOutcome> StartAsync(string containerId, CancellationToken ct) => new(new StartOutcome.Gone());
    public ValueTask<StopOutcome> StopAsync(string containerId, TimeSpan grace, CancellationToken ct) => new(new StopOutcome.Stopped());
    public ValueTask<CommitOutcome> CommitAsync(string containerId, string image, CancellationToken ct) => new(new CommitOutcome.Gone());
    public ValueTask RemoveAsync(string containerId, CancellationToken ct) => ValueTask.CompletedTask;
    public ValueTask<EngineContainer?> InspectAsync(string containerId, CancellationToken ct) => new(null as EngineContainer);
    public ValueTask<IReadOnlyList<EngineContainer>> ListAsync(CancellationToken ct) => new([]);
    public IAsyncEnumerable<ContainerChange> WatchAsync(CancellationToken ct) => AsyncEnumerable.Empty<ContainerChange>();
    public IAsyncEnumerable<ContainerLogLine> FollowLogsAsync(string containerId, DateTimeOffset? after, CancellationToken ct) => AsyncEnumerable.Empty<ContainerLogLine>();
    public ValueTask<ContainerStats?> StatsAsync(string containerId, CancellationToken ct) => new(null as ContainerStats);
    public ValueTask<ReadOnlyMemory<byte>?> RawStatsAsync(string containerId, CancellationToken ct) => new(null as ReadOnlyMemory<byte>?);
    public ValueTask<ExecOutcome> ExecAsync(string containerId, ExecSpec spec, CancellationToken ct) => new(new ExecOutcome.Refused(Gone));
    public ValueTask<VolumeOutcome> EnsureVolumeAsync(VolumeSpec spec, CancellationToken ct) => new(new VolumeOutcome.Refused(Gone));
    public ValueTask RemoveVolumeAsync(string name, CancellationToken ct) => ValueTask.CompletedTask;
    public ValueTask<NetworkOutcome> EnsureNetworkAsync(NetworkSpec spec, CancellationToken ct) => new(new NetworkOutcome.Refused(Gone));
    public ValueTask RemoveNetworkAsync(string name, CancellationToken ct) => ValueTask.CompletedTask;
    public ValueTask<NetworkSpec?> DefaultBridgeAsync(CancellationToken ct) => new(null as NetworkSpec);
    public ValueTask<IReadOnlyList<string>> UsedRangesAsync(CancellationToken ct) => new([]);
    public ValueTask<string?> FindColliderAsync(string cidr, CancellationToken ct) => new(null as string);
    public ValueTask PurgeAsync(CancellationToken ct) => ValueTask.CompletedTask;
}
