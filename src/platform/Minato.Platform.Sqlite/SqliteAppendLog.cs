using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Minato.Platform.Sqlite;

/// <summary>
/// The append log of an installation, in <c>bulk.db</c> of the data directory: a file of its own, so that a flood of log lines does
/// not slow the journal. Opened at first use.
/// </summary>
public sealed class SqliteAppendLog(string directory) : IAppendLog, IDisposable
{
    private const int Format = 1;
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS partitions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS entries (
            part INTEGER NOT NULL, ts INTEGER NOT NULL, seq INTEGER NOT NULL, ingested INTEGER NOT NULL, payload BLOB NOT NULL,
            PRIMARY KEY (part, ts, seq)) WITHOUT ROWID;
        INSERT OR IGNORE INTO meta VALUES ('sequence', '0');
        """;

    private readonly string _path = Path.Combine(directory, "bulk.db");
    private readonly Lock _opening = new();
    private readonly ConcurrentBag<SqliteConnection> _readers = []; // As many as ever read at a time.
    private volatile Writing? _writing;

    public async ValueTask AppendAsync(string partition, IReadOnlyList<LogEntry> entries, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (entries.Count > 0) await Open().RunAsync(w => w.Append(partition, entries));
    }

    public async ValueTask DeleteAsync(string partition, CancellationToken ct)
    {
        await Open().RunAsync(w => w.Trim(partition, long.MaxValue));
        await Open().RunAsync(w => w.Forget(partition));
    }

    public async ValueTask TrimAsync(string partition, long beforeMs, CancellationToken ct) =>
        await Open().RunAsync(w => w.Trim(partition, beforeMs));

    public async ValueTask ClearAsync(CancellationToken ct) => await Open().RunAsync(w => w.Clear());

    // Runs on the caller's thread: what is read is nearly always in the page cache.
    public ValueTask<IReadOnlyList<StoredEntry>> ReadAsync(string partition, AppendRange range, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _ = Open();
        if (!_readers.TryTake(out var reader)) reader = SqliteFile.OpenReader(_path);
        try
        {
            return ValueTask.FromResult(Read(reader, partition, range));
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers) reader.Dispose();
        _writing?.Dispose();
    }

    // Who finds the disk full is told so; the next one tries again.
    private Writing Open()
    {
        if (_writing is { } open) return open;
        lock (_opening)
        {
            if (_writing is { } opened) return opened;
            Directory.CreateDirectory(directory);
            try
            {
                return _writing = new(SqliteFile.Open(_path, "bulk", Format, Schema), _path);
            }
            catch (StoreUnreadableException e)
            {
                throw e.InnerException is SqliteException cause ? SqliteFile.Unavailable(_path, cause) : new StoreUnavailableException(e.Message, e);
            }
        }
    }

    private static IReadOnlyList<StoredEntry> Read(SqliteConnection reader, string partition, AppendRange range)
    {
        using var query = reader.CreateCommand();
        var order = range.Descending ? "DESC" : "ASC";
        query.CommandText = $"""
            SELECT ts, seq, ingested, payload FROM entries
            WHERE part = (SELECT id FROM partitions WHERE name = $name)
              AND (ts, seq) > ($afterTs, $afterSeq) AND (ts, seq) < ($beforeTs, $beforeSeq)
            ORDER BY ts {order}, seq {order} LIMIT $limit
            """;
        var (after, before) = Bounds(range);
        query.Parameters.AddWithValue("$name", partition);
        query.Parameters.AddWithValue("$afterTs", after.TimestampMs);
        query.Parameters.AddWithValue("$afterSeq", after.Sequence);
        query.Parameters.AddWithValue("$beforeTs", before.TimestampMs);
        query.Parameters.AddWithValue("$beforeSeq", before.Sequence);
        query.Parameters.AddWithValue("$limit", range.Limit);
        var entries = new List<StoredEntry>();
        using var row = query.ExecuteReader();
        while (row.Read())
        {
            var position = new Position(row.GetInt64(0), row.GetInt64(1));
            entries.Add(new(position, new(position.TimestampMs, row.GetInt64(2), row.GetFieldValue<byte[]>(3))));
        }

        return entries;
    }

    // Both bounds exclusive: sequences begin at 1, so (ts, 0) stands before everything of its millisecond.
    private static (Position After, Position Before) Bounds(AppendRange range)
    {
        var after = new Position(range.FromMs ?? long.MinValue, 0);
        var before = new Position(range.ToMs ?? long.MaxValue, range.ToMs is null ? long.MaxValue : 0);
        if (range.After is { } a && a > after) after = a;
        if (range.Before is { } b && b < before) before = b;
        return (after, before);
    }

    /// <summary>What runs on the writer's thread.</summary>
    private sealed class Writing(SqliteConnection connection, string path) : IDisposable
    {
        private readonly SqliteWriter _writer = new(connection, path);
        private readonly Dictionary<string, SqliteCommand> _prepared = [];
        private long _sequence = long.Parse((string)(connection.Scalar("SELECT value FROM meta WHERE name = 'sequence'") ?? "0"));

        public Task RunAsync(Action<Writing> write) => _writer.RunAsync(() => write(this));

        public void Append(string partition, IReadOnlyList<LogEntry> entries)
        {
            Run("INSERT OR IGNORE INTO partitions (name) VALUES ($0)", partition);
            foreach (var entry in entries)
            {
                Run(
                    "INSERT INTO entries SELECT id, $1, $2, $3, $4 FROM partitions WHERE name = $0",
                    partition, entry.TimestampMs, ++_sequence, entry.IngestedMs, entry.Payload.ToArray());
            }

            // Kept apart from the entries: positions stay unique when the newest entries are deleted.
            Run("UPDATE meta SET value = $0 WHERE name = 'sequence'", $"{_sequence}");
        }

        public void Trim(string partition, long beforeMs) =>
            Run("DELETE FROM entries WHERE part = (SELECT id FROM partitions WHERE name = $0) AND ts < $1", partition, beforeMs);

        public void Forget(string partition) => Run(
            "DELETE FROM partitions WHERE name = $0 AND NOT EXISTS (SELECT 1 FROM entries WHERE part = partitions.id)", partition);

        public void Clear()
        {
            Run("DELETE FROM entries");
            Run("DELETE FROM partitions");
        }

        public void Dispose()
        {
            foreach (var command in _prepared.Values) command.Dispose();
            _writer.Dispose();
        }

        private void Run(string sql, params ReadOnlySpan<object> values)
        {
            if (!_prepared.TryGetValue(sql, out var command)) _prepared.Add(sql, command = Prepare(sql, values.Length));
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
            command.ExecuteNonQuery();
        }

        private SqliteCommand Prepare(string sql, int count) =>
            _writer.Prepare(sql, [.. Enumerable.Range(0, count).Select(i => $"${i}")]);
    }
}
