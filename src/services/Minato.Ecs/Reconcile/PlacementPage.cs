using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>The instances of one cluster, with a ranking for each request that came lately.</summary>
internal sealed class PlacementPage(ClusterKey cluster)
{
    private const int MostRankings = 8;
    private readonly Dictionary<string, InstanceView> _views = new(StringComparer.Ordinal);
    private readonly List<RankedRequest> _rankings = []; // The latest last.
    private readonly PlacementDaemons _daemons = new(cluster);
    private bool _isRead;

    public IReadOnlyCollection<InstanceView> Views => _views.Values;

    /// <returns>The best instance as it is now; null when none can take it.</returns>
    public InstanceView? Find(IReadState ecs, PlacementRequest request, Ids ids)
    {
        if (_daemons.HaveChanged(ecs)) Forget();
        var isWhole = !_isRead;
        if (isWhole) LookAtAll(ecs);
        var ranked = RankingOf(request);
        while (true)
        {
            ranked.CatchUp(_views);
            if (ranked.Ranking.Best(ids) is { } best)
            {
                // Each turn sets one instance right; nothing changes it again within the transaction.
                if (IsAsRemembered(ecs, best)) return best;
                LookAt(ecs, best.Instance.Key);
            }
            else if (isWhole)
            {
                return null;
            }
            else
            {
                LookAtAll(ecs);
                isWhole = true;
            }
        }
    }

    public void Put(InstanceView view)
    {
        _views[view.Instance.Key.Id] = view;
        MarkChanged(view.Instance.Key.Id);
    }

    public void LookAt(IReadState ecs, ContainerInstanceKey key)
    {
        if (_views.TryGetValue(key.Id, out var known) && IsAsRemembered(ecs, known)) return;
        if (ecs.Find(EcsTables.Instances, key) is { Status: ContainerInstanceStatus.Active } instance) Put(InstanceView.Of(ecs, instance, _daemons.Shares));
        else if (_views.Remove(key.Id)) MarkChanged(key.Id);
    }

    // What is left for others is not what it was on any instance.
    private void Forget()
    {
        foreach (var id in _views.Keys) MarkChanged(id);
        _views.Clear();
        _isRead = false;
    }

    private void LookAtAll(IReadState ecs)
    {
        foreach (var id in _views.Keys.ToArray()) LookAt(ecs, new(cluster, id));
        foreach (var key in ecs.Keys(EcsTables.InstancesByCluster, cluster))
            if (!_views.ContainsKey(key.Id)) LookAt(ecs, key);
        _isRead = true;
    }

    // The very record and the very list of tasks that were counted.
    private static bool IsAsRemembered(IReadState ecs, InstanceView view) =>
        ReferenceEquals(ecs.Find(EcsTables.Instances, view.Instance.Key), view.Instance)
        && ReferenceEquals(ecs.Keys(EcsTables.LiveTasksByInstance, view.Instance.Key), view.Counted);

    private RankedRequest RankingOf(PlacementRequest request)
    {
        var at = _rankings.FindIndex(r => r.Ranking.Request.Fingerprint == request.Fingerprint);
        var ranked = at >= 0 ? _rankings[at] : new(new(request), [.. _views.Keys]);
        if (at >= 0) _rankings.RemoveAt(at);
        else if (_rankings.Count == MostRankings) _rankings.RemoveAt(0);
        _rankings.Add(ranked);
        return ranked;
    }

    private void MarkChanged(string instance)
    {
        foreach (var ranked in _rankings) ranked.Changed.Add(instance);
    }

    /// <param name="Changed">Instances that changed since the ranking was asked last.</param>
    private sealed record RankedRequest(Ranking Ranking, HashSet<string> Changed)
    {
        public void CatchUp(Dictionary<string, InstanceView> views)
        {
            foreach (var id in Changed)
            {
                if (views.TryGetValue(id, out var view)) Ranking.Put(view);
                else Ranking.Remove(id);
            }

            Changed.Clear();
        }
    }
}
