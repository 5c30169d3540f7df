using System.Collections.Concurrent;

namespace Minato.CloudTrail.Recording;

/// <summary>
/// Rows of the journal for calls on their way. A row is used again once its event is in the log: while calls come fast, none is deleted
/// and none is added.
/// </summary>
/// <param name="run">Of this process: rows of another one are not ours to use.</param>
internal sealed class KeptRows(string run)
{
    // There, and no longer needed. The oldest first, so that none grows old: after a crash the log is searched from the oldest row on.
    private readonly ConcurrentQueue<string> _spent = new();
    private readonly ConcurrentQueue<string> _gone = new();
    private int _names;

    public bool HasSpent => !_spent.IsEmpty;

    /// <returns>A name that no other call has, and whether a row has it.</returns>
    public (string Key, bool IsThere) Take()
    {
        if (_spent.TryDequeue(out var key)) return (key, true);
        return (_gone.TryDequeue(out key) ? key : $"{run}/{Interlocked.Increment(ref _names)}", false);
    }

    public void GiveBack(string key, bool isThere) => (isThere ? _spent : _gone).Enqueue(key);

    public bool IsOurs(string key) => key.StartsWith(run, StringComparison.Ordinal);

    /// <returns>Rows to delete now; nobody else has them.</returns>
    public List<string> TakeSpent(int most)
    {
        var keys = new List<string>();
        while (keys.Count < most && _spent.TryDequeue(out var key)) keys.Add(key);
        return keys;
    }
}
