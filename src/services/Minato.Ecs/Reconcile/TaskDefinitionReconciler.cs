using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Removes a revision that is being deleted once nothing runs with it any more.</summary>
internal sealed class TaskDefinitionReconciler(Store store) : IReconciler<TaskDefinitionKey>
{
    public async ValueTask<Next> ReconcileAsync(TaskDefinitionKey key, CancellationToken ct)
    {
        if (!MayGo(store.Current, key)) return Next.Done;
        await store.UpdateAsync(ecs =>
        {
            if (MayGo(ecs, key)) ecs.Delete(EcsTables.TaskDefinitions, key);
        }, ct);
        return Next.Done;
    }

    private static bool MayGo(IReadState ecs, TaskDefinitionKey key) =>
        ecs.Find(EcsTables.TaskDefinitions, key) is { Status: TaskDefinitionStatus.DeleteInProgress }
        && ecs.Count(EcsTables.TasksByDefinition, key) == 0
        && !ServiceCounts.UsesDefinition(ecs, key);
}
