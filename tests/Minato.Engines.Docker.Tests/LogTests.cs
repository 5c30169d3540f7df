using System.Buffers.Binary;
using System.Text;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

public sealed class LogTests
{
    private const string Noon = "2026-01-02T12:00:00.";

    [Fact]
    public async Task Pieces_are_joined_to_lines_of_their_output()
    {
        var big = new string('x', 16 * 1024);
        var lines = await FramesAsync((1, Noon, 1, big), (2, Noon, 2, "error\n"), (1, Noon, 1, "end\n"), (1, Noon, 3, "last words"));
        lines.Select(l => (l.Text.Length, l.IsError)).ShouldBe([(5, true), (big.Length + 3, false), (10, false)]);
    }

    [Fact]
    public async Task Lines_within_one_tick_have_times_of_their_own()
    {
        var lines = await FramesAsync((1, Noon, 100, "a\n"), (2, Noon, 130, "b\n"), (1, Noon, 199, "c\n"), (1, Noon, 250, "d\n"));
        lines.Select(l => l.Time.Ticks - lines[0].Time.Ticks).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_line_of_more_than_a_MiB_comes_as_several()
    {
        var piece = new string('x', 700_000);
        var lines = await FramesAsync((1, Noon, 1, piece), (1, Noon, 1, piece), (1, Noon, 1, "\n"));
        lines.Select(l => l.Text.Length).ShouldBe([LineAssembler.LongestLine, 1_400_000 - LineAssembler.LongestLine]);
    }

    [Fact]
    public async Task A_line_of_exactly_a_MiB_is_one()
    {
        var lines = await FramesAsync((1, Noon, 1, new string('x', LineAssembler.LongestLine) + "\n"), (1, Noon, 2, "\n"));
        lines.Select(l => l.Text.Length).ShouldBe([LineAssembler.LongestLine, 0]);
    }

    [Fact]
    public async Task A_frame_without_end_is_an_error_of_the_engine()
    {
        using var cut = new MemoryStream([1, 0, 0, 0, 0, 0, 0, 40, (byte)'2']);
        await Should.ThrowAsync<EndOfStreamException>(async () => await ReadAsync(LogFrames.ReadAsync(cut, default)));
    }

    [Fact]
    public async Task A_terminals_lines_lose_the_timestamps_and_carriage_returns_that_were_added()
    {
        var big = new string('x', 16 * 1024);
        var text = $"{Noon}000000001Z one\r\n{Noon}000000002Z {big}{Noon}000000002Z end\r\n{Noon}000000003Z {Noon[..10]} in a line\r\n{Noon}000000004Z $ ";
        foreach (var step in (int[])[1, 7, 4096, 100_000])
        {
            var lines = await ReadAsync(TerminalLog.ReadAsync(new SlowStream(Encoding.UTF8.GetBytes(text), step), default));
            lines.Select(l => l.Text.Length).ShouldBe([3, big.Length + 3, 20, 2], $"in steps of {step}");
            Encoding.UTF8.GetString(lines[1].Text.Span[^3..]).ShouldBe("end");
        }
    }

    [Theory]
    [InlineData("2026-01-02T12:00:00.123456789Z x", true)]
    [InlineData("2026-02-30T12:00:00.123456789Z x", false)]
    [InlineData("2026-01-02T12:00:00.123456789Zx", false)]
    [InlineData("2026-01-02", false)]
    public void Timestamps_are_told_from_text(string text, bool expected) =>
        LogTimestamp.TryParse(Encoding.UTF8.GetBytes(text), out _).ShouldBe(expected);

    private static async Task<List<ContainerLogLine>> FramesAsync(params (byte Stream, string Second, int Nanosecond, string Text)[] frames)
    {
        using var stream = new MemoryStream();
        foreach (var (output, second, nanosecond, text) in frames)
        {
            var payload = Encoding.UTF8.GetBytes($"{second}{nanosecond:000000000}Z {text}");
            var header = new byte[8];
            header[0] = output;
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), payload.Length);
            stream.Write(header);
            stream.Write(payload);
        }
        stream.Position = 0;
        return await ReadAsync(LogFrames.ReadAsync(stream, default));
    }

    private static async Task<List<ContainerLogLine>> ReadAsync(IAsyncEnumerable<LogChunk> chunks)
    {
        var assembler = new LineAssembler();
        var lines = new List<ContainerLogLine>();
        await foreach (var chunk in chunks) lines.AddRange(assembler.Add(chunk));
        lines.AddRange(assembler.Finish());
        return lines;
    }

    /// <summary>A socket gives what it has, however little.</summary>
    private sealed class SlowStream(byte[] content, int step) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
