using System.Collections.Immutable;
using System.Threading.Channels;
using Minato.Engines.Containers;

namespace Minato.Engines.Simulated;

/// <summary>
/// The simulated machine: its containers, images and networks. It outlives a crash of Minato; every start of Minato gets a new
/// <see cref="SimContainerEngine"/> on the same machine. Same seed, same clock, same calls: same history.
/// </summary>
public sealed class SimHost(TimeProvider clock, int seed = 1)
{
    private readonly Lock gate = new();
    private readonly Random chance = new(seed);
    private readonly List<Action> later = [];
    private readonly List<SimContainer> containers = [];
    private readonly Dictionary<string, SimContainer> byIdOrName = new(StringComparer.Ordinal);
    private readonly List<(string Installation, NetworkSpec Spec)> networks = [];
    private readonly List<(string Installation, Channel<ContainerChange> To)> watchers = [];
    private readonly Dictionary<string, SimImage> images = new(StringComparer.Ordinal) { [EngineImage.Pause] = SimImage.Pause };
    private readonly HashSet<string> onEngine = new(StringComparer.Ordinal) { EngineImage.Pause };
    private readonly HashSet<(string Protocol, int Port)> occupied = [];
    private int nextPort = 32768;

    public SimLatency Latency { get; init; } = new();

    /// <summary>Tasks that find room at the same time: containers with an address of their own. Null for no limit.</summary>
    public int? Capacity { get; init; }

    public SimContainerFaults Faults => field ??= new(this);

    /// <summary>Every container on the machine, oldest first, whoever owns it.</summary>
    public IReadOnlyList<SimContainerInfo> Containers => Run(() => containers.Select(Info).ToList());

    /// <summary>Named volumes on the machine.</summary>
    public IReadOnlyCollection<string> Volumes => Run(() => VolumeNames.ToArray());

    internal SortedSet<string> VolumeNames { get; } = new(StringComparer.Ordinal);

    internal TimeProvider Clock => clock;

    internal DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Adds or replaces an image; with <paramref name="present"/> the engine has it without a pull.</summary>
    public void AddImage(SimImage image, bool present = false) => Run(() =>
    {
        images[image.Name] = image;
        return present && onEngine.Add(image.Name);
    });

    /// <summary>Makes the engine forget an image, as a cleanup of the machine does.</summary>
    public void ForgetImage(string name) => Run(() => onEngine.Remove(name));

    /// <summary>Running containers by the values of these labels: what invariants about doubled slots count.</summary>
    public ILookup<string, SimContainerInfo> LiveBy(params string[] labels) => Containers
        .Where(c => c.Phase is ContainerPhase.Running)
        .ToLookup(c => string.Join('/', labels.Select(l => c.Labels.GetValueOrDefault(l, ""))));

    /// <summary>Another process of the machine takes a port, or gives it back.</summary>
    public void OccupyPort(int port, bool taken = true, string protocol = "tcp") =>
        Run(() => taken ? occupied.Add((protocol, port)) : occupied.Remove((protocol, port)));

    /// <summary>What a request to an address and port meets: null when nothing listens there.</summary>
    public SimAnswer? Ask(string address, int port) => Run(() =>
    {
        foreach (var container in containers)
            if (container.IsRunning && PortInside(container, address, port) is { } inside && container.Listens(inside))
                return new SimAnswer(Info(container), container.IsWell ? 200 : 503);
        return null;
    });

    /// <summary>Lets a container write a line now.</summary>
    public void Write(string containerId, string text, bool isError = false) => Run(() =>
    {
        Find(containerId)?.Write(text, isError);
        return true;
    });

    /// <summary>One step of the machine: alone, and followed by what it sets off outside.</summary>
    internal T Run<T>(Func<T> step)
    {
        T result;
        Action[] then;
        lock (gate)
        {
            result = step();
            then = [.. later];
            later.Clear();
        }
        foreach (var action in then) action();
        return result;
    }

    internal void Later(Action action) => later.Add(action);

    internal ValueTask WaitAsync(TimeSpan least, CancellationToken ct)
    {
        if (least <= TimeSpan.Zero) return ValueTask.CompletedTask;
        var time = Run(() => least * (1 + chance.NextDouble()));
        return new(Task.Delay(time, clock, ct));
    }

    /// <summary>Draws the lot of a container; an image that never fails draws none, so that histories stay as they were.</summary>
    internal bool IsUnlucky(SimImage image, SimFailure failure) =>
        image.FailureRate > 0 && image.Failure == failure && chance.NextDouble() < image.FailureRate;

    internal string NewId() => string.Concat(Enumerable.Range(0, 8).Select(_ => chance.Next().ToString("x8")));

    internal SimContainer? Find(string idOrName) => byIdOrName.GetValueOrDefault(idOrName);

    internal IEnumerable<SimContainer> Of(string installation) => containers.Where(c => c.Installation == installation);

    internal IEnumerable<SimContainer> All => containers;

    internal SimImage? ImageKnown(string name) => images.GetValueOrDefault(Tagged(name));

    internal SimImage? ImageHere(string name) => onEngine.Contains(Tagged(name)) ? images.GetValueOrDefault(Tagged(name)) : null;

    internal void Bring(string name) => onEngine.Add(Tagged(name));

    /// <summary>What <c>REPOSITORY@DIGEST</c> names is the image of that repository with that digest.</summary>
    private string Tagged(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return name;
        return images.Values.FirstOrDefault(i => i.Digest == name[(at + 1)..] && i.Name.StartsWith(name[..at] + ":", StringComparison.Ordinal))?.Name ?? name;
    }

    internal List<(string Installation, NetworkSpec Spec)> Networks => networks;

    internal void Add(SimContainer container)
    {
        containers.Add(container);
        byIdOrName[container.Id] = byIdOrName[container.Spec.Name] = container;
        Tell(container);
    }

    internal void Remove(SimContainer container)
    {
        container.Exit(137);
        containers.Remove(container);
        byIdOrName.Remove(container.Id);
        byIdOrName.Remove(container.Spec.Name);
        Tell(container);
        container.Wake();
    }

    internal void Tell(SimContainer container)
    {
        var change = new ContainerChange(container.Id, container.Spec.Labels);
        foreach (var (installation, to) in watchers)
            if (installation == container.Installation) Later(() => to.Writer.TryWrite(change));
    }

    internal ChannelReader<ContainerChange> Watch(string installation)
    {
        var channel = Channel.CreateUnbounded<ContainerChange>(new() { SingleReader = true, AllowSynchronousContinuations = true });
        if (Faults.IsAway) channel.Writer.TryComplete(SimContainerFaults.Gone());
        else watchers.Add((installation, channel));
        return channel.Reader;
    }

    internal int Unwatch(ChannelReader<ContainerChange> reader) => watchers.RemoveAll(w => w.To.Reader == reader);

    internal int UnwatchAll(string installation) => watchers.RemoveAll(w => w.Installation == installation);

    /// <summary>The engine goes away: whoever watches or follows learns it.</summary>
    internal void BreakConnections(Exception reason)
    {
        foreach (var (_, to) in watchers) Later(() => to.Writer.TryComplete(reason));
        watchers.Clear();
        foreach (var container in containers) container.Wake();
    }

    /// <returns>The bindings with their ports chosen, or the port that someone else has.</returns>
    internal (ImmutableArray<PortBinding> Ports, PortBinding? Taken) TakePorts(SimContainer container)
    {
        if (container.Spec.Network is not NetworkAttachment.Bridge) return ([], null);
        var held = containers.Where(c => c.IsRunning).SelectMany(c => c.Ports).Select(p => (p.HostAddress, p.Protocol, p.HostPort)).ToHashSet();
        var ports = ImmutableArray.CreateBuilder<PortBinding>();
        foreach (var wanted in container.Spec.Ports)
        {
            var port = wanted.HostPort;
            while (wanted.HostPort == 0 && (port == 0 || occupied.Contains((wanted.Protocol, port)) || held.Contains((wanted.HostAddress, wanted.Protocol, port))))
                port = nextPort = nextPort >= 60999 ? 32768 : nextPort + 1;
            if (occupied.Contains((wanted.Protocol, port)) || !held.Add((wanted.HostAddress, wanted.Protocol, port))) return ([], wanted);
            ports.Add(wanted with { HostPort = port });
        }
        return (ports.ToImmutable(), null);
    }

    private int? PortInside(SimContainer container, string address, int port)
    {
        var owner = container.Spec.Network is NetworkAttachment.SharedWith with ? Find(with.Container) : container;
        if (owner is not { IsRunning: true }) return null;
        return owner.Spec.Network switch
        {
            NetworkAttachment.Address own => own.Ipv4 == address ? port : null,
            NetworkAttachment.Host => port,
            NetworkAttachment.Bridge => owner.Ports.FirstOrDefault(p => p.HostPort == port && p.HostAddress == address)?.ContainerPort,
            _ => null,
        };
    }

    private static SimContainerInfo Info(SimContainer c) =>
        new(c.Id, c.Installation, c.Spec.Name, c.Spec.Image, c.Spec.Labels, c.Phase, c.ExitCode, c.Health) { Spec = c.Spec };
}

/// <summary>A container as the machine itself knows it, for invariants.</summary>
public sealed record SimContainerInfo(
    string Id, string Installation, string Name, string Image, ImmutableSortedDictionary<string, string> Labels,
    ContainerPhase Phase, int? ExitCode, ContainerHealth? Health)
{
    /// <summary>As it was asked for.</summary>
    public required ContainerSpec Spec { get; init; }
}

/// <param name="Status">200 while the container is well, 503 otherwise.</param>
public sealed record SimAnswer(SimContainerInfo Container, int Status);
