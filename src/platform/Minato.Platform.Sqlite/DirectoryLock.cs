namespace Minato.Platform.Sqlite;

/// <summary>Keeps a data directory to one process. The kernel lets go of it when the process ends, however it ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private const int InUse = 11; // EWOULDBLOCK: somebody else has locked the file.

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StoreUnreadableException">Another process has it, or it cannot be written. Says which process.</exception>
    public static DirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, "lock");
        // The holder stands in a file of its own: the locked one cannot be opened.
        var holder = Path.Combine(directory, "lock.holder");
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                File.WriteAllText(holder, $"process {Environment.ProcessId}");
                return new(file);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (IOException e) when (e.HResult is InUse)
        {
            throw new StoreUnreadableException(
                $"The data directory {directory} is in use by {Holder(holder)}. Stop that one first, or choose another directory.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnreadableException(
                $"The data directory {directory} cannot be written: {e.Message.TrimEnd('.')}. Free some space or see to its permissions, or choose another directory.", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
