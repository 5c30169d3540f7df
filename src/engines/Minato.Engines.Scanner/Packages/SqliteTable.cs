using System.Buffers.Binary;
using System.Text;

namespace Minato.Engines.Scanner.Packages;

/// <summary>
/// Reads the blobs of one table out of the bytes of an SQLite file. The file is somebody's upload: it is not given to SQLite, and pages that point
/// anywhere wrong end the reading.
/// </summary>
internal static class SqliteTable
{
    private const int HeaderSize = 100;
    private const byte Interior = 5, Leaf = 13;
    private const int MaxDepth = 20;
    private const int MaxRecord = 64 << 20;

    public static IEnumerable<byte[]> Blobs(byte[] file, string table)
    {
        if (!file.AsSpan().StartsWith("SQLite format 3\0"u8) || file.Length < HeaderSize) return [];
        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(16)) is 1 ? 65536 : BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(16));
        if (pageSize < 512 || !int.IsPow2(pageSize)) return [];
        var reader = new Pages(file, pageSize, pageSize - file[20]);
        foreach (var row in reader.Rows(1))
        {
            // type, name, tbl_name, rootpage, sql
            if (Columns(row) is [{ } type, { } name, _, { } root, ..] && Encoding.UTF8.GetString(type) == "table" && Encoding.UTF8.GetString(name) == table)
                return reader.Rows((int)Math.Clamp(Integer(root), 0, int.MaxValue)).Select(LargestColumn).OfType<byte[]>();
        }

        return [];
    }

    // The table has a key, which is the row's id, and the blob.
    private static byte[]? LargestColumn(byte[] record) => Columns(record).MaxBy(c => c.Length);

    private static List<byte[]> Columns(byte[] record)
    {
        var columns = new List<byte[]>();
        var at = 0;
        var headerSize = Varint(record, ref at);
        if (headerSize > record.Length) return columns;
        var body = (int)headerSize;
        while (at < headerSize)
        {
            var size = Varint(record, ref at) switch
            {
                0 or 8 or 9 => 0L,
                >= 1 and <= 4 and var n => n,
                5 => 6,
                6 or 7 => 8,
                >= 12 and var n => (n - 12) / 2,
                _ => 0,
            };
            if (size < 0 || size > record.Length - body) break;
            columns.Add(record[body..(body + (int)size)]);
            body += (int)size;
        }

        return columns;
    }

    private static long Integer(byte[] bytes) => bytes.Aggregate(0L, (value, b) => (value << 8) | b);

    private static long Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (var i = 0; i < 9 && at < bytes.Length; i++)
        {
            var b = bytes[at++];
            if (i == 8) return (value << 8) | b;
            value = (value << 7) | (uint)(b & 0x7F);
            if ((b & 0x80) == 0) return value;
        }

        return value;
    }

    private sealed class Pages(byte[] file, int pageSize, int usable)
    {
        private readonly HashSet<int> _seen = [];
        private long _left = file.Length; // Records share no bytes: together they are no longer than the file.

        public IEnumerable<byte[]> Rows(int root, int depth = 0)
        {
            // A page belongs to one place in one tree: a second visit is a loop.
            if (depth > MaxDepth || Page(root) is not { } page || !_seen.Add(root)) yield break;
            var start = root == 1 ? HeaderSize : 0;
            var kind = page.Span[start];
            var cells = BinaryPrimitives.ReadUInt16BigEndian(page.Span[(start + 3)..]);
            var pointers = start + (kind == Interior ? 12 : 8);
            if (kind is not (Interior or Leaf) || pointers + (cells * 2) > pageSize) yield break;
            for (var i = 0; i < cells; i++)
            {
                var at = BinaryPrimitives.ReadUInt16BigEndian(page.Span[(pointers + (i * 2))..]);
                if (at > pageSize - 4) yield break;
                if (kind == Leaf)
                {
                    if (Record(page.Span, at) is { } record) yield return record;
                    continue;
                }

                foreach (var row in Rows(BinaryPrimitives.ReadInt32BigEndian(page.Span[at..]), depth + 1)) yield return row;
            }

            if (kind != Interior) yield break;
            foreach (var row in Rows(BinaryPrimitives.ReadInt32BigEndian(page.Span[(start + 8)..]), depth + 1)) yield return row;
        }

        // The type of null is said: memory has a null of its own, which is an empty page.
        private ReadOnlyMemory<byte>? Page(int number) =>
            number >= 1 && (long)number * pageSize <= file.Length ? file.AsMemory((number - 1) * pageSize, pageSize) : (ReadOnlyMemory<byte>?)null;

        // The payload stays on the page up to a size, and goes on in a chain of overflow pages.
        private byte[]? Record(ReadOnlySpan<byte> page, int at)
        {
            var size = Varint(page, ref at);
            Varint(page, ref at);
            if (size is < 0 or > MaxRecord || (_left -= size) < 0) return null;
            var (most, least) = (usable - 35, ((usable - 12) * 32 / 255) - 23);
            var fitting = least + (int)((size - least) % (usable - 4));
            var local = size <= most ? (int)size : fitting <= most ? fitting : least;
            if (local < 0 || at + local > page.Length) return null;
            var record = new byte[size];
            page.Slice(at, local).CopyTo(record);
            if (local == size) return record;
            if (at + local + 4 > page.Length) return null;
            var next = BinaryPrimitives.ReadInt32BigEndian(page[(at + local)..]);
            for (var filled = local; filled < size;)
            {
                if (Page(next) is not { } overflow) return null;
                var count = (int)Math.Min(usable - 4, size - filled);
                overflow.Span.Slice(4, count).CopyTo(record.AsSpan(filled));
                filled += count;
                next = BinaryPrimitives.ReadInt32BigEndian(overflow.Span);
            }

            return record;
        }
    }
}
