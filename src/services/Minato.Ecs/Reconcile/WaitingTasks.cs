using Minato.Ecs.Planning.Placement;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Tasks of a cluster in PROVISIONING, because their capacity provider has no place for them yet.</summary>
internal sealed class WaitingTasks(Store store, PlacementBook placement)
{
    /// <summary>AWS: tasks of a cluster that may wait at a time.</summary>
    public const int Most = 500;

    public static bool IsFull(IReadState ecs, ClusterKey cluster) => ecs.Count(EcsTables.WaitingTasks, cluster) >= Most;

    /// <returns>Those that wait, the longest first.</returns>
    public static IEnumerable<TaskState> Of(IReadState ecs, ClusterKey cluster) =>
        ecs.Where(EcsTables.WaitingTasks, cluster).OrderBy(t => t.CreatedAt).ThenBy(t => t.Key.Id, StringComparer.Ordinal);

    public async ValueTask PlaceAsync(ClusterKey cluster, CancellationToken ct)
    {
        if (store.Current.Count(EcsTables.WaitingTasks, cluster) == 0) return;
        await store.UpdateAsync(ecs =>
        {
            foreach (var task in Of(ecs, cluster).ToArray()) Place(ecs, task);
        }, ct);
    }

    private void Place(Transaction ecs, TaskState task)
    {
        if (task.Wish is not { } wish || ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition) is not { } definition) return;
        var request = PlacementRequest.For(definition, task.Overrides, task.Group, [], wish.Strategies, wish.Zones, task.CapacityProviderName) with
        {
            Constraints = wish.Constraints,
        };
        placement.Place(ecs, task.Key.Cluster, request, instance => task with { ContainerInstance = instance.Key.Id, Wish = null });
    }
}
