using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>The simulated proxy as one start of Minato sees it.</summary>
public sealed class SimProxyEngine(SimProxy proxy) : IProxyEngine
{
    public async ValueTask<ApplyOutcome> ApplyAsync(ProxyConfiguration wanted, CancellationToken ct)
    {
        if (proxy.ApplyTime > TimeSpan.Zero && proxy.WouldChange(wanted)) await Task.Delay(proxy.ApplyTime, proxy.Clock, ct);
        ct.ThrowIfCancellationRequested();
        return proxy.Apply(wanted);
    }

    public ValueTask<ProxyStatistics> StatisticsAsync(CancellationToken ct) => ValueTask.FromResult(proxy.Statistics());

    public IAsyncEnumerable<IReadOnlyList<ProxyRequest>> RequestsAsync(CancellationToken ct) => ReadAsync(proxy.Requests(), ct);

    public IAsyncEnumerable<ProxyNotice> WatchAsync(CancellationToken ct) => ReadAsync(proxy.Watch(), ct);

    public ValueTask StopAsync(CancellationToken ct)
    {
        proxy.Stop();
        return ValueTask.CompletedTask;
    }

    private static async IAsyncEnumerable<T> ReadAsync<T>(ChannelReader<T> source, [EnumeratorCancellation] CancellationToken ct)
    {
        while (await source.WaitToReadAsync(ct))
            while (source.TryRead(out var item)) yield return item;
    }
}
