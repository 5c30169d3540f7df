using Microsoft.Data.Sqlite;

namespace Minato.Platform.Sqlite;

/// <summary>Opens a database file as Minato needs it and puts SQLite's errors into words a person can act on.</summary>
internal static class SqliteFile
{
    private const int Full = 13;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int ReadOnly = 8;
    private const int CannotOpen = 14;

    /// <summary>Opens the file for writing, making it when it is not there.</summary>
    /// <param name="kind">What the file is, for messages, and the key of its format.</param>
    /// <exception cref="StoreUnreadableException">Written by a newer version, damaged, or not accessible.</exception>
    public static SqliteConnection Open(string path, string kind, int format, string schema)
    {
        SqliteLibrary.Choose();
        var connection = ConnectionTo(path);
        try
        {
            connection.Open();
            // Checkpoints have a thread of their own; FULL makes each commit survive the loss of power.
            connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=0; PRAGMA cache_size=-8192");
            connection.Execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
            CheckFormat(connection, path, kind, format);
            connection.Execute(schema);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Unreadable(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = ConnectionTo(path);
        connection.Open();
        connection.Execute("PRAGMA query_only=1");
        return connection;
    }

    /// <summary>Not open yet. The path may have anything in it.</summary>
    public static SqliteConnection ConnectionTo(string path) => new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());

    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>A write that did not happen, with advice.</summary>
    public static StoreUnavailableException Unavailable(string path, SqliteException cause)
    {
        var what = cause.SqliteErrorCode is Full
            ? $"The disk that holds {path} is full: free some space and try again."
            : $"{path} cannot be written ({cause.Message.TrimEnd('.')}): check the disk and its permissions, then try again.";
        return new($"{what} Nothing of this request was done.", cause);
    }

    private static StoreUnreadableException Unreadable(string path, SqliteException cause) => new(cause.SqliteErrorCode switch
    {
        Corrupt or NotADatabase => $"{path} is damaged ({cause.Message.TrimEnd('.')}). Restore it from a backup, or start with another data directory.",
        Full => $"The disk that holds {path} is full: free some space and start again.",
        ReadOnly or CannotOpen => $"{path} cannot be opened for writing. Check that its directory exists and belongs to this user.",
        _ => $"{path} cannot be opened: {cause.Message}",
    }, cause);

    private static void CheckFormat(SqliteConnection connection, string path, string kind, int format)
    {
        var found = connection.Scalar($"SELECT value FROM meta WHERE name = 'format.{kind}'") as string;
        if (found is null) connection.Execute($"INSERT INTO meta VALUES ('format.{kind}', '{format}')");
        else if (found != $"{format}")
            throw new StoreUnreadableException(
                $"{path} has format {found}, and this version of Minato reads format {format}. Start the version that wrote it, or use another data directory.");
    }
}
