using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Reconcile;

/// <summary>Deletes events past their group's retention. Readers do not see them before, either.</summary>
internal sealed class RetentionReconciler(Store store, IAppendLog log, Activities activities, TimeProvider clock) : IReconciler<GroupKey>
{
    private static readonly TimeSpan s_again = TimeSpan.FromHours(1);

    public async ValueTask<Next> ReconcileAsync(GroupKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Find(LogsTables.Groups, key)?.OldestMs(clock.GetUtcNow()) is not { } oldest) return Next.Done;
        foreach (var stream in state.Where(LogsTables.StreamsByGroup, key))
        {
            if ((await activities.OfAsync(stream, ct)).FirstMs is not { } first || first >= oldest) continue;
            await log.TrimAsync(stream.Partition, oldest, ct);
            await activities.TrimmedAsync(stream, ct);
        }

        return Next.After(s_again);
    }
}
