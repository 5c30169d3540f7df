using System.Buffers.Binary;

namespace Minato.Engines.Dns.Messages;

/// <summary>From a packet to the packet that answers it. Pure but for chance; one for each thread.</summary>
internal sealed class Responder(ulong seed, bool isResolver)
{
    /// <summary>What is left when somebody else has to be asked first.</summary>
    public enum Verdict
    {
        /// <summary>Nothing is sent: what came was no query.</summary>
        Silent,

        /// <summary>The answer stands in the buffer.</summary>
        Answered,

        /// <summary>The host's resolver knows more: the whole question goes there.</summary>
        Forward,

        /// <summary>The answer is <see cref="Reply"/> and what the host's resolver says of <see cref="DnsReply.LeadsTo"/>.</summary>
        Complete,
    }

    private const uint HinfoTtl = 3789;
    private static readonly byte[] s_noAny = [7, .. "RFC8482"u8, 0];

    public DnsReply Reply { get; } = new(seed);

    /// <param name="isStream">Over TCP: the answer may be as long as the buffer.</param>
    public Verdict Respond(ReadOnlySpan<byte> packet, Span<byte> buffer, DnsSource source, bool isStream, IDnsAnswers answers, out int length)
    {
        length = 0;
        Reply.Clear();
        Span<byte> name = stackalloc byte[DnsName.MaxLength + 1];
        if (Query.Read(packet, name, out var nameLength, out var query) is not { } read) return Verdict.Silent;
        var writer = new AnswerWriter(Limit(buffer, query, isStream));
        if (read != DnsResult.Success || query.EdnsVersion != 0 || query.Class != 1 || query.Type is DnsTypes.Axfr or DnsTypes.Ixfr or DnsTypes.Opt)
        {
            var isOtherEdns = read == DnsResult.Success && query.EdnsVersion != 0;
            var result = read != DnsResult.Success ? read : isOtherEdns ? DnsResult.Success : DnsResult.Refused;
            length = writer.Write(packet, query, result, null, isResolver, isOtherEdns);
            return Verdict.Answered;
        }

        // A client's network is believed: it decides about answers, not about what anybody may see that the asker may not.
        if (!isResolver && query.Subnet is { IsIpv4: true, Prefix: > 0 } subnet) source = new(subnet.Address, IsClaimed: true);
        answers.Answer(new(name[..nameLength], query.Type, source), Reply);
        if (isResolver && query.WantsRecursion)
        {
            if (Reply.IsElsewhere) return Verdict.Forward;
            if (Reply.LeadsTo is not null) return Verdict.Complete;
        }

        if (query.Type == DnsTypes.Any) Minimise();
        length = writer.Write(packet, query, Reply.Result, Reply, isResolver);
        return Verdict.Answered;
    }

    /// <summary>Writes what <see cref="Reply"/> has become.</summary>
    public int Finish(ReadOnlySpan<byte> packet, Span<byte> buffer, bool isStream)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength + 1];
        Query.Read(packet, name, out _, out var query);
        return new AnswerWriter(Limit(buffer, query, isStream)).Write(packet, query, Reply.Result, Reply, isResolver);
    }

    public static int Fail(ReadOnlySpan<byte> packet, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength + 1];
        Query.Read(packet, name, out _, out var query);
        return new AnswerWriter(Limit(buffer, query, false)).Write(packet, query, DnsResult.ServerFailure, null, true);
    }

    /// <summary>A packet that asks for another name in the place of an asker.</summary>
    public static byte[] Ask(ushort id, DnsName name, ushort type)
    {
        var packet = new byte[Query.HeaderLength + name.Wire.Length + 4];
        BinaryPrimitives.WriteUInt16BigEndian(packet, id);
        packet[2] = 1; // Recursion wanted.
        packet[5] = 1;
        name.Wire.CopyTo(packet.AsSpan(Query.HeaderLength));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(packet.Length - 4), type);
        packet[^1] = 1;
        return packet;
    }

    private static Span<byte> Limit(Span<byte> buffer, in Query query, bool isStream)
    {
        if (isStream) return buffer;
        const int Least = 512;
        return buffer[..Math.Min(buffer.Length, query.HasEdns ? Math.Clamp(query.UdpSize, Least, AnswerWriter.LargestPacket) : Least)];
    }

    // RFC 8482: who asks for everything is told that nobody is.
    private void Minimise()
    {
        if (Reply.Result != DnsResult.Success || !Reply.IsAuthoritative) return;
        Reply.Answers.Clear();
        Reply.Authority.Clear();
        Reply.Additional.Clear();
        Reply.Answers.Add(new(null, DnsTypes.Hinfo, HinfoTtl, s_noAny));
    }
}
