using Minato.Engines.Scanner.Archives;
using Minato.Engines.Scanner.Contents;

namespace Minato.Engines.Scanner.Worker;

/// <summary>The program that reads what somebody pushed: one order and the layers come in, one answer goes out.</summary>
internal static class WorkerProgram
{
    /// <summary>Gives away what the process does not need before the first byte is read, then does its work.</summary>
    public static async Task<int> RunAsync(Stream input, Stream output)
    {
        Sandbox.Enter();
        if (await WorkerProtocol.ReadAsync(input, WorkerProtocol.MaxOrder, WorkerJson.Default.WorkerOrder, CancellationToken.None) is not { } order) return 2;
        var answer = Answer(order, input);
        await output.WriteAsync(WorkerProtocol.Frame(answer, WorkerJson.Default.WorkerAnswer));
        await output.FlushAsync();
        return 0;
    }

    internal static WorkerAnswer Answer(WorkerOrder order, Stream input)
    {
        try
        {
            var reader = new ImageReader(order.Budget());
            foreach (var size in order.LayerSizes)
            {
                using var layer = new PartStream(input, size);
                reader.Add(layer);
                layer.Drain();
            }

            return new() { Contents = reader.Finish() };
        }
        catch (ScanRefusedException e)
        {
            return new() { Refusal = e.Message, IsUnsupported = e.IsUnsupported };
        }
        catch (OutOfMemoryException)
        {
            return new() { Refusal = "The scan needs more memory than it may use." };
        }
    }

    /// <summary>The next so many bytes of a stream that goes on after them.</summary>
    private sealed class PartStream(Stream whole, long size) : ReadOnlyStream
    {
        private long _left = size;

        public override int Read(Span<byte> buffer)
        {
            if (_left == 0 || buffer.IsEmpty) return 0;
            var count = whole.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            if (count == 0) throw new ScanRefusedException("The layers ended too early.");
            _left -= count;
            return count;
        }

        /// <summary>Archives are padded, and readers stop at their end.</summary>
        public void Drain()
        {
            var rest = new byte[64 << 10];
            while (Read(rest) > 0) { }
        }
    }
}
