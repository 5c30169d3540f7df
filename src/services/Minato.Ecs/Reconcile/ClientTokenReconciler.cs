using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Forgets client tokens: a repeat comes within minutes or never.</summary>
internal sealed class ClientTokenReconciler(Store store, TimeProvider clock) : IReconciler<ClientTokenKey>
{
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(24);

    public async ValueTask<Next> ReconcileAsync(ClientTokenKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcsTables.ClientTokens, key) is not { } token) return Next.Done;
        if (token.At + s_kept > clock.GetUtcNow()) return Next.At(token.At + s_kept);
        await store.UpdateAsync(ecs => ecs.Delete(EcsTables.ClientTokens, key), ct);
        return Next.Done;
    }
}
