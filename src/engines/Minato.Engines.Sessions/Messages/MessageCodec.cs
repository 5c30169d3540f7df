using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Engines.Sessions.Messages;

/// <summary>A message as bytes: a header of 116 bytes (big-endian), the payload's length, the payload.</summary>
internal static class MessageCodec
{
    public const int HeaderLength = 116;
    public const int PayloadAt = HeaderLength + 4;
    private const int TypeAt = 4;
    private const int TypeLength = 32;
    private const int SchemaAt = 36;
    private const int CreatedAt = 40;
    private const int SequenceAt = 48;
    private const int FlagsAt = 56;
    private const int IdAt = 64;
    private const int DigestAt = 80;
    private const int PayloadTypeAt = 112;
    private const uint Schema = 1;
    private static readonly long s_lastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static byte[] Encode(SessionMessage message)
    {
        var frame = new byte[PayloadAt + message.Payload.Length];
        var span = frame.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(span, HeaderLength);
        span.Slice(TypeAt, TypeLength).Fill((byte)' ');
        Encoding.ASCII.GetBytes(message.Type, span.Slice(TypeAt, TypeLength));
        BinaryPrimitives.WriteUInt32BigEndian(span[SchemaAt..], Schema);
        BinaryPrimitives.WriteInt64BigEndian(span[CreatedAt..], message.CreatedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(span[SequenceAt..], message.SequenceNumber);
        BinaryPrimitives.WriteUInt64BigEndian(span[FlagsAt..], (ulong)message.Flags);
        WriteId(span.Slice(IdAt, 16), message.Id);
        SHA256.HashData(message.Payload.Span, span.Slice(DigestAt, SHA256.HashSizeInBytes));
        BinaryPrimitives.WriteInt32BigEndian(span[PayloadTypeAt..], (int)message.PayloadType);
        BinaryPrimitives.WriteInt32BigEndian(span[HeaderLength..], message.Payload.Length);
        message.Payload.Span.CopyTo(span[PayloadAt..]);
        return frame;
    }

    /// <returns>Null for what is no message. The payload is a copy.</returns>
    public static SessionMessage? Decode(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < PayloadAt || BinaryPrimitives.ReadUInt32BigEndian(frame) != HeaderLength) return null;
        var payload = frame[PayloadAt..];
        if (BinaryPrimitives.ReadInt32BigEndian(frame[HeaderLength..]) != payload.Length) return null;
        var created = BinaryPrimitives.ReadInt64BigEndian(frame[CreatedAt..]);
        var sequence = BinaryPrimitives.ReadInt64BigEndian(frame[SequenceAt..]);
        if (created < 0 || created > s_lastMillisecond || sequence < 0) return null;

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, digest);
        if (!digest.SequenceEqual(frame.Slice(DigestAt, SHA256.HashSizeInBytes))) return null;
        return new()
        {
            Type = Encoding.ASCII.GetString(frame.Slice(TypeAt, TypeLength)).Trim(' ', '\0'),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(created),
            SequenceNumber = sequence,
            Flags = (MessageFlags)BinaryPrimitives.ReadUInt64BigEndian(frame[FlagsAt..]),
            Id = ReadId(frame.Slice(IdAt, 16)),
            PayloadType = (PayloadType)BinaryPrimitives.ReadInt32BigEndian(frame[PayloadTypeAt..]),
            Payload = payload.ToArray(),
        };
    }

    // AWS: the second half of the id comes first.
    private static void WriteId(Span<byte> to, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[8..].CopyTo(to);
        bytes[..8].CopyTo(to[8..]);
    }

    private static Guid ReadId(ReadOnlySpan<byte> from)
    {
        Span<byte> bytes = stackalloc byte[16];
        from[8..].CopyTo(bytes);
        from[..8].CopyTo(bytes[8..]);
        return new(bytes, bigEndian: true);
    }
}
