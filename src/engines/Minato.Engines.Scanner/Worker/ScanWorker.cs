using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Worker;

/// <summary>Starts a worker for one image, feeds it the layers and takes its answer. A worker that does not end in time is ended.</summary>
internal sealed class ScanWorker(string executable)
{
    /// <summary>What the runtime of a worker may use for objects, in hexadecimal as it wants it: 1 GiB.</summary>
    private const string HeapLimit = "40000000";

    /// <summary>For the start of the process and the way of the answer.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    /// <summary>The worker beside this program.</summary>
    public static ScanWorker Beside() => new(Path.Combine(AppContext.BaseDirectory, "Minato.ScanWorker"));

    public async ValueTask<WorkerAnswer> ReadAsync(IReadOnlyList<ScanBlob> layers, IScanSource source, ScanLimits limits, CancellationToken ct)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(limits.Time + s_grace);
        using var process = Start();
        try
        {
            var answer = WorkerProtocol.ReadAsync(process.StandardOutput.BaseStream, WorkerProtocol.MaxAnswer, WorkerJson.Default.WorkerAnswer, time.Token).AsTask();
            await FeedAsync(process.StandardInput.BaseStream, layers, source, limits, time.Token);
            return await answer ?? new() { Refusal = "The scan ended without an answer: the image needs more than a scan may use." };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new() { Refusal = $"The scan took longer than {limits.Time.TotalSeconds:0.###} seconds, its limit." };
        }
        finally
        {
            End(process);
        }
    }

    private static async Task FeedAsync(Stream input, IReadOnlyList<ScanBlob> layers, IScanSource source, ScanLimits limits, CancellationToken ct)
    {
        var order = new WorkerOrder
        {
            UnpackedBytes = limits.UnpackedBytes, Files = limits.Files, Depth = limits.Depth, Ratio = limits.Ratio, Time = limits.Time,
            LayerSizes = [.. layers.Select(l => l.Size)],
        };
        try
        {
            await input.WriteAsync(WorkerProtocol.Frame(order, WorkerJson.Default.WorkerOrder), ct);
            foreach (var layer in layers)
            {
                await using var bytes = await source.OpenAsync(layer, ct);
                await bytes.CopyToAsync(input, ct);
            }

            await input.DisposeAsync();
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            // It has ended before it had read everything: its answer says why.
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" };
        // Only what the runtime needs to find itself: no keys of whoever started the server.
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        if (root is not null) start.Environment["DOTNET_ROOT"] = root;
        if (path is not null) start.Environment["PATH"] = path;
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{executable} could not be started.");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{executable} could not be started: {e.Message}", e);
        }
    }

    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile.
        }
    }
}
