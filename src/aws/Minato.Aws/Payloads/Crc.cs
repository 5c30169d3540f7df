using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Minato.Aws.Payloads;

/// <summary>A cyclic redundancy check, reflected, begun and ended with ones: eight bytes a step.</summary>
public sealed class Crc
{
    private readonly int _bits;
    private readonly ulong _polynomial;
    private readonly ulong[] _tables = new ulong[8 * 256];

    public static Crc Crc32 { get; } = new(32, 0xEDB88320);
    public static Crc Crc32C { get; } = new(32, 0x82F63B78);
    public static Crc Crc64Nvme { get; } = new(64, 0x9A6C9329AC4BC9B5);

    private Crc(int bits, ulong polynomial)
    {
        (_bits, _polynomial) = (bits, polynomial);
        for (var b = 0; b < 256; b++)
        {
            var value = (ulong)b;
            for (var bit = 0; bit < 8; bit++) value = Shift(value);
            _tables[b] = value;
        }
        for (var i = 256; i < _tables.Length; i++) _tables[i] = (_tables[i - 256] >> 8) ^ _tables[_tables[i - 256] & 0xFF];
    }

    internal ulong Start => ulong.MaxValue >> (64 - _bits);

    internal ulong End(ulong state) => state ^ Start;

    internal ulong Append(ulong state, ReadOnlySpan<byte> content)
    {
        if (ReferenceEquals(this, Crc32C)) return Castagnoli((uint)state, content);
        var t = _tables;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(content))
        {
            var x = state ^ (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
            state = t[0x700 + (int)(x & 0xFF)] ^ t[0x600 + (int)(x >> 8 & 0xFF)] ^ t[0x500 + (int)(x >> 16 & 0xFF)] ^ t[0x400 + (int)(x >> 24 & 0xFF)]
                ^ t[0x300 + (int)(x >> 32 & 0xFF)] ^ t[0x200 + (int)(x >> 40 & 0xFF)] ^ t[0x100 + (int)(x >> 48 & 0xFF)] ^ t[(int)(x >> 56)];
        }
        foreach (var b in content[(content.Length & ~7)..]) state = (state >> 8) ^ t[(int)((state ^ b) & 0xFF)];
        return state;
    }

    // The processor has an instruction for this one.
    private static uint Castagnoli(uint state, ReadOnlySpan<byte> content)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(content)) state = BitOperations.Crc32C(state, word);
        foreach (var b in content[(content.Length & ~7)..]) state = BitOperations.Crc32C(state, b);
        return state;
    }

    /// <summary>The checksum of two pieces one after the other, from those of each.</summary>
    /// <param name="length">Of the second piece.</param>
    public byte[] Combine(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, long length)
    {
        var moved = FromBytes(first);
        var power = 1UL << (_bits - 2);
        for (var bits = length * 8; bits > 0; bits >>= 1)
        {
            if ((bits & 1) == 1) moved = Multiply(power, moved);
            power = Multiply(power, power);
        }
        return ToBytes(moved ^ FromBytes(second));
    }

    internal byte[] ToBytes(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes[(8 - _bits / 8)..];
    }

    private static ulong FromBytes(ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        foreach (var b in bytes) value = value << 8 | b;
        return value;
    }

    // Polynomials over two elements, modulo the generator.
    private ulong Multiply(ulong a, ulong b)
    {
        var product = 0UL;
        for (var bit = 1UL << (_bits - 1); bit > 0; bit >>= 1)
        {
            if ((a & bit) != 0) product ^= b;
            b = Shift(b);
        }
        return product;
    }

    private ulong Shift(ulong value) => (value & 1) == 1 ? value >> 1 ^ _polynomial : value >> 1;
}
