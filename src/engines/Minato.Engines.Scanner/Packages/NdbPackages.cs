using System.Buffers.Binary;

namespace Minato.Engines.Scanner.Packages;

/// <summary>Reads the headers out of RPM's own format of database, <c>Packages.db</c>: pages of slots that point to blobs. What points anywhere wrong is passed over.</summary>
internal static class NdbPackages
{
    private const int PageSize = 4096, Block = 16;
    private const int SlotSize = 16, FirstSlot = 32, SlotPagesAt = 12;
    private const int BlobHeader = 16;

    public static bool Is(ReadOnlySpan<byte> file) => file.Length >= PageSize && file.StartsWith("RpmP\0\0\0\0"u8);

    public static IEnumerable<byte[]> Headers(byte[] file)
    {
        var end = Math.Min(Word(file, SlotPagesAt) * PageSize, file.Length);
        var left = (long)file.Length; // Blobs share no bytes: together they are no longer than the file.
        for (var slot = FirstSlot; slot + SlotSize <= end; slot += SlotSize)
        {
            if (!file.AsSpan(slot).StartsWith("Slot"u8)) yield break;
            var (package, at) = (Word(file, slot + 4), Word(file, slot + 8) * Block);
            if (package == 0 || at == 0 || at > file.Length - BlobHeader) continue;
            if (!file.AsSpan((int)at).StartsWith("BlbS"u8) || Word(file, (int)at + 4) != package) continue;
            var length = Word(file, (int)at + 12);
            if (length > file.Length - at - BlobHeader || (left -= length) < 0) continue;
            yield return file.AsSpan((int)at + BlobHeader, (int)length).ToArray();
        }
    }

    private static long Word(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
}
