using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Minato.Cli.Output;
using Minato.Cli.Sessions;
using Minato.Server;

namespace Minato.Cli.Running;

/// <summary>Starts and stops the server of a data directory.</summary>
internal static class ServerProcess
{
    private const int Terminate = 15;
    private const int LinesShown = 8;
    private const string OwnName = "minato: "; // This process says it, too.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>A server that was told to stop has stopped by then.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    public static string Executable => Path.Combine(AppContext.BaseDirectory, "Minato.Server");

    /// <summary>Runs it in the foreground until it ends.</summary>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo(Executable, arguments) { UseShellExecute = false })
            ?? throw new UserException("the server could not be started.");
        // Ctrl-C reaches the server too (same terminal); what is left here is to wait for it.
        using var stop = ct.Register(() => Signal(process.Id, Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    /// <summary>Waits for the server that another task runs in the foreground.</summary>
    /// <returns>False when it ended before it answered.</returns>
    public static async Task<bool> AnswersAsync(ServerFiles files, Task server, CancellationToken ct)
    {
        using var http = LocalHttp.New();
        while (!server.IsCompleted)
        {
            if (files.Running is { } running && await Answers(http, running.Endpoint, ct)) return true;
            await Task.Delay(25, ct);
        }
        return false;
    }

    /// <summary>Starts it in a session of its own and waits until it answers.</summary>
    public static async Task StartAsync(ServerFiles files, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        DataDirectory.Create(files.DataDirectory);
        var begin = BeginLog(files.LogPath);
        var command = ShellWords.Join([Executable, .. arguments]);
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec setsid {command} >>{ShellWords.Quoted(files.LogPath)} 2>&1 </dev/null"]) { UseShellExecute = false })
            ?? throw new UserException("the server could not be started.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(StartLimit);
        using var http = LocalHttp.New();
        while (true)
        {
            if (shell.HasExited) throw new UserException($"the server stopped at once: {SaidSince(begin, files.LogPath)}");
            try
            {
                if (files.Running is { } running && await Answers(http, running.Endpoint, limit.Token)) return;
                await Task.Delay(25, limit.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new UserException($"the server did not answer within {StartLimit.TotalSeconds:0} s. Its log: {files.LogPath}");
            }
        }
    }

    /// <returns>False when none ran.</returns>
    public static async Task<bool> StopAsync(ServerFiles files, CancellationToken ct)
    {
        if (files.Running is not { } running) return false;
        if (!Signal(running.ProcessId, Terminate) && ServerFiles.IsAlive(running)) throw new UserException($"the server (pid {running.ProcessId}) may not be stopped by this user.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(StopLimit);
        try
        {
            // Not our child: there is nothing to wait on but its end itself. A zombie has ended.
            while (ServerFiles.IsAlive(running)) await Task.Delay(20, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new UserException($"the server (pid {running.ProcessId}) did not stop within {StopLimit.TotalSeconds:0} s. Its log: {files.LogPath}");
        }
        return true;
    }

    private static async Task<bool> Answers(HttpClient http, Uri endpoint, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(endpoint, "/_minato/health"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException) { return false; }
    }

    private static bool Signal(int processId, int signal)
    {
        try
        {
            using var kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
            kill.WaitForExit();
            return kill.ExitCode is 0;
        }
        catch (Win32Exception e) { throw new UserException($"cannot signal process {processId}: {e.Message}"); }
    }

    /// <summary>Notes the start in the log. Where none can be written, the server would say what is wrong to nobody.</summary>
    /// <returns>Where in the log this start begins.</returns>
    internal static long BeginLog(string path)
    {
        try
        {
            using var log = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 0,
            });
            log.Write(Encoding.UTF8.GetBytes($"{Screen.Time(DateTimeOffset.UtcNow)} minato up\n"));
            return log.Position;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"the log of the server cannot be written: {e.Message.TrimEnd('.')}. Free some space or see to its permissions, or choose another folder with --data DIR.");
        }
    }

    internal static string SaidSince(long begin, string path)
    {
        using var log = new StreamReader(path);
        log.BaseStream.Position = begin;
        var lines = log.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LinesShown).Select(l => l.StartsWith(OwnName, StringComparison.Ordinal) ? l[OwnName.Length..] : l).ToArray();
        return lines.Length > 0 ? string.Join('\n', lines) : $"it did not say why. Run it where it can be seen: ./minato up --data {ShellWords.Quote(Path.GetDirectoryName(path) ?? "")}";
    }
}
