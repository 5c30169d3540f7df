using System.Buffers.Binary;
using System.Numerics;

namespace Minato.Kms.Planning;

/// <summary>SHA-224 (FIPS 180-4) and its HMAC (FIPS 198-1): the runtime has all hashes of KMS but this one.</summary>
internal static class Sha224
{
    public const int Length = 28;
    private const int Block = 64;

    private static readonly uint[] s_constants = Constants();

    public static byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        Span<byte> padded = stackalloc byte[Block];
        padded.Clear();
        if (key.Length > Block) Hash(key).CopyTo(padded);
        else key.CopyTo(padded);
        return Hash([.. Mixed(padded, 0x5c), .. Hash([.. Mixed(padded, 0x36), .. message])]);
    }

    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        Span<uint> state = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
        var padded = new byte[(message.Length + 9 + Block - 1) / Block * Block];
        message.CopyTo(padded);
        padded[message.Length] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(padded.AsSpan(padded.Length - 8), (long)message.Length * 8);
        for (var at = 0; at < padded.Length; at += Block) Mix(state, padded.AsSpan(at, Block));
        var result = new byte[Length];
        for (var i = 0; i < Length / 4; i++) BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(i * 4), state[i]);
        return result;
    }

    private static void Mix(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        for (var i = 16; i < 64; i++)
        {
            var s0 = BitOperations.RotateRight(w[i - 15], 7) ^ BitOperations.RotateRight(w[i - 15], 18) ^ (w[i - 15] >> 3);
            var s1 = BitOperations.RotateRight(w[i - 2], 17) ^ BitOperations.RotateRight(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < 64; i++)
        {
            var s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var one = h + s1 + ((e & f) ^ (~e & g)) + s_constants[i] + w[i];
            var s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var two = s0 + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }

        ReadOnlySpan<uint> added = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < 8; i++) state[i] += added[i];
    }

    private static byte[] Mixed(ReadOnlySpan<byte> key, byte with)
    {
        var mixed = key.ToArray();
        for (var i = 0; i < mixed.Length; i++) mixed[i] ^= with;
        return mixed;
    }

    /// <summary>The first 32 bits of the fractional parts of the cube roots of the first 64 primes, in whole numbers: a root of p·2^96.</summary>
    private static uint[] Constants()
    {
        var primes = Enumerable.Range(2, 400).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Take(64);
        return [.. primes.Select(p => (uint)(CubeRoot((BigInteger)p << 96) & uint.MaxValue))];
    }

    private static BigInteger CubeRoot(BigInteger number)
    {
        var (low, high) = (BigInteger.Zero, BigInteger.One << 40);
        while (low + 1 < high)
        {
            var middle = (low + high) >> 1;
            if (middle * middle * middle <= number) low = middle;
            else high = middle;
        }

        return low;
    }
}
