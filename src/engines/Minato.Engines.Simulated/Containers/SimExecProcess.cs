using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Minato.Engines.Containers;

namespace Minato.Engines.Simulated;

/// <summary>
/// A process in a simulated container. It knows <c>sh -c 'COMMAND; COMMAND'</c> with <c>echo</c>, <c>exit</c>, <c>cat</c> and
/// <c>stty size</c>, which is what tests need of a shell.
/// </summary>
internal sealed class SimExecProcess(SimContainer container) : IContainerProcess
{
    private const byte EndOfInput = 4;
    private const int CannotRun = 127;
    private const int Killed = 137;

    private readonly Channel<byte[]> output = Channel.CreateUnbounded<byte[]>();
    private readonly Queue<string> script = new();
    private ReadOnlyMemory<byte> rest;
    private bool isReading;
    private (int Columns, int Rows) size = (80, 24);
    private int? exitCode;

    public void Start(IReadOnlyList<string> command)
    {
        if (command is ["sh" or "/bin/sh", "-c", var text])
        {
            foreach (var step in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) script.Enqueue(step);
            Continue();
            return;
        }
        Print($"OCI runtime exec failed: exec failed: unable to start container process: exec: \"{command[0]}\": executable file not found in $PATH: unknown");
        End(CannotRun);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        if (!isReading || exitCode is not null) return ValueTask.CompletedTask;
        var end = input.Span.IndexOf(EndOfInput);
        var taken = end < 0 ? input : input[..end];
        if (taken.Length > 0) output.Writer.TryWrite(taken.ToArray());
        if (end >= 0) Continue();
        return ValueTask.CompletedTask;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        if (!container.IsRunning) End(Killed);
        while (rest.Length == 0)
        {
            if (!await output.Reader.WaitToReadAsync(ct)) return 0;
            if (output.Reader.TryRead(out var more)) rest = more;
        }
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        rest = rest[count..];
        return count;
    }

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken ct)
    {
        size = (columns, rows);
        return ValueTask.CompletedTask;
    }

    public ValueTask<int?> ExitCodeAsync(CancellationToken ct) => new(exitCode);

    public ValueTask DisposeAsync()
    {
        End(Killed);
        return ValueTask.CompletedTask;
    }

    private void Continue()
    {
        isReading = false;
        while (exitCode is null && script.TryDequeue(out var step))
        {
            if (step.StartsWith("echo ", StringComparison.Ordinal)) Print(step[5..]);
            else if (step.StartsWith("exit ", StringComparison.Ordinal)) End(int.Parse(step[5..], CultureInfo.InvariantCulture));
            else if (step == "stty size") Print($"{size.Rows} {size.Columns}");
            else if (step == "cat")
            {
                isReading = true;
                return;
            }
            else Print($"sh: {step}: not found");
        }
        End(0);
    }

    private void Print(string line) => output.Writer.TryWrite(Encoding.UTF8.GetBytes(line + "\r\n"));

    private void End(int code)
    {
        exitCode ??= code;
        output.Writer.TryComplete();
    }
}
