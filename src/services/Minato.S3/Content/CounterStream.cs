using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Minato.Aws.Payloads;

namespace Minato.S3.Content;

/// <summary>Encrypts or decrypts with AES in counter mode, from any place of a content on. Each content has a nonce of its own.</summary>
internal sealed class CounterStream : ReadOnlyStream
{
    public const int NonceLength = 12;
    private const int Block = 16;
    private const int Ahead = 1024 * Block;

    private readonly Stream _inner;
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[Ahead];
    private readonly byte[] _keys = new byte[Ahead];
    private uint _next;
    private int _used = Ahead;

    /// <param name="position">Of the content's byte that <paramref name="inner"/> gives first.</param>
    public CounterStream(Stream inner, byte[] key, byte[] nonce, long position)
    {
        _inner = inner;
        _aes.Key = key;
        for (var i = 0; i < Ahead; i += Block) nonce.CopyTo(_counters, i);
        _next = checked((uint)(position / Block));
        Refill();
        _used = (int)(position % Block);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _inner.ReadAsync(buffer, cancellationToken);
        for (var text = buffer[..read]; text.Length > 0;)
        {
            if (_used == Ahead) Refill();
            var some = Math.Min(text.Length, Ahead - _used);
            Mix(text.Span[..some], _keys.AsSpan(_used, some));
            (_used, text) = (_used + some, text[some..]);
        }
        return read;
    }

    private void Refill()
    {
        for (var i = 0; i < Ahead; i += Block) BinaryPrimitives.WriteUInt32BigEndian(_counters.AsSpan(i + NonceLength), _next++);
        _aes.EncryptEcb(_counters, _keys, PaddingMode.None);
        _used = 0;
    }

    private static void Mix(Span<byte> text, ReadOnlySpan<byte> keys)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(text);
        var with = MemoryMarshal.Cast<byte, ulong>(keys);
        for (var i = 0; i < words.Length; i++) words[i] ^= with[i];
        for (var i = words.Length * sizeof(ulong); i < text.Length; i++) text[i] ^= keys[i];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _aes.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
