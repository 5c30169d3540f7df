using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Minato.Ec2.Planning;

/// <summary>A block of IPv4 addresses, as CIDR writes it.</summary>
internal readonly record struct Ipv4Range(uint First, int Prefix)
{
    public long Size => 1L << (32 - Prefix);
    private uint Last => (uint)(First + Size - 1);

    public static bool TryParse(string text, out Ipv4Range range)
    {
        range = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var prefix = 32;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > 32)) return false;
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var address)) return false;
        range = new(prefix == 0 ? 0 : address & (uint.MaxValue << (32 - prefix)), prefix);
        return true;
    }

    public static Ipv4Range Parse(string text) =>
        TryParse(text, out var range) ? range : throw new FormatException($"'{text}' is not an IPv4 CIDR block.");

    public static bool TryParseAddress(string text, out uint address)
    {
        address = 0;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork) return false;
        Span<byte> bytes = stackalloc byte[4];
        parsed.TryWriteBytes(bytes, out _);
        address = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return true;
    }

    public static string Text(uint address) => $"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}";

    public bool Overlaps(Ipv4Range other) => First <= other.Last && other.First <= Last;

    public bool Holds(Ipv4Range other) => other.Prefix >= Prefix && Contains(other.First);

    public bool Contains(uint address) => address >= First && address <= Last;

    public override string ToString() => $"{Text(First)}/{Prefix}";
}
