using Minato.Platform;

namespace Minato.Testing;

/// <summary>The disk of the world: outlives every process, takes a moment for each write, can be full.</summary>
public sealed class SimDisk
{
    internal MemoryJournal Content { get; } = new();

    /// <summary>Writes fail while it is set.</summary>
    public bool IsFull { get; set; }

    /// <summary>The longest a write takes; each takes a part of it by chance.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(3);
}

/// <summary>
/// What one process has of the disk. When the process is killed, a write in flight reaches the disk or not, by chance, and is never
/// acknowledged.
/// </summary>
internal sealed class SimJournal(SimDisk disk, TimeProvider time, Ids chance) : IJournal
{
    private TaskCompletionSource<bool>? _killed;
    private bool _isDead;

    public ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct) => disk.Content.LoadAsync(visit, ct);

    public async ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct) =>
        await WriteAsync(() => disk.Content.AppendAsync(entries, ct));

    public async ValueTask ClearAsync(CancellationToken ct) => await WriteAsync(() => disk.Content.ClearAsync(ct));

    public void Kill()
    {
        _isDead = true;
        _killed?.TrySetResult(chance.Next(2) == 0);
    }

    private async ValueTask WriteAsync(Func<ValueTask> write)
    {
        if (_isDead) throw Killed();
        _killed = new(); // Not RunContinuationsAsynchronously: WhenAny would take that to the thread pool.
        var written = Task.Delay(disk.Latency * chance.NextDouble(), time);
        if (await Task.WhenAny(written, _killed.Task) != written)
        {
            if (await _killed.Task) await write();
            throw Killed();
        }

        if (disk.IsFull) throw new IOException("No space left on device.");
        await write();
    }

    private static StoreUnavailableException Killed() => new("The process was killed.");
}
