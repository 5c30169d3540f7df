using System.Buffers.Binary;

namespace Minato.Engines.Dns.Messages;

/// <summary>Writes one answer into a buffer that is as long as the answer may be.</summary>
internal ref struct AnswerWriter(Span<byte> buffer)
{
    /// <summary>The most that is sent in one packet (as the DNS flag day of 2020 has it), and what is told to askers.</summary>
    public const int LargestPacket = 1232;
    private const ushort QuestionPointer = 0xC000 | Query.HeaderLength;
    private const byte BadVersion = 1; // The upper part of 16.

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    /// <summary>The whole answer; without its records and marked as truncated when they do not fit.</summary>
    /// <returns>Its length.</returns>
    public int Write(ReadOnlySpan<byte> packet, in Query query, DnsResult result, DnsReply? reply, bool offersRecursion, bool badVersion = false)
    {
        var flags = (ushort)(0x8000 | (query.Flags & 0x7900) | (offersRecursion ? 0x0080 : 0) | (reply?.IsAuthoritative == true ? 0x0400 : 0) | (int)result);
        Begin(packet, query, flags);
        var ednsLength = query.HasEdns ? 11 + (query.Subnet is { } s ? 8 + ((s.Prefix + 7) / 8) : 0) : 0;
        var space = _buffer[..(_buffer.Length - ednsLength)];
        int answers = 0, authority = 0, additional = 0;
        if (reply is not null)
        {
            var start = _length;
            if (!TryWrite(space, reply.Answers, ref answers) || !TryWrite(space, reply.Authority, ref authority))
            {
                (_length, answers, authority) = (start, 0, 0);
                flags |= 0x0200;
            }
            else TryWrite(space, reply.Additional, ref additional); // Nobody needs them: those that fit.
        }

        if (query.HasEdns)
        {
            WriteOpt(query, badVersion);
            additional++;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[8..], (ushort)authority);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[10..], (ushort)additional);
        return _length;
    }

    // The question is given back letter by letter: resolvers mix large and small ones to know an answer of their own (0x20).
    private void Begin(ReadOnlySpan<byte> packet, in Query query, ushort flags)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, query.Id);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[4..], (ushort)(query.QuestionLength > 0 ? 1 : 0));
        packet.Slice(Query.HeaderLength, query.QuestionLength).CopyTo(_buffer[Query.HeaderLength..]);
        _length = Query.HeaderLength + query.QuestionLength;
    }

    private bool TryWrite(Span<byte> space, List<DnsRecord> records, ref int count)
    {
        foreach (var record in records)
        {
            var owner = record.Owner is { } name ? name.Wire : default;
            var ownerLength = record.Owner is null ? 2 : owner.Length;
            if (space.Length - _length < ownerLength + 10 + record.Data.Length) return false;
            if (record.Owner is null) BinaryPrimitives.WriteUInt16BigEndian(space[_length..], QuestionPointer);
            else owner.CopyTo(space[_length..]);
            var rest = space[(_length + ownerLength)..];
            BinaryPrimitives.WriteUInt16BigEndian(rest, record.Type);
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], 1);
            BinaryPrimitives.WriteUInt32BigEndian(rest[4..], record.Ttl);
            BinaryPrimitives.WriteUInt16BigEndian(rest[8..], (ushort)record.Data.Length);
            record.Data.CopyTo(rest[10..]);
            _length += ownerLength + 10 + record.Data.Length;
            count++;
        }

        return true;
    }

    private void WriteOpt(in Query query, bool badVersion)
    {
        var rest = _buffer[_length..];
        rest[..11].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(rest[1..], DnsTypes.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(rest[3..], LargestPacket);
        rest[5] = badVersion ? BadVersion : (byte)0;
        rest[7] = query.TakesSignatures ? (byte)0x80 : (byte)0;
        _length += 11;
        if (query.Subnet is not { } subnet) return;
        var address = (subnet.Prefix + 7) / 8;
        var option = rest[11..];
        BinaryPrimitives.WriteUInt16BigEndian(rest[9..], (ushort)(8 + address));
        BinaryPrimitives.WriteUInt16BigEndian(option, ClientSubnet.Code);
        BinaryPrimitives.WriteUInt16BigEndian(option[2..], (ushort)(4 + address));
        BinaryPrimitives.WriteUInt16BigEndian(option[4..], subnet.Family);
        option[6] = subnet.Prefix;
        option[7] = subnet.IsIpv4 ? subnet.Prefix : (byte)0;
        option.Slice(8, address).Clear();
        if (subnet.IsIpv4)
        {
            Span<byte> whole = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(whole, subnet.Address);
            whole[..address].CopyTo(option[8..]);
        }

        _length += 8 + address;
    }
}
