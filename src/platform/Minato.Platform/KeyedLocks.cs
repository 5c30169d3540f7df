namespace Minato.Platform;

/// <summary>Locks by name that are awaited, first come first served. A name that nobody holds takes no room.</summary>
public sealed class KeyedLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal); // By name that is held.

    /// <returns>Dispose it to let the next one in.</returns>
    public async ValueTask<IDisposable> EnterAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        // Not a semaphore: with a token it goes on on another thread, which the simulated world does not have.
        if (Enqueue(name) is { } turn)
        {
            await using var giveUp = ct.Register(() => turn.TrySetCanceled(ct));
            await turn.Task;
        }

        return new Holder(this, name);
    }

    /// <returns>Null when the lock is free and now the caller's.</returns>
    private TaskCompletionSource? Enqueue(string name)
    {
        lock (_gate)
        {
            if (_waiting.TryAdd(name, new())) return null;
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[name].Enqueue(turn);
            return turn;
        }
    }

    private void Leave(string name)
    {
        lock (_gate)
        {
            while (_waiting[name].TryDequeue(out var next))
            {
                if (next.TrySetResult()) return; // Unless it gave up.
            }

            _waiting.Remove(name);
        }
    }

    private sealed class Holder(KeyedLocks locks, string name) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0) locks.Leave(name);
        }
    }
}
