using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Engines.Certificates;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>There is one proxy for the whole installation, so there is one key.</summary>
internal sealed record ProxyKey
{
    public static readonly ProxyKey Only = new();

    public override string ToString() => "proxy";
}

/// <summary>
/// Gives the proxy the configuration that the state asks for. Changes that come while it is being applied are applied together
/// afterwards.
/// </summary>
internal sealed partial class ProxyReconciler(
    Store store, IProxyEngine proxy, ProxyProgress progress, LoopbackAddresses addresses, TimeProvider clock, ILogger<ProxyReconciler> log,
    IEnumerable<ICertificateVault> vaults, FunctionTraffic functions, ProxyMeter meter) : IReconciler<ProxyKey>
{
    private const int MostMoves = 3;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_slowStartStep = TimeSpan.FromSeconds(1);

    public async ValueTask<Next> ReconcileAsync(ProxyKey key, CancellationToken ct)
    {
        var state = store.Current;
        var view = ProxyView.Read(state, vaults) with { FunctionPort = await functions.PortAsync(state, ct) };
        var wanted = ProxyPlanner.Plan(view, clock.GetUtcNow());
        // A proxy that never had anything to do is not started for nothing.
        var idle = !progress.IsUsed && wanted.Listeners.IsEmpty;
        progress.IsUsed |= !idle;
        if (idle && progress.Applied is null) await proxy.StopAsync(ct); // One that an earlier life of Minato left has nothing to do any more.
        await meter.BeforeAsync(wanted, ZonesOf(view), ct);
        switch (idle ? new ApplyOutcome.Applied() : await proxy.ApplyAsync(wanted, ct))
        {
            case ApplyOutcome.PortTaken taken:
                progress.Applied = state; // Everything but that listener is as wanted.
                await meter.AfterAsync(OpenOf(view), ct);
                return await MoveAsync(state, taken, ct);
            case ApplyOutcome.Away(var advice):
                return await ImpairAsync(state, advice, ct);
            case ApplyOutcome.Refused(var reason):
                LogRefused(reason);
                return await ImpairAsync(state, reason, ct);
            default:
                progress.Applied = state;
                await meter.AfterAsync(OpenOf(view), ct);
                await ReportAsync([], ct);
                return wanted.Backends.Any(b => b.Servers.Any(s => s.Weight < ProxyServer.FullWeight)) ? Next.After(s_slowStartStep) : Next.Done;
        }
    }

    private static ImmutableHashSet<string> OpenOf(ProxyView view) => view.Groups.Where(g => g.Group.HealthCheck.IsEnabled && ProxyPlanner.FailsOpen(g))
        .Select(g => ProxyPlanner.IdOf(g.Group.Arn)).ToImmutableHashSet(StringComparer.Ordinal);

    private static Dictionary<(string Backend, string Server), string> ZonesOf(ProxyView view)
    {
        var zones = new Dictionary<(string Backend, string Server), string>();
        foreach (var (group, targets) in view.Groups)
        {
            foreach (var target in targets)
                if (target.Target.Zone is { } zone) zones[(ProxyPlanner.IdOf(group.Arn), ProxyPlanner.IdOf(target.Target.Key))] = zone;
        }
        return zones;
    }

    /// <summary>A new load balancer moves to another address; one that others may know already stays and says why it is impaired.</summary>
    private async ValueTask<Next> MoveAsync(Snapshot state, ApplyOutcome.PortTaken taken, CancellationToken ct)
    {
        var listener = state.Where(ElbTables.ListenersByProxyId, taken.Listener).FirstOrDefault();
        if (listener is null || state.Find(ElbTables.Balancers, listener.BalancerArn) is not { } balancer) return Next.After(s_retry);
        LogPortTaken(balancer.Arn, balancer.Address, listener.Port, taken.Reason);
        await ReportAsync([new(balancer.Arn, $"Port {listener.Port} of {balancer.Address} cannot be used: {taken.Reason}")], ct);
        if (balancer.Moves >= MostMoves || state.Count(ElbTables.ListenersByBalancer, balancer.Arn) > 1) return Next.After(s_retry);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(ElbTables.Balancers, balancer.Arn, balancer);
            tx.Put(ElbTables.Balancers, balancer with { Address = addresses.Choose(tx), Moves = balancer.Moves + 1 });
        }, ct);
        return Next.Soon;
    }

    private async ValueTask<Next> ImpairAsync(Snapshot state, string reason, CancellationToken ct)
    {
        var balancers = state.All(ElbTables.Listeners).Select(l => l.BalancerArn).Distinct(StringComparer.Ordinal);
        await ReportAsync([.. balancers.Select(arn => new TroubleState(arn, reason))], ct);
        return Next.After(s_retry);
    }

    /// <summary>Makes the troubles known be these.</summary>
    private async ValueTask ReportAsync(IReadOnlyList<TroubleState> troubles, CancellationToken ct)
    {
        if (troubles.Count == 0 && store.Current.Count(ElbTables.Troubles) == 0) return;
        await store.UpdateAsync(tx =>
        {
            foreach (var old in tx.All(ElbTables.Troubles).ToList())
            {
                if (!troubles.Any(t => t.BalancerArn == old.BalancerArn)) tx.Delete(ElbTables.Troubles, old.BalancerArn);
            }
            foreach (var trouble in troubles)
            {
                if (tx.Find(ElbTables.Troubles, trouble.BalancerArn) != trouble) tx.Put(ElbTables.Troubles, trouble);
            }
        }, ct);
    }

    [LoggerMessage(2310, LogLevel.Warning, "Load balancer {Balancer} cannot have {Address} port {Port}: {Reason}")]
    private partial void LogPortTaken(string balancer, string address, int port, string reason);

    [LoggerMessage(2311, LogLevel.Error, "The proxy refuses its configuration: {Reason}")]
    private partial void LogRefused(string reason);
}
