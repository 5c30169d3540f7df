using Microsoft.Data.Sqlite;

namespace Minato.Platform.Sqlite;

/// <summary>
/// Moves the write-ahead log into the database on a thread and connection of its own, so that no writer waits for it. While writers
/// never pause the log only grows; it begins anew at the first pause, or when it has become so long that the writer moves it itself.
/// </summary>
internal sealed class SqliteCheckpointer : IDisposable
{
    private const long Step = 16 << 20;
    private const long Longest = 1 << 30;

    private readonly SemaphoreSlim _wanted = new(0);
    private readonly SqliteConnection _connection;
    private readonly FileInfo _log;
    private readonly Thread _thread;
    private long _seen;
    private volatile bool _isEnding;

    public SqliteCheckpointer(string path)
    {
        _log = new(path + "-wal");
        _connection = SqliteFile.ConnectionTo(path);
        _connection.Open();
        _thread = new(Run) { IsBackground = true, Name = $"minato checkpoints of {Path.GetFileName(path)}" };
        _thread.Start();
    }

    /// <summary>Called by the writer after a commit: wakes the thread when the log has grown by a step.</summary>
    /// <returns>Whether the log is so long that the writer should stop and move it.</returns>
    public bool LogGrew()
    {
        _log.Refresh();
        var length = _log.Exists ? _log.Length : 0;
        if (length < _seen) _seen = 0; // It began anew.
        if (length < _seen + Step) return false;
        _seen = length;
        _wanted.Release();
        return length > Longest;
    }

    public void Dispose()
    {
        _isEnding = true;
        _wanted.Release();
        _thread.Join();
        _connection.Dispose();
        _wanted.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _wanted.Wait();
            if (_isEnding) return;
            try
            {
                _connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
            }
            catch (SqliteException)
            {
                // A full disk, for one: what was committed is safe in the log, and the next commit says what is wrong.
            }
        }
    }
}
