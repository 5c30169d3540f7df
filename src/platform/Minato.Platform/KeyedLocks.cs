namespace Minato.Platform;

/// <summary>One holder at a time for each name; nothing is kept of names that nobody holds.</summary>
public sealed class KeyedLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <returns>Dispose it to let the next one in.</returns>
    public async ValueTask<IDisposable> EnterAsync(string name, CancellationToken ct)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(name, out entry)) _entries.Add(name, entry = new());
            entry.Users++;
        }

        try
        {
            await entry.Semaphore.WaitAsync(ct);
        }
        catch
        {
            Leave(name, entry);
            throw;
        }

        return new Holder(this, name, entry);
    }

    private void Leave(string name, Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users > 0) return;
            _entries.Remove(name);
        }

        entry.Semaphore.Dispose();
    }

    private sealed class Entry
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);
        public int Users { get; set; }
    }

    private sealed class Holder(KeyedLocks locks, string name, Entry entry) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (_left) return;
            _left = true;
            entry.Semaphore.Release();
            locks.Leave(name, entry);
        }
    }
}
