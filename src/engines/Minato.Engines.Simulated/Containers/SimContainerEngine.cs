using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Containers;

namespace Minato.Engines.Simulated;

/// <summary>The container engine of a simulated machine, as one installation sees it: deterministic, and under the same contract tests
/// as the real one.</summary>
public sealed class SimContainerEngine : IContainerEngine
{
    private readonly SimHost host;
    private readonly string installation;

    /// <summary>Minato starts on the machine: what an earlier start of this installation watched is heard by nobody any more.</summary>
    public SimContainerEngine(SimHost host, string installation)
    {
        (this.host, this.installation) = (host, installation);
        host.Run(() => host.UnwatchAll(installation));
    }

    public async ValueTask<EngineStatus> StatusAsync(CancellationToken ct)
    {
        await host.WaitAsync(host.Latency.Call, ct);
        return host.Faults.IsAway
            ? new EngineStatus.Away(SimContainerFaults.Gone().Message)
            : new EngineStatus.Up("simulated", 8, 32L << 30, "x86_64");
    }

    public async ValueTask<PullOutcome> PullAsync(string image, RegistryLogin? login, CancellationToken ct)
    {
        var known = await AskAsync(TimeSpan.Zero, () => host.ImageKnown(image), ct);
        await host.WaitAsync((known?.PullTime ?? host.Latency.Call) * host.Faults.PullSlowness, ct);
        return await AskAsync<PullOutcome>(TimeSpan.Zero, () =>
        {
            if (host.Faults.DiskFull) return new PullOutcome.Failed(PullFailure.DiskFull, SimContainerFaults.NoSpace);
            if (known?.PullFailure is { } failure) return failure;
            if (known is null)
            {
                return image.StartsWith("127.0.0.1:1/", StringComparison.Ordinal)
                    ? new PullOutcome.Failed(PullFailure.Unreachable, "dial tcp 127.0.0.1:1: connect: connection refused")
                    : new PullOutcome.Failed(PullFailure.NotFound, $"manifest for {image} not found: manifest unknown");
            }
            host.Bring(image);
            return new PullOutcome.Pulled(Describe(known));
        }, ct);
    }

    public ValueTask<EngineImage?> FindImageAsync(string image, CancellationToken ct) =>
        AskAsync(host.Latency.Call, () => host.ImageHere(image) is { } here ? Describe(here) : null, ct);

    public ValueTask<CreateOutcome> CreateAsync(ContainerSpec spec, CancellationToken ct) =>
        AskAsync<CreateOutcome>(host.Latency.Create, () =>
        {
            if (host.Find(spec.Name) is { } there)
            {
                return there.Installation == installation
                    ? new CreateOutcome.Created(there.Id)
                    : new CreateOutcome.Refused($"The name {spec.Name} is held by a container that is not of this installation.");
            }
            if (host.Faults.NextCreate() is { } fault) return fault;
            if (spec.Network is NetworkAttachment.Address at && NoRoom(at) is { } words) return new CreateOutcome.Refused(words);
            if (host.ImageHere(spec.Image) is not { } image) return new CreateOutcome.ImageMissing($"No such image: {spec.Image}");
            if (Needed(spec).FirstOrDefault(other => Find(other) is null) is { } missing)
                return new CreateOutcome.Refused($"No such container: {missing}");
            var container = new SimContainer(host, host.NewId(), installation, spec, image);
            host.Add(container);
            foreach (var mount in spec.Mounts)
                if (mount.Source is { } source && !source.StartsWith('/')) host.VolumeNames.Add(source);
            return new CreateOutcome.Created(container.Id);
        }, ct);

    public async ValueTask<StartOutcome> StartAsync(string containerId, CancellationToken ct)
    {
        var delay = await AskAsync(TimeSpan.Zero, () => Find(containerId)?.Image.StartDelay ?? TimeSpan.Zero, ct);
        return await AskAsync(host.Latency.Start + delay, () => Start(containerId), ct);
    }

    public async ValueTask<StopOutcome> StopAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        var container = await AskAsync(host.Latency.Call, () =>
        {
            var found = Find(containerId);
            if (found is { IsRunning: true }) found.Terminate(grace);
            return found;
        }, ct);
        while (container is { IsRunning: true })
        {
            var changed = container.Changed.Task;
            if (container.IsRunning) await changed.WaitAsync(ct);
            ThrowIfAway();
        }
        return new StopOutcome.Stopped();
    }

    public ValueTask<CommitOutcome> CommitAsync(string containerId, string image, CancellationToken ct) => AskAsync<CommitOutcome>(host.Latency.Create, () =>
    {
        if (Find(containerId) is not { } container) return new CommitOutcome.Gone();
        if (host.Faults.DiskFull) return new CommitOutcome.Refused(SimContainerFaults.NoSpace);
        var made = container.Image with { Name = image, Digest = null };
        host.AddImage(made, present: true);
        return new CommitOutcome.Committed(Describe(made));
    }, ct);

    public async ValueTask RemoveAsync(string containerId, CancellationToken ct) => await AskAsync(host.Latency.Remove, () =>
    {
        if (Find(containerId) is { } container) host.Remove(container);
        return true;
    }, ct);

    public ValueTask<EngineContainer?> InspectAsync(string containerId, CancellationToken ct) =>
        AskAsync(host.Latency.Call, () => Find(containerId)?.Read(), ct);

    public ValueTask<ExecOutcome> ExecAsync(string containerId, ExecSpec spec, CancellationToken ct) =>
        AskAsync<ExecOutcome>(host.Latency.Call, () =>
        {
            if (Find(containerId) is not { IsRunning: true } container) return new ExecOutcome.NotRunning();
            var process = new SimExecProcess(container);
            process.Start(spec.Command);
            return new ExecOutcome.Started(process);
        }, ct);

    public ValueTask<IReadOnlyList<EngineContainer>> ListAsync(CancellationToken ct) =>
        AskAsync<IReadOnlyList<EngineContainer>>(host.Latency.Call, () => [.. host.Of(installation).Select(c => c.Read())], ct);

    public IAsyncEnumerable<ContainerChange> WatchAsync(CancellationToken ct) =>
        ReadChangesAsync(host.Run(() => host.Watch(installation)), ct);

    public async IAsyncEnumerable<ContainerLogLine> FollowLogsAsync(
        string containerId, DateTimeOffset? after, [EnumeratorCancellation] CancellationToken ct)
    {
        if (await AskAsync(host.Latency.Call, () => Find(containerId), ct) is not { } container) yield break;
        while (true)
        {
            ThrowIfAway();
            var (lines, live, changed) = host.Run(() => (
                container.Log.FindAll(l => after is null || l.Time > after),
                container.IsRunning,
                container.Changed.Task));
            foreach (var line in lines)
            {
                after = line.Time;
                yield return line;
            }
            if (lines.Count > 0) continue;
            if (!live) yield break;
            await changed.WaitAsync(ct);
        }
    }

    public ValueTask<ContainerStats?> StatsAsync(string containerId, CancellationToken ct) =>
        AskAsync(host.Latency.Call, () => Find(containerId) is { IsRunning: true } running
            ? new ContainerStats(host.Now, (host.Now - (running.StartedAt ?? host.Now)).Ticks * 10, 8,
                running.Image.NeedsMemory, running.Spec.MemoryBytes, Bytes(running, 1000), Bytes(running, 500), 0, 0)
            : null, ct);

    // A steady trickle: what a container has sent and received grows with its age.
    private long Bytes(SimContainer container, int perSecond) =>
        (long)((host.Now - (container.StartedAt ?? host.Now)).TotalSeconds * perSecond);

    public async ValueTask<ReadOnlyMemory<byte>?> RawStatsAsync(string containerId, CancellationToken ct) =>
        await StatsAsync(containerId, ct) is not { } stats ? default(ReadOnlyMemory<byte>?) : JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["read"] = stats.ReadAt,
            ["cpu_stats"] = new JsonObject { ["cpu_usage"] = new JsonObject { ["total_usage"] = stats.CpuNanoseconds }, ["online_cpus"] = stats.OnlineCpus },
            ["memory_stats"] = new JsonObject { ["usage"] = stats.MemoryBytes, ["limit"] = stats.MemoryLimitBytes },
            ["networks"] = new JsonObject { ["eth0"] = new JsonObject { ["rx_bytes"] = stats.NetworkRxBytes, ["tx_bytes"] = stats.NetworkTxBytes } },
        });

    public ValueTask<VolumeOutcome> EnsureVolumeAsync(VolumeSpec spec, CancellationToken ct) => AskAsync<VolumeOutcome>(host.Latency.Call, () =>
    {
        if (!spec.MayCreate && !host.VolumeNames.Contains(spec.Name)) return new VolumeOutcome.Refused($"get {spec.Name}: no such volume");
        host.VolumeNames.Add(spec.Name);
        return new VolumeOutcome.Ready($"/var/lib/docker/volumes/{spec.Name}/_data");
    }, ct);

    public async ValueTask RemoveVolumeAsync(string name, CancellationToken ct) =>
        await AskAsync(host.Latency.Call, () => host.VolumeNames.Remove(name), ct);

    public ValueTask<NetworkOutcome> EnsureNetworkAsync(NetworkSpec spec, CancellationToken ct) =>
        AskAsync<NetworkOutcome>(host.Latency.Call, () =>
        {
            if (!IPNetwork.TryParse(spec.Cidr, out var range)) return new NetworkOutcome.Refused($"{spec.Cidr} is not a range.");
            var there = host.Networks.Find(n => n.Installation == installation && n.Spec.Name == spec.Name);
            if (there.Spec is not null)
            {
                return there.Spec == spec
                    ? new NetworkOutcome.Ready()
                    : new NetworkOutcome.Refused($"The network {spec.Name} is there with another range than {spec.Cidr}.");
            }
            if (ColliderOf(range) is { } collider) return new NetworkOutcome.Collides(collider);
            host.Networks.Add((installation, spec));
            return new NetworkOutcome.Ready();
        }, ct);

    public async ValueTask RemoveNetworkAsync(string name, CancellationToken ct) => await AskAsync(
        host.Latency.Call, () => host.Networks.RemoveAll(n => n.Installation == installation && n.Spec.Name == name), ct);

    public ValueTask<NetworkSpec?> DefaultBridgeAsync(CancellationToken ct) =>
        AskAsync<NetworkSpec?>(host.Latency.Call, () => new("bridge", "172.17.0.0/16", "172.17.0.1"), ct);

    public ValueTask<IReadOnlyList<string>> UsedRangesAsync(CancellationToken ct) =>
        AskAsync<IReadOnlyList<string>>(host.Latency.Call, () => [.. host.Networks.Select(n => n.Spec.Cidr).Distinct()], ct);

    public ValueTask<string?> FindColliderAsync(string cidr, CancellationToken ct) =>
        AskAsync(host.Latency.Call, () => IPNetwork.TryParse(cidr, out var range) ? ColliderOf(range) : null, ct);

    private string? ColliderOf(IPNetwork range) =>
        host.Networks.Find(n => Overlap(IPNetwork.Parse(n.Spec.Cidr), range)).Spec is { } other ? $"the Docker network {other.Name} ({other.Cidr})" : null;

    public async ValueTask PurgeAsync(CancellationToken ct) => await AskAsync(host.Latency.Remove, () =>
    {
        foreach (var container in host.Of(installation).ToList()) host.Remove(container);
        return host.Networks.RemoveAll(n => n.Installation == installation);
    }, ct);

    private StartOutcome Start(string containerId)
    {
        if (Find(containerId) is not { } container) return new StartOutcome.Gone();
        if (container.IsRunning) return new StartOutcome.Started();
        if (host.Faults.DiskFull) return new StartOutcome.DiskFull(SimContainerFaults.NoSpace);
        if (host.IsUnlucky(container.Image, SimFailure.Refused)) return Refuse(container, "the simulated start failed");
        if (container.Image.StartRefusal is { } words) return Refuse(container, words);
        if (container.Spec.Network is NetworkAttachment.SharedWith with && Find(with.Container) is var owner && owner is not { IsRunning: true })
        {
            container.Error = owner is null ? $"No such container: {with.Container}" : $"cannot join network of a non running container: {owner.Id}";
            return new StartOutcome.NetworkGone(container.Error);
        }
        if (container.Spec.Network is NetworkAttachment.Address address)
        {
            if (!host.Networks.Exists(n => n.Installation == installation && n.Spec.Name == address.Network))
                return Refuse(container, $"network {address.Network} not found");
            if (host.All.Any(c => c.IsRunning && c.Spec.Network is NetworkAttachment.Address a && a.Network == address.Network
                && a.Ipv4 == address.Ipv4 && c.Installation == installation)) return new StartOutcome.AddressTaken("Address already in use");
        }
        var (ports, taken) = host.TakePorts(container);
        if (taken is not null)
            return new StartOutcome.PortTaken($"Bind for {taken.HostAddress}:{taken.HostPort} failed: port is already allocated");
        container.Start(ports);
        return new StartOutcome.Started();
    }

    private string? NoRoom(NetworkAttachment.Address wanted)
    {
        if (host.Faults.IsLost(wanted.Ipv4)) return "The Availability Zone is not available.";
        return host.Capacity is { } capacity && host.All.Count(c => c.Spec.Network is NetworkAttachment.Address) >= capacity
            ? "Capacity is unavailable at this time. Please try again later or in a different availability zone." : null;
    }

    private static StartOutcome.Refused Refuse(SimContainer container, string words)
    {
        container.Error = words;
        return new StartOutcome.Refused(words);
    }

    private async IAsyncEnumerable<ContainerChange> ReadChangesAsync(
        ChannelReader<ContainerChange> changes, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            while (await changes.WaitToReadAsync(ct))
                while (changes.TryRead(out var change))
                    yield return change;
        }
        finally
        {
            host.Run(() => host.Unwatch(changes));
        }
    }

    /// <summary>A call: some time, the deed, some time. Whoever gives up in between does not know whether it was done.</summary>
    private async ValueTask<T> AskAsync<T>(TimeSpan time, Func<T> deed, CancellationToken ct)
    {
        await host.WaitAsync(time / 2, ct);
        ct.ThrowIfCancellationRequested();
        ThrowIfAway();
        var result = host.Run(deed);
        await host.WaitAsync(time / 2, ct);
        ThrowIfAway();
        return result;
    }

    private void ThrowIfAway()
    {
        if (host.Faults.IsAway) throw SimContainerFaults.Gone();
    }

    private SimContainer? Find(string idOrName) => host.Find(idOrName) is { } found && found.Installation == installation ? found : null;

    private static IEnumerable<string> Needed(ContainerSpec spec)
    {
        if (spec.Network is NetworkAttachment.SharedWith with) yield return with.Container;
        foreach (var from in spec.VolumesFrom) yield return from.Split(':')[0];
    }

    private static EngineImage Describe(SimImage image) => new("sha256:" + image.Name, image.Digest);

    private static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);
}

public static class SimContainerEngineServices
{
    /// <summary>Containers run on a simulated machine.</summary>
    public static IServiceCollection AddSimContainerEngine(this IServiceCollection services, SimHost host, string installation) =>
        services.AddSingleton<IContainerEngine>(new SimContainerEngine(host, installation));
}
