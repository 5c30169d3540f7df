using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Minato.Engines.Docker;

/// <summary>Answers that are one JSON object a line, as they come.</summary>
internal static class JsonLines
{
    private const int LongestLine = 1024 * 1024;

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(ct);
                var rest = result.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line.Length > 1) yield return line.ToArray(); // The shortest line is a carriage return alone.
                }
                if (rest.Length > LongestLine)
                    throw new InvalidDataException($"Docker Engine sent a line of more than {LongestLine} bytes.");
                if (result.IsCompleted && rest.Length > 1) yield return rest.ToArray();
                reader.AdvanceTo(result.IsCompleted ? rest.End : rest.Start, rest.End);
                if (result.IsCompleted) yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
