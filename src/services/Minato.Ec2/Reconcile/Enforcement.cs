using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Engines.Firewall;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

/// <summary>Whether security groups and routes hold for packets on this host, and what is to be done about it when they cannot.</summary>
/// <param name="firewall">Null where there are no packets.</param>
internal sealed partial class Enforcement(
    Store store, IContainerEngine engine, Ec2Options options, ILogger<Enforcement> log, INetworkFirewall? firewall = null) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<string> _networks = new(StringComparer.Ordinal); // That the engine has for us.
    private readonly Dictionary<string, string> _missing = new(StringComparer.Ordinal); // And why it has not those that it should have.
    private readonly ConcurrentDictionary<string, bool> _demanded = new(StringComparer.Ordinal);
    private FirewallPlan? _inForce;
    private FrozenSet<string> _covered = FrozenSet<string>.Empty;
    private string? _refusal;
    private long _asOf = -1; // The state's version that the host has the rules of.

    public bool IsPossible => firewall is not null;

    /// <summary>A host whose VPCs have never had anybody in them is left alone.</summary>
    public bool IsNeeded => _inForce is not null || store.Current.Count(Ec2Tables.Interfaces) > 0;

    public bool Covers(string address) => _covered.Contains(address);

    /// <summary>Nobody gets an address in a VPC before its rules are in force: what is not known there yet may speak to nobody.</summary>
    public async ValueTask DemandAsync(string vpc, CancellationToken ct)
    {
        if (firewall is null || _inForce?.Networks.Any(n => n.Name == vpc) is true) return;
        _demanded[vpc] = true;
        await ApplyAsync(ct);
        if (_refusal is { } reason && !options.MayRunUnenforced) throw new AwsException("OperationNotPermitted", Advice(reason));
    }

    /// <summary>Applies the rules anew unless neither the state nor the host has changed since.</summary>
    /// <returns>Whether the host has the rules that the state wants.</returns>
    public async ValueTask<bool> KeepAsync(CancellationToken ct) => firewall is not null
        && ((_asOf == store.Current.Version && await firewall.IsIntactAsync(ct)) || await ApplyAsync(ct));

    /// <returns>Whether the host has the rules that the state wants.</returns>
    public async ValueTask<bool> ApplyAsync(CancellationToken ct)
    {
        if (firewall is null) return false;
        await _gate.WaitAsync(ct);
        try
        {
            var state = store.Current;
            var wanted = FirewallPlanner.Plan(state);
            _asOf = -1;
            var (plan, areAllThere) = await EnsureNetworksAsync(wanted with { Networks = [.. wanted.Networks.Where(n => !n.Endpoints.IsEmpty || _demanded.ContainsKey(n.Name))] }, ct);
            if (await firewall.ApplyAsync(plan, ct) is FirewallOutcome.Refused refused)
            {
                if (_refusal != refused.Reason) LogRefused(Advice(refused.Reason));
                _refusal = refused.Reason;
                return false;
            }
            (_inForce, _refusal) = (plan, null);
            if (areAllThere) _asOf = state.Version;
            _covered = plan.Networks.SelectMany(n => n.Endpoints).Select(e => e.Address).ToFrozenSet(StringComparer.Ordinal);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>
    /// Rules are for networks that are ours: where another installation or program of the host has the range, nothing is filtered, and no
    /// address of ours is put on its bridge. Nor is anything done for VPCs that nobody is in yet.
    /// </summary>
    /// <returns>The plan for the networks that are there, and whether that is all of them.</returns>
    private async ValueTask<(FirewallPlan Plan, bool AreAllThere)> EnsureNetworksAsync(FirewallPlan wanted, CancellationToken ct)
    {
        var foreign = new HashSet<string>(StringComparer.Ordinal);
        foreach (var network in wanted.Networks.Where(n => !_networks.Contains(n.Name)))
        {
            try
            {
                var outcome = await engine.EnsureNetworkAsync(new(network.Name, network.Ranges[0], network.Gateway), ct);
                if (outcome is NetworkOutcome.Ready) _networks.Add(network.Name);
                else foreign.Add(network.Name);
                Tell(network.Name, outcome is NetworkOutcome.Ready ? null : outcome.ToString());
            }
            catch (EngineUnavailableException e)
            {
                Tell(network.Name, e.Message); // It may be there all the same, with containers that go on.
            }
        }
        _networks.IntersectWith(wanted.Networks.Select(n => n.Name));
        return (wanted with { Networks = [.. wanted.Networks.Where(n => !foreign.Contains(n.Name))] }, wanted.Networks.All(n => _networks.Contains(n.Name)));
    }

    private void Tell(string network, string? reason)
    {
        if (reason is null) _missing.Remove(network);
        else if (_missing.GetValueOrDefault(network) != reason) LogNoNetwork(network, _missing[network] = reason);
    }

    private static string Advice(string reason) =>
        $"Security groups and routes cannot be enforced on this machine: {reason}. To run without them, start Minato with --security-groups unenforced.";

    [LoggerMessage(2210, LogLevel.Error, "{Advice}")]
    private partial void LogRefused(string advice);

    [LoggerMessage(2211, LogLevel.Warning, "The network of {Vpc} is not there yet: {Outcome}")]
    private partial void LogNoNetwork(string vpc, string? outcome);
}
