using System.Buffers.Binary;

namespace Minato.Engines.Scanner.Packages;

/// <summary>
/// Reads the values of a Berkeley DB hash out of its bytes, in the order of its pages. The file is somebody's upload: what points anywhere wrong is
/// passed over.
/// </summary>
internal static class BerkeleyHash
{
    private const int Magic = 0x061561;
    private const int MagicAt = 12, PageSizeAt = 20, EncryptionAt = 24, KindAt = 25;
    private const byte Unsorted = 2, Overflow = 7, Sorted = 13; // Of pages.
    private const byte Inline = 1, OffPage = 3; // Of items.
    private const int PageHeader = 26, NextAt = 16, EntriesAt = 20, UsedAt = 22;
    private const int OffPageSize = 12;

    public static bool Is(ReadOnlySpan<byte> file) => file.Length > 512 && (IsLittle(file) || BinaryPrimitives.ReadInt32BigEndian(file[MagicAt..]) == Magic);

    public static IEnumerable<byte[]> Values(byte[] file)
    {
        var pages = new Pages(file, IsLittle(file));
        return pages.IsSound && file[EncryptionAt] == 0 ? pages.Values() : [];
    }

    private static bool IsLittle(ReadOnlySpan<byte> file) => BinaryPrimitives.ReadInt32LittleEndian(file[MagicAt..]) == Magic;

    private sealed class Pages(byte[] file, bool isLittle)
    {
        private readonly int _size = Word(file, PageSizeAt, isLittle);
        private readonly HashSet<int> _seen = [];

        public bool IsSound => _size is >= 512 and <= 65536 && int.IsPow2(_size);

        public IEnumerable<byte[]> Values()
        {
            for (var start = _size; start <= file.Length - _size; start += _size)
            {
                if (file[start + KindAt] is not (Unsorted or Sorted)) continue;
                var entries = Half(start + EntriesAt);
                if (PageHeader + (entries * 2) > _size) continue;
                // Keys and values by turns; an item ends where the one before it begins.
                for (var i = 1; i < entries; i += 2)
                {
                    var (from, to) = (Half(start + PageHeader + (i * 2)), Half(start + PageHeader + ((i - 1) * 2)));
                    if (from >= PageHeader && from < to && to <= _size && Item(start + from, to - from) is { } value) yield return value;
                }
            }
        }

        private byte[]? Item(int at, int length) => file[at] switch
        {
            Inline => file[(at + 1)..(at + length)],
            OffPage when length >= OffPageSize => Chain(Word(at + 4), Word(at + 8)),
            _ => null,
        };

        private byte[]? Chain(int page, int length)
        {
            if (length < 0 || length > file.Length) return null;
            var value = new byte[length];
            var filled = 0;
            while (filled < length)
            {
                // A page belongs to one value: a second visit is a loop.
                if (page < 1 || ((long)page + 1) * _size > file.Length || !_seen.Add(page)) return null;
                var start = page * _size;
                var count = Math.Min(Half(start + UsedAt), length - filled);
                if (file[start + KindAt] != Overflow || count == 0 || PageHeader + count > _size) return null;
                file.AsSpan(start + PageHeader, count).CopyTo(value.AsSpan(filled));
                filled += count;
                page = Word(start + NextAt);
            }

            return value;
        }

        private int Half(int at) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) : BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at));

        private int Word(int at) => Word(file, at, isLittle);

        private static int Word(byte[] from, int at, bool isLittle) =>
            isLittle ? BinaryPrimitives.ReadInt32LittleEndian(from.AsSpan(at)) : BinaryPrimitives.ReadInt32BigEndian(from.AsSpan(at));
    }
}
