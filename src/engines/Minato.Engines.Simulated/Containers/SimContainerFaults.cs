using Minato.Engines.Containers;

namespace Minato.Engines.Simulated;

/// <summary>What goes wrong on a simulated machine.</summary>
public sealed class SimContainerFaults
{
    private readonly SimHost host;
    private DateTimeOffset awayUntil = DateTimeOffset.MinValue;
    private readonly List<System.Net.IPNetwork> lost = [];
    private Queue<CreateOutcome> nextCreates = new();

    internal SimContainerFaults(SimHost host) => this.host = host;

    /// <summary>Nothing can be pulled, created or started.</summary>
    public bool DiskFull { get; set; }

    /// <summary>Pulls take this many times longer.</summary>
    public double PullSlowness { get; set; } = 1;

    /// <summary>A part of the network is lost, with every container in it, and does not come back.</summary>
    public void LoseNetwork(System.Net.IPNetwork range) => host.Run(() =>
    {
        lost.Add(range);
        foreach (var container in host.All.Where(c => AddressOf(c) is { } address && IsLost(address)).ToList()) container.Exit(137);
        return true;
    });

    internal bool IsLost(string address) => lost.Exists(range => range.Contains(System.Net.IPAddress.Parse(address)));

    private string? AddressOf(SimContainer container) => (container.Spec.Network is NetworkAttachment.SharedWith with ? host.Find(with.Container) : container)
        ?.Spec.Network is NetworkAttachment.Address own ? own.Ipv4 : null;

    internal bool IsAway => host.Now < awayUntil;

    /// <summary>The engine does not answer for a while. Containers go on, unless they die with it.</summary>
    public void EngineAway(TimeSpan time, bool containersDie = false) => host.Run(() =>
    {
        awayUntil = host.Now + time;
        if (containersDie)
            foreach (var container in host.All) container.Exit(137);
        host.BreakConnections(Gone());
        return true;
    });

    /// <summary>As <c>docker kill</c>.</summary>
    public bool Kill(string containerId, int exitCode = 137) => host.Run(() =>
    {
        if (host.Find(containerId) is not { IsRunning: true } container) return false;
        container.Exit(exitCode);
        return true;
    });

    /// <summary>Kills every container that runs (and that the condition takes).</summary>
    public int KillAll(Func<SimContainerInfo, bool>? which = null)
    {
        var victims = host.Containers.Where(c => c.Phase is ContainerPhase.Running && which?.Invoke(c) != false).ToList();
        return victims.Count(v => Kill(v.Id));
    }

    /// <summary>Removes a container behind Minato's back.</summary>
    public void Remove(string containerId) => host.Run(() =>
    {
        if (host.Find(containerId) is { } container) host.Remove(container);
        return true;
    });

    /// <summary>Overrules what the image says about the container being well; null obeys it again.</summary>
    public void BeWell(string containerId, bool? well) => host.Run(() =>
    {
        host.Find(containerId)?.BeWell(well);
        return true;
    });

    /// <summary>The next creations end like this, one each.</summary>
    public void FailCreates(params CreateOutcome[] outcomes) => host.Run(() =>
    {
        nextCreates = new(nextCreates.Concat(outcomes));
        return true;
    });

    internal CreateOutcome? NextCreate() =>
        nextCreates.TryDequeue(out var next) ? next : DiskFull ? new CreateOutcome.DiskFull(NoSpace) : null;

    internal static string NoSpace => "write /var/lib/docker/tmp: no space left on device";

    internal static EngineUnavailableException Gone() =>
        new("Docker Engine does not answer on the simulated socket: start it with `systemctl start docker` (or `dockerd &`).");
}
