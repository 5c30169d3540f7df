using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Minato.Platform.Sqlite;

/// <summary>
/// The one thread that writes a file. Everything that waits when a transaction begins is written by it: many callers, one wait for
/// the disk.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MaxBatch = 256;

    private readonly BlockingCollection<Write> _waiting = new(boundedCapacity: 4096);
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly Thread _thread;

    public SqliteWriter(SqliteConnection connection, string path)
    {
        _connection = connection;
        _path = path;
        _checkpointer = new(path);
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _thread = new(Run) { IsBackground = true, Name = $"minato writer of {Path.GetFileName(path)}" };
        _thread.Start();
    }

    public SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters) command.Parameters.Add(new() { ParameterName = name });
        command.Prepare();
        return command;
    }

    /// <summary>Runs the write in a transaction and returns when that is durable.</summary>
    /// <exception cref="StoreUnavailableException">It was rolled back.</exception>
    public Task RunAsync(Action write)
    {
        var one = new Write(write);
        _waiting.Add(one);
        return one.Done.Task;
    }

    /// <summary>Writes what waits, then ends the thread and closes the file.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread.Join();
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _checkpointer.Dispose();
        _connection.Dispose();
        _waiting.Dispose();
    }

    private void Run()
    {
        var batch = new List<Write>();
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.Add(first);
            while (batch.Count < MaxBatch && _waiting.TryTake(out var next)) batch.Add(next);
            Commit(batch);
            if (_checkpointer.LogGrew()) Checkpoint();
        }
    }

    private void Commit(List<Write> batch)
    {
        try
        {
            _begin.ExecuteNonQuery();
            foreach (var write in batch) write.Action();
            _commit.ExecuteNonQuery();
        }
        catch (Exception e)
        {
            RollBack();
            var failure = e is SqliteException sqlite ? SqliteFile.Unavailable(_path, sqlite) : e;
            foreach (var write in batch) write.Done.SetException(failure);
            return;
        }

        foreach (var write in batch) write.Done.SetResult();
    }

    private void RollBack()
    {
        try
        {
            _rollback.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back already, as it does when the disk is full.
        }
    }

    private void Checkpoint()
    {
        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // As in the checkpointer: nothing is lost by it.
        }
    }

    private sealed record Write(Action Action)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
