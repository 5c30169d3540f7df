using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Minato.Engines.Docker;

/// <summary>Output of a container with a terminal: one stream, without frames. A piece ends with its line feed, or at 16 KiB when the
/// engine split the line, and then the next timestamp follows in the middle of the line.</summary>
internal static class TerminalLog
{
    private const int PieceSize = 16 * 1024;

    public static async IAsyncEnumerable<LogChunk> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var ticks = 0L;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(ct);
                var rest = result.Buffer;
                while (Take(ref rest, result.IsCompleted, ref ticks) is { } piece) yield return new(ticks, piece, IsError: false);
                reader.AdvanceTo(rest.Start, rest.End);
                if (result.IsCompleted) yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static byte[]? Take(ref ReadOnlySequence<byte> rest, bool isLast, ref long ticks)
    {
        const int Whole = LogTimestamp.Length + PieceSize;
        var window = rest.Slice(0, Math.Min(rest.Length, Whole)).ToArray();
        if (window.Length == 0) return null;
        var start = LogTimestamp.TryParse(window, out var stamped) ? LogTimestamp.Length : 0;
        var feed = window.AsSpan(start).IndexOf((byte)'\n');
        var end = feed >= 0 ? start + feed + 1 : Math.Min(window.Length, start + PieceSize);
        if (feed < 0 && end - start < PieceSize && !isLast) return null; // More of it is to come.

        if (start > 0) ticks = stamped;
        rest = rest.Slice(end);
        var piece = window[start..end];
        return piece is [.., (byte)'\r', (byte)'\n'] ? [.. piece[..^2], (byte)'\n'] : piece; // A terminal adds the carriage return.
    }
}
