using System.Runtime.InteropServices;
using Minato.Engines.Sessions;

namespace Minato.Cli.Sessions;

/// <summary>Joins a session with the terminal of this process, or with its pipes.</summary>
internal sealed class SessionTerminal(SessionClient session, Terminal terminal)
{
    private static readonly byte[] EndOfInput = [4]; // What a terminal sends for Ctrl-D.

    public async Task RunAsync(CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, signal => Resized(signal, over.Token));
        await ResizeAsync(over.Token);
        _ = InputAsync(over.Token); // A read of the terminal cannot be given up: it ends with this process.
        try
        {
            await OutputAsync(over.Token);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task OutputAsync(CancellationToken ct)
    {
        await using var output = Console.OpenStandardOutput();
        var lines = new PlainLines();
        while (await session.ReadAsync(ct) is { } bytes)
        {
            await output.WriteAsync(terminal.IsInteractive ? bytes : lines.Take(bytes.Span), ct);
            await output.FlushAsync(ct);
        }
        if (!terminal.IsInteractive) await output.WriteAsync(lines.Rest(), ct);
    }

    private async Task InputAsync(CancellationToken ct)
    {
        var buffer = new byte[1024];
        await using var input = Console.OpenStandardInput();
        try
        {
            while (await Task.Run(() => input.Read(buffer), ct) is > 0 and var count)
                await session.WriteAsync(buffer.AsMemory(0, count), ct);
            await session.WriteAsync(EndOfInput, ct);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The session is over, or nobody types any more.
        }
    }

    private void Resized(PosixSignalContext signal, CancellationToken ct)
    {
        signal.Cancel = true; // There is nothing else to do about it.
        _ = ResizeAsync(ct);
    }

    private async Task ResizeAsync(CancellationToken ct)
    {
        try
        {
            if (terminal.Size() is var (columns, rows)) await session.ResizeAsync(columns, rows, ct);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }
}
