using System.Buffers;
using System.Text;

namespace Minato.Aws.Protocols;

/// <summary>Bytes being written, on rented memory.</summary>
internal sealed class PooledBuffer(int capacity = 1024) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public int Length => _length;
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 256));
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 256));
        return _bytes.AsSpan(_length);
    }

    public void Append(byte value)
    {
        if (_length == _bytes.Length) Reserve(1);
        _bytes[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
    }

    public void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        _bytes.AsSpan(at, _length - at).CopyTo(_bytes.AsSpan(at + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(at));
        _length += bytes.Length;
    }

    public void Clear() => _length = 0;

    public void Dispose()
    {
        if (_bytes.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= count) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, _bytes.Length * 2));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
