using System.Buffers.Binary;
using System.Net;
using Minato.Engines.Dns.Messages;

namespace Minato.Engines.Dns.Tests;

/// <summary>Packets as a client makes them, byte by byte, and what it reads of answers.</summary>
internal static class Packets
{
    public static byte[] Query(string name, ushort type, ushort flags = 0x0100, ushort id = 0x1234, ushort @class = 1, byte[]? options = null, ushort udpSize = 4096, byte version = 0, bool edns = false)
    {
        var bytes = new List<byte>();
        void Add16(int value) => bytes.AddRange([(byte)(value >> 8), (byte)value]);
        Add16(id);
        Add16(flags);
        Add16(1);
        Add16(0);
        Add16(0);
        Add16(edns ? 1 : 0);
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries)) bytes.AddRange([(byte)label.Length, .. label.Select(c => (byte)c)]);
        bytes.Add(0);
        Add16(type);
        Add16(@class);
        if (!edns) return [.. bytes];
        bytes.Add(0);
        Add16(DnsTypes.Opt);
        Add16(udpSize);
        bytes.AddRange([0, version, 0, 0]);
        Add16(options?.Length ?? 0);
        bytes.AddRange(options ?? []);
        return [.. bytes];
    }

    public static (int Flags, int Questions, int Answers, int Authority, int Additional) Head(ReadOnlySpan<byte> packet) => (
        BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), BinaryPrimitives.ReadUInt16BigEndian(packet[4..]), BinaryPrimitives.ReadUInt16BigEndian(packet[6..]),
        BinaryPrimitives.ReadUInt16BigEndian(packet[8..]), BinaryPrimitives.ReadUInt16BigEndian(packet[10..]));

    public static (Responder.Verdict Verdict, byte[] Answer) Respond(byte[] packet, IDnsAnswers answers, bool isStream = false, bool isResolver = false, string source = "127.0.0.1")
    {
        var buffer = new byte[isStream ? ushort.MaxValue : AnswerWriter.LargestPacket];
        var verdict = new Responder(1, isResolver).Respond(packet, buffer, DnsSource.Of(IPAddress.Parse(source)), isStream, answers, out var length);
        return (verdict, buffer[..length]);
    }
}

/// <summary>Answers each name with as many addresses as its first label says; <c>none</c> does not exist, and only names below <c>test</c> are here.</summary>
internal sealed class TestAnswers : IDnsAnswers
{
    public DnsSource Source { get; private set; }

    public void Answer(in DnsQuestion question, DnsReply reply)
    {
        Source = question.Source;
        var name = DnsName.FromWire(question.Name).ToString();
        if (!name.EndsWith("test.", StringComparison.Ordinal))
        {
            (reply.Result, reply.IsElsewhere) = (DnsResult.Refused, true);
            return;
        }

        reply.IsAuthoritative = true;
        if (name.StartsWith("none.", StringComparison.Ordinal)) reply.Result = DnsResult.NoSuchName;
        if (name == "out.test.")
        {
            reply.Answers.Add(new(null, DnsTypes.Cname, 60, DnsName.Parse("elsewhere.org").Wire.ToArray()));
            reply.LeadsTo = DnsName.Parse("elsewhere.org");
        }

        if (!int.TryParse(name.Split('.')[0], out var count)) return;
        for (var i = 0; i < count; i++) reply.Answers.Add(new(null, DnsTypes.A, 60, [10, 0, (byte)(i >> 8), (byte)i]));
    }
}
