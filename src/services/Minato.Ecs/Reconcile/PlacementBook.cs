using System.Collections.Concurrent;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Keeps what is left of every container instance in mind, so that placing a task looks at one instance and not at all of them.
/// What it remembers is a hint: the instance it takes is held against the store, and before it refuses it looks at every one. To be
/// used in a transaction's body: those take turns, and so do its callers.
/// </summary>
internal sealed class PlacementBook : IDisposable
{
    private readonly Dictionary<ClusterKey, PlacementPage> _pages = [];
    private readonly ConcurrentQueue<ContainerInstanceKey> _changed = new();
    private readonly IDisposable _subscription;
    private readonly Ids _ids;

    public PlacementBook(Store store, Ids ids)
    {
        _ids = ids;
        _subscription = store.Subscribe(Note);
    }

    public void Dispose() => _subscription.Dispose();

    /// <summary>Finds the place of a task and writes the task, so that the next one finds it there.</summary>
    /// <param name="make">Makes the task for the instance that was chosen.</param>
    public PlacementOutcome Place(
        Transaction ecs, ClusterKey cluster, PlacementRequest request, Func<ContainerInstanceState, TaskState> make)
    {
        CatchUp(ecs);
        if (!_pages.TryGetValue(cluster, out var page)) _pages.Add(cluster, page = new(cluster));
        if (page.Find(ecs, request, _ids) is not { } best) return InstancePlacement.Refuse(page.Views, request);
        var task = make(best.Instance);
        ecs.Put(EcsTables.Tasks, task);
        page.Put(best.With(task.Demand, task.Group) with { Counted = ecs.Keys(EcsTables.LiveTasksByInstance, best.Instance.Key) });
        return new PlacementOutcome.Placed(best.Instance.Key);
    }

    // On the thread that commits.
    private void Note(ChangeSet changes)
    {
        foreach (var change in changes.Changes)
        {
            if (change is Change<ContainerInstanceKey, ContainerInstanceState> { Key: var instance }) _changed.Enqueue(instance);
            if (change is not Change<TaskKey, TaskState> task) continue;
            var before = task.Before is { IsStopped: false } was ? was.InstanceKey : null;
            var after = task.After is { IsStopped: false } now ? now.InstanceKey : null;
            if (before == after) continue;
            if (before is { } left) _changed.Enqueue(left);
            if (after is { } entered) _changed.Enqueue(entered);
        }
    }

    private void CatchUp(IReadState ecs)
    {
        while (_changed.TryDequeue(out var key))
            if (_pages.TryGetValue(key.Cluster, out var page)) page.LookAt(ecs, key);
    }
}

/// <summary>The instances of one cluster, with a ranking for each request that came lately.</summary>
internal sealed class PlacementPage(ClusterKey cluster)
{
    private const int MostRankings = 8;
    private readonly Dictionary<string, InstanceView> _views = new(StringComparer.Ordinal);
    private readonly List<RankedRequest> _rankings = []; // The latest last.
    private bool _isRead;

    public IReadOnlyCollection<InstanceView> Views => _views.Values;

    /// <returns>The best instance as it is now; null when none can take it.</returns>
    public InstanceView? Find(IReadState ecs, PlacementRequest request, Ids ids)
    {
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
        if (ecs.Find(EcsTables.Instances, key) is { Status: ContainerInstanceStatus.Active } instance) Put(InstanceView.Of(ecs, instance));
        else if (_views.Remove(key.Id)) MarkChanged(key.Id);
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
