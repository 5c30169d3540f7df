using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>What listens where in the simulated network, and how it answers.</summary>
public sealed class SimTargets
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Address, int Port), SimTarget> targets = [];

    /// <summary>Asked for addresses that nobody scripted; refuses connections unless told otherwise.</summary>
    public Func<ProbeRequest, ProbeOutcome> Fallback { get; set; } = _ => new ProbeOutcome.Failed("connection refused");

    /// <summary>Whether a packet reaches its destination at all; where it does not, nobody ever answers.</summary>
    public Func<ProbeRequest, bool> Passes { get; set; } = _ => true;

    /// <summary>Adds or replaces a target.</summary>
    public void Set(string address, int port, Func<ProbeRequest, ProbeOutcome> answer, TimeSpan latency = default)
    {
        lock (gate) targets[(address, port)] = new(answer, latency);
    }

    public void Set(string address, int port, int status = 200) => Set(address, port, _ => new ProbeOutcome.Answered(status));

    /// <summary>Nobody listens there any more.</summary>
    public void Remove(string address, int port)
    {
        lock (gate) targets.Remove((address, port));
    }

    /// <summary>What a request meets, at once.</summary>
    public ProbeOutcome Ask(ProbeRequest request) =>
        !Passes(request) ? new ProbeOutcome.TimedOut() : Find(request)?.Answer(request) ?? Fallback(request);

    public TimeSpan LatencyOf(ProbeRequest request) => !Passes(request) ? request.Timeout : Find(request)?.Latency ?? TimeSpan.Zero;

    private SimTarget? Find(ProbeRequest request)
    {
        lock (gate) return targets.GetValueOrDefault((request.Address, request.Port));
    }

    private sealed record SimTarget(Func<ProbeRequest, ProbeOutcome> Answer, TimeSpan Latency);
}
