using System.Collections.Concurrent;
using Minato.Engines.Dns;

namespace Minato.Engines.Simulated;

/// <summary>What a Route 53 health check meets in the simulated world: what a test puts at an address and port, else a refused connection.</summary>
public sealed class SimEndpoints : IEndpointProber
{
    private readonly ConcurrentDictionary<(string Address, int Port), Func<EndpointProbe, EndpointOutcome>> _endpoints = new();

    /// <summary>How often anybody asked.</summary>
    public int Probes { get; private set; }

    public void Put(string address, int port, Func<EndpointProbe, EndpointOutcome> answer) => _endpoints[(address, port)] = answer;

    public void Put(string address, int port, bool isWell) => Put(address, port, _ => isWell
        ? new EndpointOutcome.Well("Success: HTTP Status Code 200, OK") : new EndpointOutcome.Ill("Failure: HTTP Status Code 503, Service Unavailable"));

    public ValueTask<EndpointOutcome> ProbeAsync(EndpointProbe probe, CancellationToken ct)
    {
        Probes++;
        return ValueTask.FromResult(_endpoints.TryGetValue((probe.Address, probe.Port), out var answer) ? answer(probe) : new EndpointOutcome.Ill("Failure: Connection refused."));
    }
}
