using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Minato.Engines.HaProxy.Configuration;

namespace Minato.Engines.HaProxy.Running;

/// <summary>The worker that serves: of which master, with which shape of configuration.</summary>
internal sealed record RunningProxy(int Master, int Worker, string Shape);

/// <summary>
/// Starts, finds, reloads and ends the one HAProxy of an installation. It runs in a session of its own and outlives us; its
/// master's socket tells whether it is there.
/// </summary>
internal sealed class HaProxyProcess(HaProxyOptions options, HostSettings host, TimeProvider clock)
{
    private const string ConfigurationName = "haproxy.cfg";
    private const string NextName = "haproxy.cfg.next";
    private const string LastName = "haproxy.cfg.last";
    private const long LongestLog = 1024 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private string Log => InDirectory("haproxy.log");

    public string ConfigurationFile => InDirectory(ConfigurationName);

    /// <returns>Null when it is not installed.</returns>
    public string? FindExecutable()
    {
        if (options.Executable is { } given) return File.Exists(given) ? given : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/usr/local/sbin", "/usr/bin"])
            .Select(d => Path.Combine(d, "haproxy")).FirstOrDefault(File.Exists);
    }

    /// <summary>Finds the one that runs already, whoever started it.</summary>
    public async ValueTask<RunningProxy?> FindAsync(CancellationToken ct)
    {
        if (!File.Exists(host.MasterSocket)) return null;
        try { return await SeeAsync(ct); }
        catch (IOException)
        {
            EndUnanswering();
            return null;
        }
    }

    /// <exception cref="IOException">The files could not be written: a full disk, most likely.</exception>
    public async ValueTask WriteNextAsync(Rendered rendered, CancellationToken ct)
    {
        MakeOwn(options.Directory);
        MakeOwn(host.SocketDirectory);
        TrimLog();
        foreach (var (name, content) in rendered.Files) await WriteAsync(name, content, ct);
        await WriteAsync(NextName, rendered.Text, ct);
    }

    /// <summary>Removes what earlier configurations read and the loaded one does not.</summary>
    public void Tidy(Rendered loaded)
    {
        foreach (var file in ((string[])["w_*.map", "s_*.map", "backends_*.map", "hosts_*.map", "rules_*.map", "body_*.txt", "crt_*"]).SelectMany(p => Directory.EnumerateFiles(options.Directory, p)))
            if (!loaded.Files.ContainsKey(Path.GetFileName(file))) File.Delete(file);
    }

    /// <returns>What HAProxy has against the configuration; null when it is fine.</returns>
    public async ValueTask<string?> CheckNextAsync(string executable, CancellationToken ct)
    {
        using var check = Start(executable, ["-c", "-f", NextName], redirect: true);
        var output = check.StandardOutput.ReadToEndAsync(ct);
        var errors = check.StandardError.ReadToEndAsync(ct);
        await check.WaitForExitAsync(ct);
        await output;
        return check.ExitCode == 0 ? null : Alerts(await errors);
    }

    /// <returns>The started one, or why it did not start.</returns>
    public async ValueTask<(RunningProxy? Running, string? Problem)> StartAsync(string executable, string shape, CancellationToken ct)
    {
        File.Move(InDirectory(NextName), ConfigurationFile, overwrite: true);
        var logged = LogLength();
        var script = $"exec setsid \"$@\" </dev/null >>haproxy.log 2>&1";
        var process = Start("/bin/sh", ["-c", script, "minato", executable, "-W", "-S", host.MasterSocket + ",mode,600", "-p", "haproxy.pid", "-f", ConfigurationName], redirect: false);
        for (var started = clock.GetTimestamp(); clock.GetElapsedTime(started) < Patience;)
        {
            if (await TrySeeAsync(ct) is { } seen && seen.Shape == shape && await IsSettledAsync(seen, ct)) return (seen, null);
            if (process.HasExited) return (null, Alerts(LogSince(logged)));
            await Task.Delay(Tick, clock, ct);
        }
        Native.Signal(process.Id, Native.Kill);
        return (null, "HAProxy did not come up in time. " + Alerts(LogSince(logged)));
    }

    /// <summary>Exchanges the worker. Returns when the new one serves and the former one has stopped taking requests.</summary>
    public async ValueTask<(RunningProxy? Running, string? Problem)> ReloadAsync(RunningProxy before, string shape, CancellationToken ct)
    {
        if (File.Exists(ConfigurationFile)) File.Move(ConfigurationFile, InDirectory(LastName), overwrite: true);
        File.Move(InDirectory(NextName), ConfigurationFile, overwrite: true);
        var logged = LogLength();
        await AskToReloadAsync(ct);
        var asked = clock.GetTimestamp();
        string? problem = null;
        for (var started = clock.GetTimestamp(); clock.GetElapsedTime(started) < Patience;)
        {
            if (await TrySeeAsync(ct) is { } seen && seen.Worker != before.Worker && seen.Shape == shape && await HasStoppedAsync(before, ct) && await IsSettledAsync(seen, ct))
                return (seen, null);
            if (!Native.Lives(before.Master)) return (null, "HAProxy ended while it loaded the configuration. " + Alerts(LogSince(logged)));
            if (LogSince(logged) is var log && log.Split('\n').Any(IsAlert)) { problem = Alerts(log); break; }
            if (clock.GetElapsedTime(asked) > AskAgain && !log.Contains("Reloading", StringComparison.Ordinal)) { await AskToReloadAsync(ct); asked = clock.GetTimestamp(); }
            await Task.Delay(Tick, clock, ct);
        }
        if (File.Exists(InDirectory(LastName))) File.Move(InDirectory(LastName), ConfigurationFile, overwrite: true);
        return (null, problem ?? $"HAProxy did not load the configuration in time. {Alerts(LogSince(logged))}");
    }

    public async ValueTask StopAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is not { } running) return;
        Native.Signal(running.Master, Native.Terminate);
        for (var started = clock.GetTimestamp(); Native.Lives(running.Master); await Task.Delay(Tick, clock, ct))
            if (clock.GetElapsedTime(started) > TimeSpan.FromSeconds(5)) Native.Signal(running.Master, Native.Kill);
        foreach (var file in (string[])[host.MasterSocket, host.StatisticsSocket, host.IdleSocket, InDirectory("haproxy.pid")]) File.Delete(file);
        if (host.SocketDirectory != options.Directory) Directory.Delete(host.SocketDirectory, recursive: true);
    }

    /// <summary>Returns when the master is gone. Its socket's end says so at once; a reload ends it too, so the process has the last word.</summary>
    public async Task WaitForEndAsync(RunningProxy running, CancellationToken ct)
    {
        while (Native.Lives(running.Master))
        {
            try
            {
                using var socket = await HaProxyCli.ConnectAsync(host.MasterSocket, ct);
                while (await socket.ReceiveAsync(new byte[256], ct) > 0) { /* It has nothing to say. */ }
            }
            catch (SocketException) { /* Reloading, or gone. */ }
            await Task.Delay(Tick, clock, ct);
        }
    }

    /// <summary>Workers of earlier configurations that still finish requests.</summary>
    public async ValueTask<IReadOnlyList<int>> FormerWorkersAsync(CancellationToken ct)
    {
        var lines = (await HaProxyCli.AskMasterAsync(host.MasterSocket, "show proc", ct)).Split('\n');
        return [.. lines.SkipWhile(l => !l.StartsWith("# old workers", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.StartsWith('#')).Select(FirstNumber).Where(pid => pid > 0)];
    }

    public ValueTask<string> AskAsync(string commands, CancellationToken ct) => HaProxyCli.AskAsync(host.StatisticsSocket, commands, ct);

    public ValueTask<string> AskFormerAsync(int worker, string command, CancellationToken ct) =>
        HaProxyCli.AskMasterAsync(host.MasterSocket, $"@!{worker.ToString(CultureInfo.InvariantCulture)} {command}", ct);

    private async ValueTask AskToReloadAsync(CancellationToken ct)
    {
        try { await HaProxyCli.AskMasterAsync(host.MasterSocket, "reload", ct); }
        catch (IOException) { /* The master drops its connections when it starts over. */ }
    }

    /// <summary>The master starts over once more after its worker does; before that it would forget what it is asked.</summary>
    private async ValueTask<bool> IsSettledAsync(RunningProxy seen, CancellationToken ct)
    {
        try { return (await HaProxyCli.AskMasterAsync(host.MasterSocket, "show proc", ct)).Split('\n').Any(l => FirstNumber(l) == seen.Worker); }
        catch (IOException) { return false; }
    }

    private async ValueTask<bool> HasStoppedAsync(RunningProxy before, CancellationToken ct)
    {
        if (!Native.Lives(before.Worker)) return true;
        try { return (await AskFormerAsync(before.Worker, "show info", ct)).Contains("Stopping: 1", StringComparison.Ordinal); }
        catch (IOException) { return !Native.Lives(before.Worker); }
    }

    private async ValueTask<RunningProxy?> TrySeeAsync(CancellationToken ct)
    {
        if (!File.Exists(host.StatisticsSocket)) return null;
        try { return await SeeAsync(ct); }
        catch (IOException) { return null; }
    }

    private async ValueTask<RunningProxy?> SeeAsync(CancellationToken ct)
    {
        var info = await AskAsync("show info", ct);
        var worker = FirstNumber(Field(info, "Pid: "));
        var words = Field(info, "description: ").Split(' ');
        if (worker == 0 || words is not ["minato", .., var shape]) return null;
        var master = ParentOf(worker);
        return Native.CommandLine(master).Contains(host.MasterSocket, StringComparison.Ordinal) ? new(master, worker, shape) : null;
    }

    /// <summary>A master that hangs keeps the ports: it has to go before another can start.</summary>
    private void EndUnanswering()
    {
        var file = InDirectory("haproxy.pid");
        if (!File.Exists(file) || FirstNumber(File.ReadAllText(file)) is not (> 1 and var pid)) return;
        if (Native.CommandLine(pid).Contains(host.MasterSocket, StringComparison.Ordinal)) Native.Signal(pid, Native.Kill);
    }

    private Process Start(string file, string[] arguments, bool redirect)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = options.Directory,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        // Nothing of our environment is HAProxy's business; it outlives us.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        return Process.Start(start) ?? throw new IOException($"{file} could not be started");
    }

    private async ValueTask WriteAsync(string name, string content, CancellationToken ct)
    {
        var temporary = InDirectory(name == NextName ? name : name + ".new");
        // Keys of certificates are among them.
        await using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            await stream.WriteAsync(Encoding.UTF8.GetBytes(content), ct);
        if (name != NextName) File.Move(temporary, InDirectory(name), overwrite: true);
    }

    /// <summary>Whoever may write to HAProxy's sockets rules it.</summary>
    private static void MakeOwn(string directory)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("HAProxy is served on Linux.");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>HAProxy writes a line for every command and knows no end.</summary>
    public void TrimLog()
    {
        if (LogLength() <= LongestLog) return;
        using var log = File.Open(Log, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
    }

    private long LogLength() => File.Exists(Log) ? new FileInfo(Log).Length : 0;

    private string LogSince(long position)
    {
        if (!File.Exists(Log)) return "";
        using var log = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(Math.Min(position, log.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    /// <summary>That nobody takes in what it tells of requests is no reason not to serve them.</summary>
    private static bool IsAlert(string line) =>
        line.StartsWith("[ALERT]", StringComparison.Ordinal) && !line.Contains("failed in logger", StringComparison.Ordinal);

    private static string Alerts(string log)
    {
        const int Most = 3;
        var alerts = log.Split('\n').Where(IsAlert)
            .Select(l => l[(l.IndexOf(") : ", StringComparison.Ordinal) + 4)..].Trim()).Take(Most).ToList();
        return alerts.Count > 0 ? string.Join("; ", alerts) : log.Trim() is { Length: > 0 } text ? text[..Math.Min(text.Length, 500)] : "HAProxy gave no reason.";
    }

    private string InDirectory(string name) => Path.Combine(options.Directory, name);

    private static string Field(string info, string name) =>
        info.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim() ?? "";

    private static int FirstNumber(string line) =>
        int.TryParse(line.Trim().Split(' ', 2)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static int ParentOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException) { return 0; }
    }
}
