using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>A process that <c>docker exec</c> would start, and the hijacked connection to its terminal.</summary>
internal sealed class DockerProcess(DockerClient docker, string containerId, string execId, HttpResponseMessage connection, Stream terminal) : IContainerProcess
{
    /// <summary>The daemon closes the terminal a moment before it knows the exit code.</summary>
    private const int ExitLooks = 40;
    private static readonly TimeSpan ExitPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan EndWait = TimeSpan.FromSeconds(5);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        try
        {
            await terminal.WriteAsync(input, ct);
            await terminal.FlushAsync(ct);
        }
        catch (Exception e) when (DockerClient.IsAway(e) || e is ObjectDisposedException)
        {
            // It has ended: reading says so.
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            return await terminal.ReadAsync(buffer, ct);
        }
        catch (Exception e) when (DockerClient.IsAway(e) || e is ObjectDisposedException)
        {
            return 0;
        }
    }

    public async ValueTask ResizeAsync(int columns, int rows, CancellationToken ct)
    {
        try
        {
            await docker.DoAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/exec/{execId}/resize?w={columns}&h={rows}"), ct);
        }
        catch (DockerException)
        {
            // It has ended, or has not begun: the next size comes with the next change of the window.
        }
    }

    public async ValueTask<int?> ExitCodeAsync(CancellationToken ct)
    {
        for (var look = 0; look < ExitLooks; look++)
        {
            if (await LookAsync(ct) is not { } state) return null;
            if (!state.Running && state.ExitCode is { } code) return code;
            await Task.Delay(ExitPause, ct);
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await terminal.DisposeAsync();
        connection.Dispose();
    }

    private async Task<ExecAnswer?> LookAsync(CancellationToken ct)
    {
        try
        {
            return await docker.GetAsync($"/exec/{execId}/json", DockerJson.Default.ExecAnswer, ct);
        }
        catch (DockerException)
        {
            return null; // Its container is gone, and it with it.
        }
    }

    /// <summary>The engine cannot end such a process and keeps it when its terminal is left: the host's kernel ends it.</summary>
    private async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(EndWait);
        try
        {
            if (await LookAsync(patience.Token) is not { Running: true, Pid: > 0 } state || !IsInContainer(state.Pid)) return;
            using var process = Process.GetProcessById(state.Pid);
            process.Kill();
        }
        catch (Exception e) when (e is EngineUnavailableException or OperationCanceledException or ArgumentException or InvalidOperationException
            or Win32Exception or IOException or UnauthorizedAccessException)
        {
            // It ended by itself, or is not ours to end: then it ends with its container at the latest.
        }
    }

    // A number may have gone to another process since.
    private bool IsInContainer(int pid) =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup")).Contains(containerId, StringComparison.Ordinal);
}
