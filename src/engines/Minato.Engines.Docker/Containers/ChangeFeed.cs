using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>Changes that wait to be read, one for a container: a slow reader costs no memory and the daemon no patience.</summary>
internal sealed class ChangeFeed
{
    private readonly Channel<ContainerChange> waiting = Channel.CreateUnbounded<ContainerChange>(new() { SingleReader = true });
    private readonly HashSet<string> ids = new(StringComparer.Ordinal);

    public void Add(ContainerChange change)
    {
        lock (ids)
            if (!ids.Add(change.ContainerId)) return;
        waiting.Writer.TryWrite(change);
    }

    public void End(Exception reason) => waiting.Writer.TryComplete(reason);

    /// <param name="abandoned">Cancelled when the reader stops reading.</param>
    public async IAsyncEnumerable<ContainerChange> ReadAsync(
        CancellationTokenSource abandoned, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            await foreach (var change in waiting.Reader.ReadAllAsync(ct))
            {
                lock (ids) ids.Remove(change.ContainerId);
                yield return change;
            }
        }
        finally
        {
            await abandoned.CancelAsync();
            abandoned.Dispose();
        }
    }
}
