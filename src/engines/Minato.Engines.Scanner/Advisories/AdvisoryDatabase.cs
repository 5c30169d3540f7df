using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Minato.Engines.Scanner.Versions;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>The vulnerabilities that were imported: one SQLite file, looked up by package, replaced as a whole.</summary>
internal sealed class AdvisoryDatabase(string directory)
{
    public const string FileName = "vulnerabilities.db";
    private const string Format = "1";

    private const string Schema = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE advisories (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, modified TEXT NOT NULL, json BLOB NOT NULL);
        CREATE TABLE affected (advisory INTEGER NOT NULL, ecosystem TEXT NOT NULL, package TEXT NOT NULL, json BLOB NOT NULL);
        """;

    public string Path { get; } = System.IO.Path.Combine(directory, FileName);

    /// <summary>Changes with every import; null while there was none.</summary>
    public string? Version => new FileInfo(Path) is { Exists: true } file ? string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}") : null;

    /// <summary>Writes a new database beside the old one and moves it over: scans see one or the other.</summary>
    /// <param name="add">Keep what is there: newer entries take the place of older ones of the same id.</param>
    /// <exception cref="InvalidDataException">A dump cannot be read; nothing changes.</exception>
    public ImportResult Import(IEnumerable<string> dumps, bool add, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var beside = $"{Path}.{Environment.ProcessId}.new";
        File.Delete(beside);
        try
        {
            if (add && File.Exists(Path)) File.Copy(Path, beside);
            var result = Write(beside, dumps, ct);
            File.Move(beside, Path, overwrite: true);
            return result;
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <exception cref="InvalidDataException">It is damaged or of another format.</exception>
    public AdvisoryReader Open()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection($"Data Source={Path};Mode=ReadOnly;Pooling=False");
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT value FROM meta WHERE name = 'format'";
            if (command.ExecuteScalar() as string != Format) throw new InvalidDataException($"{Path} was written by another version. Import again: ./minato scan db import FILE");
            return new(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new InvalidDataException($"{Path} cannot be read ({e.Message}). Import again: ./minato scan db import FILE", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static ImportResult Write(string path, IEnumerable<string> dumps, CancellationToken ct)
    {
        SQLitePCL.Batteries_V2.Init();
        var isNew = !File.Exists(path);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        // Nobody sees the file before it is whole: its journal would protect nothing.
        Execute(connection, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536");
        if (isNew) Execute(connection, Schema);
        else Execute(connection, "DROP INDEX IF EXISTS by_package; DROP INDEX IF EXISTS by_advisory");
        Execute(connection, "CREATE INDEX by_advisory ON affected (advisory)");
        var result = new AdvisoryWriter(connection).Write(dumps, ct);
        Execute(connection, "DROP INDEX by_advisory; CREATE INDEX by_package ON affected (package, ecosystem)");
        Execute(connection, $"INSERT OR REPLACE INTO meta VALUES ('format', '{Format}')");
        Execute(connection, "INSERT OR REPLACE INTO meta SELECT 'newest', coalesce(max(modified), '') FROM advisories");
        Execute(connection, "PRAGMA synchronous=FULL");
        return result with { Total = Convert.ToInt32(Scalar(connection, "SELECT count(*) FROM advisories"), CultureInfo.InvariantCulture) };
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

/// <param name="Imported">Entries written.</param>
/// <param name="Withdrawn">Entries that are withdrawn, and so were not (or no longer).</param>
/// <param name="Skipped">What is no entry, with a reason for the first of them.</param>
internal sealed record ImportResult(int Imported, int Withdrawn, int Skipped, string? FirstSkipped, int Total);
