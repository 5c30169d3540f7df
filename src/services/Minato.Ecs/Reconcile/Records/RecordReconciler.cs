using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Puts outcomes on record, each exactly once: first its evidence in a partition of its own, then the row that says so. After a crash
/// in between the evidence is found and only the row is written. The row brings the key back when its time is over.
/// </summary>
internal sealed class RecordReconciler(Store store, IAppendLog log, TaskEvidence tasks, DeploymentDiary diary, IWorkQueue<TaskKey> cleanups, TimeProvider clock)
    : IReconciler<RecordKey>
{
    public async ValueTask<Next> ReconcileAsync(RecordKey key, CancellationToken ct)
    {
        if (store.Current.Find(RecordTables.Records, key) is { } kept) return await KeepAsync(kept, ct);
        var row = key.Kind == RecordKind.Task ? await tasks.RecordAsync(key, ct) : await diary.RecordAsync(key, ct);
        if (row is null) return Next.Done;
        await store.UpdateAsync(ecs => Put(ecs, row), ct);
        if (key.Task is { } task) cleanups.Enqueue(task); // Its containers waited for this.
        return Next.At(row.ExpiresAt);
    }

    private async ValueTask<Next> KeepAsync(RecordState row, CancellationToken ct)
    {
        if (row.ExpiresAt > clock.GetUtcNow()) return Next.At(row.ExpiresAt);
        await log.DeleteAsync(row.Key.Partition, ct);
        await store.UpdateAsync(ecs => { ecs.Delete(RecordTables.Records, row.Key); }, ct);
        return Next.Done;
    }

    /// <summary>One more than an owner may have: the oldest has come to its end.</summary>
    private void Put(Transaction ecs, RecordState row)
    {
        ecs.Put(RecordTables.Records, row);
        var most = row.Key.Kind == RecordKind.Task ? RecordTables.TasksKept : RecordTables.DeploymentsKept;
        var owner = (row.Key.Cluster, row.Key.Kind, row.Owner);
        if (ecs.Count(RecordTables.RecordsByOwner, owner) <= most) return;
        var now = clock.GetUtcNow();
        var oldest = ecs.Where(RecordTables.RecordsByOwner, owner).Where(r => r.ExpiresAt > now && r.Key != row.Key).MinBy(r => r.EndedAt);
        if (oldest is not null) ecs.Put(RecordTables.Records, oldest with { ExpiresAt = now });
    }
}
