using System.Buffers;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>
/// Joins pieces into whole lines, each output by itself. Every line gets a time of its own, later than the one before, so that "after
/// this line" is exact even for two lines within the 100 ns that a time can tell apart. The same log always gives the same times.
/// </summary>
internal sealed class LineAssembler
{
    /// <summary>A longer line comes as several.</summary>
    public const int LongestLine = 1024 * 1024;

    private readonly Pending output = new();
    private readonly Pending error = new();
    private long last;

    public IEnumerable<ContainerLogLine> Add(LogChunk chunk)
    {
        var pending = chunk.IsError ? error : output;
        var ends = chunk.Text.Span is [.., (byte)'\n'];
        var text = ends ? chunk.Text[..^1] : chunk.Text;
        if (!pending.Open) pending.Ticks = chunk.Ticks;
        pending.Open = true;
        while (pending.Buffer.WrittenCount + text.Length > LongestLine)
        {
            var fits = LongestLine - pending.Buffer.WrittenCount;
            pending.Buffer.Write(text.Span[..fits]);
            text = text[fits..];
            yield return Emit(pending, chunk.IsError);
            pending.Open = true;
        }
        pending.Buffer.Write(text.Span);
        if (ends) yield return Emit(pending, chunk.IsError);
    }

    /// <summary>What stands there without a line feed when the container has ended.</summary>
    public IEnumerable<ContainerLogLine> Finish()
    {
        if (output.Buffer.WrittenCount > 0) yield return Emit(output, isError: false);
        if (error.Buffer.WrittenCount > 0) yield return Emit(error, isError: true);
    }

    private ContainerLogLine Emit(Pending pending, bool isError)
    {
        last = Math.Max(pending.Ticks, last + 1);
        var line = new ContainerLogLine(new(last, TimeSpan.Zero), pending.Buffer.WrittenSpan.ToArray(), isError);
        pending.Clear();
        return line;
    }

    private sealed class Pending
    {
        private const int CapacityKept = 64 * 1024;

        public ArrayBufferWriter<byte> Buffer { get; private set; } = new();

        public long Ticks { get; set; }

        public bool Open { get; set; }

        public void Clear()
        {
            if (Buffer.Capacity > CapacityKept) Buffer = new(); // One long line is no reason to hold its memory for ever.
            else Buffer.ResetWrittenCount();
            Open = false;
        }
    }
}
