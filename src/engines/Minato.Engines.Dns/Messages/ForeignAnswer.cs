using System.Buffers.Binary;

namespace Minato.Engines.Dns.Messages;

/// <summary>The records of another server's answer, unpacked from its compression.</summary>
internal static class ForeignAnswer
{
    private const int MostRecords = 64;
    private const int MostJumps = 16;

    /// <returns>Null for what cannot be read.</returns>
    public static (DnsResult Result, List<DnsRecord> Records)? Read(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < Query.HeaderLength) return null;
        var at = Query.HeaderLength;
        for (var i = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]); i > 0; i--)
        {
            if (ReadName(packet, ref at) is null) return null;
            at += 4;
        }

        var records = new List<DnsRecord>();
        for (var i = Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(packet[6..]), MostRecords); i > 0; i--)
        {
            if (ReadName(packet, ref at) is not { } owner || packet.Length - at < 10) return null;
            var type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
            var ttl = BinaryPrimitives.ReadUInt32BigEndian(packet[(at + 4)..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 8)..]);
            at += 10;
            if (packet.Length - at < length) return null;
            if (Data(packet, at, length, type) is { } data) records.Add(new(owner, type, ttl, data));
            at += length;
        }

        return ((DnsResult)(packet[3] & 15), records);
    }

    // Only types of which it is known where names are packed inside.
    private static byte[]? Data(ReadOnlySpan<byte> packet, int at, int length, ushort type) => type switch
    {
        DnsTypes.A or DnsTypes.Aaaa or 16 => packet.Slice(at, length).ToArray(),
        DnsTypes.Cname or DnsTypes.Ns or 12 => Named(packet, at, length, 0),
        15 => Named(packet, at, length, 2),
        33 => Named(packet, at, length, 6),
        _ => null,
    };

    private static byte[]? Named(ReadOnlySpan<byte> packet, int at, int length, int before)
    {
        if (length <= before) return null;
        var start = at;
        at += before;
        return ReadName(packet, ref at) is { } name ? [.. packet.Slice(start, before), .. name.Wire] : null;
    }

    private static DnsName? ReadName(ReadOnlySpan<byte> packet, ref int at)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        int length = 0, jumps = 0, position = at;
        while (position < packet.Length)
        {
            var label = packet[position];
            if (label >= 0xC0)
            {
                if (position + 1 >= packet.Length || ++jumps > MostJumps) return null;
                if (jumps == 1) at = position + 2;
                position = ((label & 0x3F) << 8) | packet[position + 1];
                continue;
            }

            if (label > DnsName.MaxLabel || length + 1 + label > name.Length || packet.Length - position < 1 + label) return null;
            name[length++] = label;
            position++;
            if (label == 0)
            {
                if (jumps == 0) at = position;
                return DnsName.FromWire(name[..length]);
            }

            for (var end = position + label; position < end; position++)
                name[length++] = packet[position] is >= (byte)'A' and <= (byte)'Z' ? (byte)(packet[position] | 0x20) : packet[position];
        }

        return null;
    }
}
