using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>Tells everyone who watches; who does not keep up loses the oldest.</summary>
internal sealed class NoticeBoard
{
    private const int Most = 64;
    private readonly Lock watchersLock = new();
    private readonly List<Channel<ProxyNotice>> watchers = [];

    public void Post(ProxyNotice notice)
    {
        lock (watchersLock)
            foreach (var watcher in watchers) watcher.Writer.TryWrite(notice);
    }

    /// <summary>Listens from this call on, not from the first element read.</summary>
    public IAsyncEnumerable<ProxyNotice> ReadAsync(CancellationToken ct)
    {
        var mine = Channel.CreateBounded<ProxyNotice>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (watchersLock) watchers.Add(mine);
        return Read(mine, ct);
    }

    private async IAsyncEnumerable<ProxyNotice> Read(Channel<ProxyNotice> mine, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            await foreach (var notice in mine.Reader.ReadAllAsync(ct)) yield return notice;
        }
        finally
        {
            lock (watchersLock) watchers.Remove(mine);
        }
    }
}
