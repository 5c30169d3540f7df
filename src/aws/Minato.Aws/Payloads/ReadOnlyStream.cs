namespace Minato.Aws.Payloads;

/// <summary>A stream that is read once, from its beginning to its end, and never waited for by a blocked thread.</summary>
public abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
}

/// <summary>A body that headers follow: what its sender knew only when all of it was sent, such as a checksum.</summary>
public interface IBodyTrailers
{
    /// <summary>Names told before the body, in lower case.</summary>
    IReadOnlyCollection<string> Announced { get; }

    /// <summary>All of them, once the body was read to its end.</summary>
    IReadOnlyDictionary<string, string> Trailers { get; }
}
