using Microsoft.Extensions.Logging;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Reconcile;

internal sealed record KeyRef(string Arn);

/// <summary>Rotates keys when their period is over, and deletes them when their window is.</summary>
internal sealed partial class KeyReconciler(Store store, KeyMaterials materials, TimeProvider clock, ILogger<KeyReconciler> log) : IReconciler<KeyRef>
{
    public async ValueTask<Next> ReconcileAsync(KeyRef key, CancellationToken ct)
    {
        if (store.Current.Find(KmsTables.Keys, key.Arn) is not { } stored) return Next.Done;
        var now = clock.GetUtcNow();
        switch (KeyLifecycle.Plan(stored, now))
        {
            case KeyMove.WaitUntil wait:
                return Next.At(wait.At);
            case KeyMove.Rotate rotate:
                var next = materials.Make(stored.Arn, stored.Spec, now) with { MadeBy = RotationType.Automatic };
                await store.UpdateAsync(tx =>
                {
                    tx.Expect(KmsTables.Keys, key.Arn, stored);
                    tx.Put(KmsTables.Keys, KeyLifecycle.Rotated(stored, next, now));
                }, ct);
                LogRotated(key.Arn, next.Id);
                return Next.At(rotate.NextAt);
            case KeyMove.Delete:
                await store.UpdateAsync(tx => Delete(tx, stored), ct);
                LogDeleted(key.Arn);
                return Next.Done;
            default:
                return Next.Done;
        }
    }

    // AWS: aliases and grants of a key go with it.
    private static void Delete(Transaction tx, StoredKey key)
    {
        tx.Expect(KmsTables.Keys, key.Arn, key);
        foreach (var alias in tx.Keys(KmsTables.AliasesByKey, key.Arn).ToArray()) tx.Delete(KmsTables.Aliases, alias);
        foreach (var grant in tx.Keys(KmsTables.GrantsByKey, key.Arn).ToArray()) tx.Delete(KmsTables.Grants, grant);
        tx.Delete(KmsTables.Keys, key.Arn);
    }

    [LoggerMessage(3101, LogLevel.Information, "Key {Key} was rotated: its material is now {Material}")]
    private partial void LogRotated(string key, string material);

    [LoggerMessage(3102, LogLevel.Warning, "Key {Key} is deleted: what it encrypted cannot be decrypted any more")]
    private partial void LogDeleted(string key);
}
