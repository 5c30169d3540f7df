using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Reconcile;

/// <summary>Events are the one thing of this room outside the store.</summary>
internal sealed class LogsReset(IAppendLog log, Activities activities) : IResettable
{
    public async ValueTask ResetAsync(CancellationToken ct)
    {
        activities.Clear();
        await log.ClearAsync(ct);
    }
}
