using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>A proxy that died or came back gets its configuration again.</summary>
internal sealed class ProxyWatcher(IProxyEngine proxy, IWorkQueue<ProxyKey> queue) : IRoomService
{
    public async Task RunAsync(CancellationToken ct)
    {
        queue.Enqueue(ProxyKey.Only);
        await foreach (var _ in proxy.WatchAsync(ct)) queue.Enqueue(ProxyKey.Only);
    }
}

/// <summary>Takes every listener away when the store has been emptied.</summary>
internal sealed class ProxyReset(IProxyEngine proxy, ProxyProgress progress) : IResettable
{
    public async ValueTask ResetAsync(CancellationToken ct)
    {
        if (progress.IsUsed) await proxy.ApplyAsync(new(), ct);
    }
}
