using System.Collections.Concurrent;
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
