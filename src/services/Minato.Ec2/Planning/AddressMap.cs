using System.Numerics;
using Minato.Ec2.State;

namespace Minato.Ec2.Planning;

/// <summary>Hands out addresses of a subnet. Next fit over a bit map: at most 512 bytes are looked at for the 4096 addresses of a /20.</summary>
internal static class AddressMap
{
    private const int ReservedAtStart = 4; // AWS: network, router, DNS, future use.
    private const int ReservedAtEnd = 1;   // AWS: broadcast.
    public const int Reserved = ReservedAtStart + ReservedAtEnd;

    public static AddressPool Empty(ResourceKey subnet, int size)
    {
        var taken = new byte[size / 8];
        for (var i = 0; i < ReservedAtStart; i++) taken[i / 8] |= (byte)(1 << i % 8);
        taken[(size - 1) / 8] |= (byte)(1 << (size - 1) % 8);
        return new() { Key = subnet, Taken = taken, Free = size - Reserved, Next = ReservedAtStart };
    }

    public static bool IsReserved(int offset, int size) => offset < ReservedAtStart || offset >= size - ReservedAtEnd;

    public static bool IsTaken(AddressPool pool, int offset) => (pool.Taken.Span[offset / 8] >> offset % 8 & 1) != 0;

    /// <returns>Offset of a free address in the subnet, or null when none is left.</returns>
    public static int? NextFree(AddressPool pool)
    {
        if (pool.Free == 0) return null;
        var taken = pool.Taken.Span;
        var start = pool.Next / 8 % taken.Length;
        for (var step = 0; step <= taken.Length; step++)
        {
            var at = (start + step) % taken.Length;
            var free = (byte)~taken[at];
            if (step == 0) free &= (byte)(0xFF << pool.Next % 8); // The bits before the cursor come last, when the search is around.
            if (free != 0) return at * 8 + BitOperations.TrailingZeroCount(free);
        }
        return null;
    }

    public static AddressPool Take(AddressPool pool, int offset) =>
        pool with { Taken = Flip(pool, offset), Free = pool.Free - 1, Next = (offset + 1) % (pool.Taken.Length * 8) };

    public static AddressPool Release(AddressPool pool, int offset) =>
        IsTaken(pool, offset) ? pool with { Taken = Flip(pool, offset), Free = pool.Free + 1 } : pool;

    private static byte[] Flip(AddressPool pool, int offset)
    {
        var copy = pool.Taken.ToArray();
        copy[offset / 8] ^= (byte)(1 << offset % 8);
        return copy;
    }
}
