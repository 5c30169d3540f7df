using System.Buffers.Binary;
using Minato.Engines.Dns;

namespace Minato.Engines.Dns.Messages;

/// <summary>What a packet asks, as far as it can be read. The name is not copied: <see cref="QuestionLength"/> bytes behind the header are it.</summary>
internal ref struct Query
{
    public const int HeaderLength = 12;
    private const int MostRecords = 16; // Records a query may carry behind its question; one, the OPT, is usual.

    public ushort Id { get; private set; }
    public ushort Flags { get; private set; }
    public ushort Type { get; private set; }
    public ushort Class { get; private set; }

    /// <summary>Name, type and class, as sent; 0 when there is no question that can be given back.</summary>
    public int QuestionLength { get; private set; }

    public bool HasEdns { get; private set; }
    public int UdpSize { get; private set; }
    public byte EdnsVersion { get; private set; }

    /// <summary>The asker takes signatures: said back to it (RFC 3225), though there are none.</summary>
    public bool TakesSignatures { get; private set; }
    public ClientSubnet? Subnet { get; private set; }

    public readonly bool WantsRecursion => (Flags & 0x0100) != 0;
    public readonly int Opcode => (Flags >> 11) & 15;

    /// <summary>Reads a packet.</summary>
    /// <param name="name">Takes the name in small letters.</param>
    /// <param name="nameLength">How much of it was written.</param>
    /// <returns>Null for what is not to be answered at all.</returns>
    public static DnsResult? Read(ReadOnlySpan<byte> packet, Span<byte> name, out int nameLength, out Query query)
    {
        query = default;
        nameLength = 0;
        if (packet.Length < HeaderLength) return null;
        query.Id = BinaryPrimitives.ReadUInt16BigEndian(packet);
        query.Flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if ((query.Flags & 0x8000) != 0) return null; // An answer: answering it would go on for ever.
        if (query.Opcode != 0) return DnsResult.NotImplemented;
        if (BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) != 1) return DnsResult.FormatError;
        var at = HeaderLength;
        if (!TryReadName(packet, ref at, name, out nameLength) || packet.Length - at < 4) return DnsResult.FormatError;
        query.Type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
        query.Class = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
        at += 4;
        query.QuestionLength = at - HeaderLength;
        return query.ReadRecords(packet, at) ? DnsResult.Success : DnsResult.FormatError;
    }

    private bool ReadRecords(ReadOnlySpan<byte> packet, int at)
    {
        var others = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) + BinaryPrimitives.ReadUInt16BigEndian(packet[8..]);
        var all = others + BinaryPrimitives.ReadUInt16BigEndian(packet[10..]);
        if (all > MostRecords) return false;
        for (var i = 0; i < all; i++)
        {
            var start = at;
            if (!TrySkipName(packet, ref at) || packet.Length - at < 10) return false;
            var type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 8)..]);
            if (packet.Length - at - 10 < length) return false;
            if (type == DnsTypes.Opt && !ReadOpt(packet, start, at, length, isAdditional: i >= others)) return false;
            at += 10 + length;
        }

        return true;
    }

    // RFC 6891: one, at the root, among the additional records.
    private bool ReadOpt(ReadOnlySpan<byte> packet, int start, int at, int length, bool isAdditional)
    {
        if (HasEdns || !isAdditional || packet[start] != 0) return false;
        HasEdns = true;
        UdpSize = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
        EdnsVersion = packet[at + 5];
        TakesSignatures = (packet[at + 6] & 0x80) != 0;
        var options = packet.Slice(at + 10, length);
        while (options.Length >= 4)
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (options.Length - 4 < size) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(options) == ClientSubnet.Code)
            {
                if (!ClientSubnet.TryRead(options.Slice(4, size), out var subnet)) return false;
                Subnet = subnet;
            }

            options = options[(4 + size)..];
        }

        return options.IsEmpty;
    }

    // A question has nothing in front of it that a pointer could lead to.
    private static bool TryReadName(ReadOnlySpan<byte> packet, ref int at, Span<byte> name, out int length)
    {
        length = 0;
        while (at < packet.Length)
        {
            var label = packet[at];
            if (label > DnsName.MaxLabel || length + 1 + label > DnsName.MaxLength || packet.Length - at < 1 + label) return false;
            name[length++] = label;
            at++;
            if (label == 0) return true;
            for (var end = at + label; at < end; at++)
            {
                var b = packet[at];
                name[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
            }
        }

        return false;
    }

    private static bool TrySkipName(ReadOnlySpan<byte> packet, ref int at)
    {
        while (at < packet.Length)
        {
            var label = packet[at];
            if (label >= 0xC0)
            {
                at += 2;
                return at <= packet.Length;
            }

            if (label > DnsName.MaxLabel) return false;
            at += 1 + label;
            if (label == 0) return true;
        }

        return false;
    }
}

/// <summary>RFC 7871: the network of the client that a resolver asks for.</summary>
internal readonly record struct ClientSubnet(ushort Family, byte Prefix, uint Address)
{
    public const ushort Code = 8;
    private const ushort Ipv4 = 1;

    public bool IsIpv4 => Family == Ipv4;

    public static bool TryRead(ReadOnlySpan<byte> option, out ClientSubnet subnet)
    {
        subnet = default;
        if (option.Length < 4) return false;
        var family = BinaryPrimitives.ReadUInt16BigEndian(option);
        var (prefix, scope) = (option[2], option[3]);
        var address = option[4..];
        if (scope != 0 || address.Length != (prefix + 7) / 8) return false;
        if (family != Ipv4)
        {
            subnet = new(family, prefix, 0);
            return family == 2 && prefix <= 128;
        }

        if (prefix > 32) return false;
        Span<byte> whole = stackalloc byte[4];
        address.CopyTo(whole);
        var value = BinaryPrimitives.ReadUInt32BigEndian(whole);
        subnet = new(family, prefix, value);
        return prefix == 32 || (value << prefix) == 0 || prefix == 0;
    }
}
