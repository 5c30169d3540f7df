using Minato.Platform;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Reconcile;

/// <summary>Deletes a secret for good when its recovery window is over.</summary>
internal sealed class DeletionReconciler(Store store, TimeProvider clock) : IReconciler<SecretKey>
{
    public async ValueTask<Next> ReconcileAsync(SecretKey key, CancellationToken ct)
    {
        if (store.Current.Find(SecretsTables.Secrets, key)?.DeletionDate is not { } date) return Next.Done;
        if (clock.GetUtcNow() < date) return Next.At(date);
        await store.UpdateAsync(tx =>
        {
            // It may have been restored, or made anew, meanwhile.
            if (tx.Find(SecretsTables.Secrets, key)?.DeletionDate == date) tx.Delete(SecretsTables.Secrets, key);
        }, ct);
        return Next.Done;
    }
}
