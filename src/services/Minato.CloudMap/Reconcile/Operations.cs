using Minato.Aws;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;
using Minato.Platform;

namespace Minato.CloudMap.Reconcile;

/// <summary>How operations end.</summary>
internal static class Operations
{
    public static async ValueTask EndAsync(Store store, IReadOnlyCollection<OperationState> waiting, DateTimeOffset now, CancellationToken ct)
    {
        if (waiting.Count > 0) await store.UpdateAsync(tx => End(tx, waiting, now), ct);
    }

    /// <param name="waiting">Those that were there when the work began: what came later is not done yet.</param>
    public static void End(Transaction tx, IEnumerable<OperationState> waiting, DateTimeOffset now, AwsException? failure = null)
    {
        foreach (var operation in waiting)
        {
            if (tx.Find(CloudMapTables.Operations, operation.Id) is not { IsDone: false } current) continue;
            tx.Put(CloudMapTables.Operations, current with
            {
                Status = failure is null ? OperationStatus.Success : OperationStatus.Fail, UpdatedAt = now, ErrorCode = failure?.Code, ErrorMessage = failure?.Message,
            });
        }
    }
}
