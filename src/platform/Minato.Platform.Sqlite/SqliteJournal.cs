using Microsoft.Data.Sqlite;

namespace Minato.Platform.Sqlite;

/// <summary>The journal of an installation: one row for each record, in <c>state.db</c> of the data directory. Holds the directory's lock.</summary>
public sealed class SqliteJournal(string directory) : IJournal, IDisposable
{
    private const int Format = 1;
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS records (tbl TEXT NOT NULL, key TEXT NOT NULL, json BLOB NOT NULL);
        CREATE UNIQUE INDEX IF NOT EXISTS records_by_key ON records (tbl, key);
        """;

    private readonly string _path = Path.Combine(directory, "state.db");
    private DirectoryLock? _lock;
    private SqliteWriter? _writer;
    private SqliteCommand? _put;
    private SqliteCommand? _delete;
    private SqliteCommand? _clear;

    /// <exception cref="StoreUnreadableException">The directory is in use, or the state cannot be read.</exception>
    public ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        _lock = DirectoryLock.Take(directory);
        var connection = SqliteFile.Open(_path, "journal", Format, Schema);
        using (var all = connection.CreateCommand())
        {
            all.CommandText = "SELECT tbl, key, json FROM records";
            using var row = all.ExecuteReader();
            while (row.Read()) visit(new(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));
        }

        _writer = new(connection, _path);
        _put = _writer.Prepare(
            "INSERT INTO records (tbl, key, json) VALUES ($tbl, $key, $json) ON CONFLICT (tbl, key) DO UPDATE SET json = excluded.json",
            "$tbl", "$key", "$json");
        _delete = _writer.Prepare("DELETE FROM records WHERE tbl = $tbl AND key = $key", "$tbl", "$key");
        _clear = _writer.Prepare("DELETE FROM records");
        return ValueTask.CompletedTask;
    }

    public async ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct) => await Writer.RunAsync(() =>
    {
        foreach (var entry in entries) Write(entry);
    });

    public async ValueTask ClearAsync(CancellationToken ct) => await Writer.RunAsync(() => _clear?.ExecuteNonQuery());

    public void Dispose()
    {
        _put?.Dispose();
        _delete?.Dispose();
        _clear?.Dispose();
        _writer?.Dispose();
        _lock?.Dispose();
    }

    private SqliteWriter Writer => _writer ?? throw new InvalidOperationException("The journal was not loaded.");

    private void Write(JournalEntry entry)
    {
        if (_put is null || _delete is null) return; // Made together with the writer that calls this.
        var command = entry.Json is null ? _delete : _put;
        command.Parameters[0].Value = entry.Table;
        command.Parameters[1].Value = entry.Key;
        if (entry.Json is { } json) command.Parameters[2].Value = json;
        command.ExecuteNonQuery();
    }
}
