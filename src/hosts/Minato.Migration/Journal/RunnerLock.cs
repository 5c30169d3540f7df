namespace Minato.Migration.Journal;

/// <summary>Held by the one runner of a migration for as long as it lives; the kernel lets go of it when it dies.</summary>
internal sealed class RunnerLock : IDisposable
{
    private readonly FileStream _file;

    private RunnerLock(FileStream file) => _file = file;

    /// <exception cref="MigrationException">Another runner has it.</exception>
    public static RunnerLock Take(string planFile) => TryTake(planFile) ?? throw new MigrationException($"another runner is at work on {planFile}: watch it with migrate status.");

    public static bool IsTaken(string planFile)
    {
        using var taken = TryTake(planFile);
        return taken is null;
    }

    public void Dispose() => _file.Dispose();

    private static RunnerLock? TryTake(string planFile)
    {
        try
        {
            return new(new(planFile + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }
}
