using System.Runtime.InteropServices;

namespace Minato.Cli.Output;

/// <summary>Whoever reads what this process prints. .NET hides it when they go away, and what follows something would go on for nobody.</summary>
internal static partial class Reader
{
    private const int StandardOutput = 1;
    private const short Gone = 0x8 | 0x10; // POLLERR: nobody has the other end of the pipe. POLLHUP: the terminal was closed.
    private const int BrokenPipe = 141; // As a shell tells of a program that SIGPIPE ended.
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Goes on until the work ends, is cancelled, or nobody reads any more.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> WhileThereAsync(Func<CancellationToken, Task<int>> work, CancellationToken ct)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var look = new Timer(_ => { if (IsGone(StandardOutput)) gone.Cancel(); }, null, s_interval, s_interval);
        try
        {
            return await work(gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return BrokenPipe;
        }
    }

    internal static bool IsGone(int file)
    {
        var asked = new PollFile(file, 0, 0);
        return Poll(ref asked, 1, 0) > 0 && (asked.Found & Gone) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollFile file, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private record struct PollFile(int File, short Wanted, short Found);
}
