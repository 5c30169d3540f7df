using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Recording;

/// <summary>Events that were written together: one entry of the append log, compressed. Hundreds of calls cost one row.</summary>
internal static class EventBlock
{
    private const byte Version = 1;
    private const int AtOnce = 64 * 1024;
    private const int MostEvents = 100_000; // Of what is read: nobody writes as many.

    /// <param name="to">Where the block is written.</param>
    /// <param name="events">As <see cref="Write(BinaryWriter, RecordedEvent)"/> wrote each.</param>
    public static void Write(Stream to, IReadOnlyCollection<ReadOnlyMemory<byte>> events)
    {
        to.WriteByte(Version);
        using var packed = new ZLibStream(to, CompressionLevel.Fastest, leaveOpen: true);
        using var gathered = new BufferedStream(packed, AtOnce); // Many small writes would cost more than the packing.
        Span<byte> count = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(count, events.Count);
        gathered.Write(count);
        foreach (var one in events) gathered.Write(one.Span);
    }

    /// <param name="one">As <see cref="Write(BinaryWriter, RecordedEvent)"/> wrote it.</param>
    /// <param name="home">Whose it is.</param>
    public static RecordedEvent Read(ArraySegment<byte> one, Home home)
    {
        using var reader = new BinaryReader(new MemoryStream(one.Array!, one.Offset, one.Count), Encoding.UTF8);
        return Read(reader, home);
    }

    /// <exception cref="InvalidDataException">It is no block.</exception>
    public static List<RecordedEvent> ReadAll(ReadOnlyMemory<byte> block, Home home)
    {
        if (block.Length == 0 || block.Span[0] != Version) throw new InvalidDataException("The audit's record is of a version that is not known.");
        using var packed = new ZLibStream(new MemoryStream(block[1..].ToArray()), CompressionMode.Decompress);
        using var reader = new BinaryReader(packed, Encoding.UTF8);
        var count = reader.ReadInt32();
        if (count is < 0 or > MostEvents) throw new InvalidDataException("The audit's record is broken.");
        var events = new List<RecordedEvent>(count);
        for (var i = 0; i < count; i++) events.Add(Read(reader, home));
        return events;
    }

    public static void Write(BinaryWriter writer, RecordedEvent one)
    {
        writer.Write(one.Id);
        writer.Write(one.At.UtcTicks);
        writer.Write(one.Name);
        writer.Write(one.Source);
        writer.Write(one.Username);
        writer.Write(one.AccessKeyId);
        writer.Write(one.IsReadOnly);
        writer.Write(one.IsManagement);
        writer.Write(one.Resources.Length);
        foreach (var resource in one.Resources)
        {
            writer.Write(resource.Type);
            writer.Write(resource.Name);
        }

        writer.Write(one.Json.Length);
        writer.Write(one.Json.Span);
    }

    private static RecordedEvent Read(BinaryReader reader, Home home)
    {
        var (id, ticks, name, source) = (reader.ReadString(), reader.ReadInt64(), reader.ReadString(), reader.ReadString());
        var (user, key, isReadOnly, isManagement) = (reader.ReadString(), reader.ReadString(), reader.ReadBoolean(), reader.ReadBoolean());
        var resources = ImmutableArray.CreateBuilder<NamedResource>();
        for (var left = reader.ReadInt32(); left > 0; left--) resources.Add(new(reader.ReadString(), reader.ReadString()));
        return new()
        {
            Id = id, Home = home, At = new(ticks, TimeSpan.Zero), Name = name, Source = source, Username = user, AccessKeyId = key, IsReadOnly = isReadOnly,
            IsManagement = isManagement, Resources = resources.ToImmutable(), Json = reader.ReadBytes(reader.ReadInt32()),
        };
    }
}
