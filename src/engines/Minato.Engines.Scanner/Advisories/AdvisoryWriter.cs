using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Minato.Engines.Scanner.Versions;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>Writes entries into a database that nobody reads yet.</summary>
internal sealed class AdvisoryWriter(SqliteConnection connection)
{
    /// <summary>Entries between two commits, which bounds what SQLite keeps in memory.</summary>
    private const int Batch = 5_000;

    public ImportResult Write(IEnumerable<string> dumps, CancellationToken ct)
    {
        var (imported, withdrawn, skipped, total) = (0, 0, 0, 0);
        string? first = null;
        Scalar("BEGIN");
        foreach (var (name, json) in dumps.SelectMany(OsvDump.Read))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                if (OsvReader.Read(json) is { } advisory) imported += Put(advisory) ? 1 : 0;
                else
                {
                    withdrawn++;
                    Remove(JsonDocument.Parse(json).RootElement.GetProperty("id").GetString() ?? "");
                }
            }
            catch (JsonException e)
            {
                skipped++;
                first ??= $"{name}: {e.Message}";
            }

            if (++total % Batch != 0) continue;
            Scalar("COMMIT");
            Scalar("BEGIN");
        }

        Scalar("COMMIT");

        if (imported + withdrawn == 0) throw new InvalidDataException(first is null ? "there are no OSV entries in it." : $"there are no OSV entries in it ({first}).");
        return new(imported, withdrawn, skipped, first, 0);
    }

    /// <returns>False when a newer one of the same id is there.</returns>
    private bool Put(Advisory advisory)
    {
        var modified = advisory.Modified?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "";
        if (Scalar("SELECT modified FROM advisories WHERE id = $a", advisory.Id) is string there && string.CompareOrdinal(there, modified) > 0) return false;
        Remove(advisory.Id);
        var json = JsonSerializer.SerializeToUtf8Bytes(advisory with { Affected = [] }, OsvJson.Default.Advisory);
        var row = (long)(Scalar("INSERT INTO advisories (id, modified, json) VALUES ($a, $b, $c); SELECT last_insert_rowid()", advisory.Id, modified, json) ?? 0L);
        foreach (var affected in advisory.Affected)
        {
            Scalar("INSERT INTO affected VALUES ($a, $b, $c, $d)", row, affected.Ecosystem, Ecosystem.Normalize(affected.Ecosystem, affected.Name),
                JsonSerializer.SerializeToUtf8Bytes(affected, OsvJson.Default.AffectedPackage));
        }

        return true;
    }

    private void Remove(string id)
    {
        if (Scalar("SELECT row FROM advisories WHERE id = $a", id) is not long row) return;
        Scalar("DELETE FROM affected WHERE advisory = $a", row);
        Scalar("DELETE FROM advisories WHERE row = $a", row);
    }

    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    private object? Scalar(string sql, params ReadOnlySpan<object> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter($"${(char)('a' + i)}", null));
            _commands[sql] = command;
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteScalar();
    }
}
