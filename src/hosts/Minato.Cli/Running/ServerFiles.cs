using System.Diagnostics;
using Minato.Cli.Sessions;
using Minato.Server;

namespace Minato.Cli.Running;

/// <summary>What a data directory says of its server: who it is, and whether it runs.</summary>
internal sealed class ServerFiles(string dataDirectory)
{
    public string DataDirectory { get; } = dataDirectory;
    public string LogPath => Path.Combine(DataDirectory, Server.DataDirectory.LogFile);

    /// <returns>Null when there is no installation yet.</returns>
    public InstallationFile? Installation => InstallationFile.Find(DataDirectory);

    /// <returns>Null when no server runs on this directory.</returns>
    public RunningFile? Running => RunningFile.Find(DataDirectory) is { } file && IsAlive(file) ? file : null;

    /// <exception cref="UserException">No server runs.</exception>
    public (InstallationFile Installation, RunningFile Running) Require() =>
        Installation is { } installation && Running is { } running ? (installation, running)
            : throw new UserException($"no server runs on {DataDirectory}. Start one with: ./minato up --detach --data {ShellWords.Quote(DataDirectory)}");

    // A pid may have been given to another program since: the start tells them apart.
    public static bool IsAlive(RunningFile file)
    {
        if (RunningFile.StartOf(file.ProcessId) is not { } start) return false;
        if (file.ProcessStart is { } known) return known == start;
        try
        {
            using var process = Process.GetProcessById(file.ProcessId);
            return Math.Abs((process.StartTime.ToUniversalTime() - file.ProcessStartedAt.UtcDateTime).TotalSeconds) < 2;
        }
        catch (ArgumentException) { return false; }
        catch (InvalidOperationException) { return false; }
    }
}
