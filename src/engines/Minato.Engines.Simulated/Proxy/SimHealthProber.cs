using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>Probes the simulated network, in simulated time.</summary>
public sealed class SimHealthProber(SimTargets targets, TimeProvider clock) : IHealthProber
{
    public async ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken ct)
    {
        var latency = targets.LatencyOf(request);
        if (latency > TimeSpan.Zero) await Task.Delay(latency < request.Timeout ? latency : request.Timeout, clock, ct);
        return latency >= request.Timeout ? new ProbeOutcome.TimedOut() : AsProbed(request, targets.Ask(request));
    }

    /// <summary>A probe without a path only ever learns that it could connect.</summary>
    private static ProbeOutcome AsProbed(ProbeRequest request, ProbeOutcome outcome) =>
        request.Path is null && outcome is ProbeOutcome.Answered ? new ProbeOutcome.Connected() : outcome;
}
