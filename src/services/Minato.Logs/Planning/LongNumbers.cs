using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Minato.Platform;

namespace Minato.Logs.Planning;

/// <summary>The 56 digits AWS writes for event ids and sequence tokens.</summary>
internal static class LongNumbers
{
    /// <summary>Unique in a group, the same for every reading, and ordered as the events are.</summary>
    public static string EventId(string partition, Position position) =>
        string.Create(null, stackalloc char[56], $"37{position.TimestampMs:D14}{position.Sequence:D19}0{Number(partition):D20}");

    // AWS: tokens mean nothing any more, and are still answered.
    public static string SequenceToken(string partition, long ingestedMs) =>
        string.Create(null, stackalloc char[56], $"49{Number(partition):D20}{ingestedMs:D14}{Number(partition + ingestedMs):D20}");

    private static ulong Number(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
