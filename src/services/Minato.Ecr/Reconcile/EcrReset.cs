using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Blobs are the one thing of this room outside the store.</summary>
internal sealed class EcrReset(IBlobStore blobs) : IResettable
{
    public ValueTask ResetAsync(CancellationToken ct) => blobs.ClearAsync(ct);
}
