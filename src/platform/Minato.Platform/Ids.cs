using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Minato.Platform;

/// <summary>Where ids and chance come from: unguessable in production, repeatable from a seed in a simulated world.</summary>
public sealed class Ids
{
    private const string HexDigits = "0123456789abcdef";
    private const string UrlSafeDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private const int DrawnAhead = 1024; // Bytes.

    [ThreadStatic] private static byte[]? _aheadOfThread;
    [ThreadStatic] private static int _leftOfThread;

    private readonly Lock _gate = new();
    private readonly bool _isSeeded;
    private ulong _state;

    /// <summary>Unguessable.</summary>
    public Ids()
    {
    }

    /// <summary>The same seed gives the same ids in the same order.</summary>
    public Ids(ulong seed)
    {
        _isSeeded = true;
        _state = seed;
    }

    public string Hex(int length) => Text(length, HexDigits);

    /// <summary>A version 4 UUID in lower case with dashes.</summary>
    public string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Draw(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    public string Digits(int length) => string.Create(length, this, static (text, ids) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = (char)('0' + ids.Next(10));
    });

    public string UrlSafe(int length) => Text(length, UrlSafeDigits);

    /// <returns>At least 0, less than 1.</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <returns>At least 0, less than <paramref name="max"/>; every value equally likely.</returns>
    public int Next(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        var fair = uint.MaxValue - (uint.MaxValue % (uint)max);
        uint drawn;
        do drawn = (uint)NextUInt64();
        while (drawn >= fair);
        return (int)(drawn % (uint)max);
    }

    /// <summary>For secrets and nonces.</summary>
    public void Fill(Span<byte> bytes)
    {
        if (!_isSeeded)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        Span<byte> word = stackalloc byte[8];
        for (var i = 0; i < bytes.Length; i += word.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            word[..Math.Min(word.Length, bytes.Length - i)].CopyTo(bytes[i..]);
        }
    }

    // To ask the system takes longer than all the rest of making an id: it is asked for many at a time. What was drawn is wiped.
    private void Draw(Span<byte> bytes)
    {
        if (_isSeeded || bytes.Length > DrawnAhead / 4)
        {
            Fill(bytes);
            return;
        }

        var ahead = _aheadOfThread ??= new byte[DrawnAhead];
        if (_leftOfThread < bytes.Length)
        {
            RandomNumberGenerator.Fill(ahead);
            _leftOfThread = ahead.Length;
        }

        var drawn = ahead.AsSpan(_leftOfThread - bytes.Length, bytes.Length);
        drawn.CopyTo(bytes);
        drawn.Clear();
        _leftOfThread -= bytes.Length;
    }

    // Both alphabets have a power of two of digits, so a byte's low bits choose fairly.
    private string Text(int length, string alphabet)
    {
        Span<byte> bytes = length <= 256 ? stackalloc byte[length] : new byte[length];
        Draw(bytes);
        Span<char> text = length <= 256 ? stackalloc char[length] : new char[length];
        for (var i = 0; i < length; i++) text[i] = alphabet[bytes[i] & (alphabet.Length - 1)];
        return new(text);
    }

    private ulong NextUInt64()
    {
        if (!_isSeeded)
        {
            Span<byte> bytes = stackalloc byte[8];
            Draw(bytes);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }

        // SplitMix64: the runtime's own generators may change between versions, a seed in a bug report must not.
        lock (_gate)
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
