using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Recording;

/// <summary>Events that were written together: one entry of the append log, compressed. A thousand calls cost one row.</summary>
internal static class EventBlock
{
    private const byte Version = 1;
    private const int AtOnce = 64 * 1024;
    private const int MostEvents = 100_000; // Of what is read: nobody writes as many.

    public static byte[] Write(IReadOnlyCollection<RecordedEvent> events)
    {
        var whole = new MemoryStream();
        whole.WriteByte(Version);
        using (var packed = new ZLibStream(whole, CompressionLevel.Fastest, leaveOpen: true))
        using (var gathered = new BufferedStream(packed, AtOnce)) // A dozen small writes an event would cost more than the packing.
        using (var writer = new BinaryWriter(gathered, Encoding.UTF8))
        {
            writer.Write(events.Count);
            foreach (var one in events) Write(writer, one);
        }

        return whole.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no block.</exception>
    public static List<RecordedEvent> Read(ReadOnlyMemory<byte> block, Home home)
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

    private static void Write(BinaryWriter writer, RecordedEvent one)
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
