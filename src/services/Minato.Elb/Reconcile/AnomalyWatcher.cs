using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>Looks every ten seconds what targets made of their requests, where a group is to keep traffic away from those that fail.</summary>
internal sealed class AnomalyWatcher(Store store, IProxyEngine proxy, TimeProvider clock) : IRoomService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);
    private TrafficCounts counts = new();

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await clock.UntilAsync(clock.GetUtcNow() + s_look, ct);
            if (store.Current.Count(ElbTables.GroupsByMitigation, GroupAttributes.On) > 0 || store.Current.Count(ElbTables.Anomalies) > 0) await LookAsync(ct);
            else counts = new(); // Whatever is counted until a group wants it is not about it.
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var servers = counts.Since(await proxy.StatisticsAsync(ct)).Servers.ToLookup(s => s.Backend, StringComparer.Ordinal);
        var state = store.Current;
        var wanted = state.Where(ElbTables.GroupsByMitigation, GroupAttributes.On)
            .SelectMany(g => AnomalyPlanner.Plan(ErrorsOf(state, g, servers[ProxyPlanner.IdOf(g.Arn)]), key => state.Find(ElbTables.Anomalies, key))).ToDictionary(a => a.Key);
        var gone = state.All(ElbTables.Anomalies).Select(a => a.Key).Where(k => !wanted.ContainsKey(k)).ToList();
        var changed = wanted.Values.Where(a => state.Find(ElbTables.Anomalies, a.Key) != a).ToList();
        if (gone.Count + changed.Count == 0) return;
        await store.UpdateAsync(tx =>
        {
            foreach (var key in gone) tx.Delete(ElbTables.Anomalies, key);
            foreach (var anomaly in changed) tx.Put(ElbTables.Anomalies, anomaly);
        }, ct);
    }

    private static List<TargetErrors> ErrorsOf(IReadState state, TargetGroupState group, IEnumerable<ServerStatistics> servers)
    {
        var counted = servers.ToDictionary(s => s.Server, StringComparer.Ordinal);
        return [.. TargetView.ReadAll(state, group)
            .Where(t => t is { Target.DrainUntil: null, Attachment: Attachment.InUse, Health.Status: HealthStatus.Healthy })
            .Select(t => counted.GetValueOrDefault(ProxyPlanner.IdOf(t.Target.Key)) is { } c
                ? new TargetErrors(t.Target.Key, t.Target.RegisteredAt, c.Requests + c.ConnectionErrors, c.Responses5xx + c.ConnectionErrors)
                : new TargetErrors(t.Target.Key, t.Target.RegisteredAt, 0, 0))];
    }
}
