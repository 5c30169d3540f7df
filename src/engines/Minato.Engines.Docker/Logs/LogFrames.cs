using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Minato.Engines.Docker;

/// <summary>Output of a container without a terminal: frames of eight bytes (stream, three of nothing, length) and a piece of a
/// line.</summary>
internal static class LogFrames
{
    private const int HeaderSize = 8;

    /// <summary>The engine splits lines at 16 KiB; other log drivers may not.</summary>
    private const int LongestFrame = 4 * 1024 * 1024;

    public static async IAsyncEnumerable<LogChunk> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var buffered = new BufferedStream(stream, 64 * 1024);
        var header = new byte[HeaderSize];
        var buffer = new byte[32 * 1024];
        while (await buffered.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, ct) == HeaderSize)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            if (length is < 0 or > LongestFrame) throw new InvalidDataException($"Docker Engine sent a log frame of {length} bytes.");
            if (length > buffer.Length) buffer = new byte[length];
            var payload = buffer.AsMemory(0, length);
            await buffered.ReadExactlyAsync(payload, ct);
            if (!LogTimestamp.TryParse(payload.Span, out var ticks)) continue; // Not a line: the daemon's own remark.
            yield return new(ticks, payload[LogTimestamp.Length..], IsError: header[0] == 2);
        }
    }
}
