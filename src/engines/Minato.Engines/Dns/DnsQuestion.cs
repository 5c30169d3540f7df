using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Minato.Engines.Dns;

/// <summary>A question of class IN. The name is checked, in small letters, without compression.</summary>
public readonly ref struct DnsQuestion(ReadOnlySpan<byte> name, ushort type, DnsSource source)
{
    public ReadOnlySpan<byte> Name { get; } = name;
    public ushort Type { get; } = type;
    public DnsSource Source { get; } = source;
}

/// <summary>Who asks: the IPv4 address of the asker, or of the client that a resolver asks for (EDNS client subnet); 0 for others.</summary>
/// <param name="IsClaimed">The asker says that it asks for the address; nothing shows that it may see what is seen there.</param>
public readonly record struct DnsSource(uint Address, bool IsClaimed = false)
{
    public static DnsSource Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return new(address.AddressFamily == AddressFamily.InterNetwork ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) : 0);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Address);
        return new(bytes);
    }
}

/// <summary>Types of records that a server has to know by itself.</summary>
public static class DnsTypes
{
    public const ushort A = 1;
    public const ushort Ns = 2;
    public const ushort Cname = 5;
    public const ushort Soa = 6;
    public const ushort Hinfo = 13;
    public const ushort Aaaa = 28;
    public const ushort Opt = 41;
    public const ushort Ixfr = 251;
    public const ushort Axfr = 252;
    public const ushort Any = 255;
}
