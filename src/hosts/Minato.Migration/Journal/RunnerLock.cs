namespace Minato.Migration.Journal;

/// <summary>Held by the one runner of a migration for as long as it lives; the kernel lets go of it when it dies.</summary>
internal sealed class RunnerLock : IDisposable
{
    private const int Tries = 30;
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(10);

    private readonly FileStream _file;

    private RunnerLock(FileStream file) => _file = file;

    /// <exception cref="MigrationException">Another runner has it.</exception>
    public static RunnerLock Take(string planFile)
    {
        for (var tries = 1; tries <= Tries; tries++)
        {
            if (TryOpen(planFile, FileAccess.ReadWrite, FileShare.None) is { } file) return new(file);
            Thread.Sleep(s_again); // Somebody may just be looking whether it is taken.
        }

        throw new MigrationException($"another runner is at work on {planFile}: watch it with migrate status.");
    }

    public static bool IsTaken(string planFile)
    {
        if (!File.Exists(FileOf(planFile))) return false; // To look leaves nothing behind.
        using var looked = TryOpen(planFile, FileAccess.Read, FileShare.Read);
        return looked is null;
    }

    public void Dispose() => _file.Dispose();

    private static string FileOf(string planFile) => planFile + ".lock";

    /// <returns>Null when a runner has it.</returns>
    private static FileStream? TryOpen(string planFile, FileAccess access, FileShare share)
    {
        try
        {
            return new(FileOf(planFile), access is FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, share);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new MigrationException($"{e.Message} A runner needs to write beside the plan.");
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }
}
