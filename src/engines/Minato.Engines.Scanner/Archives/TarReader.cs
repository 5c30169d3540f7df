using System.Buffers.Binary;
using System.Text;

namespace Minato.Engines.Scanner.Archives;

/// <summary>Reads a tar archive forward: ustar, PAX and GNU's long names. It hands out entries and their bytes and touches no disk.</summary>
internal sealed class TarReader(LayerStream layer, ScanBudget budget)
{
    private const int Block = 512;

    /// <summary>Of names and other attributes beside an entry.</summary>
    private const int MaxAttributes = 1 << 20;
    private const int MaxPath = 4096;

    private readonly byte[] _header = new byte[Block];
    private readonly byte[] _skip = new byte[64 << 10];
    private long _left;
    private int _padding;

    /// <summary>The next entry; what was not read of the one before is passed over.</summary>
    /// <returns>Null at the end.</returns>
    public TarEntry? Next()
    {
        var attributes = new Attributes();
        while (true)
        {
            SkipRest();
            // Two blocks of zeros end an archive; one is let pass, as every reader does.
            if (!layer.ReadBlock(_header) || _header.AsSpan().IndexOfAnyExcept((byte)0) < 0) return null;
            CheckSum();
            budget.TakeEntry();
            _left = Number(_header.AsSpan(124, 12));
            if (_left < 0) throw new ScanRefusedException("A layer has an entry of a negative size.");
            _padding = (int)((Block - (_left % Block)) % Block);
            var kind = (char)_header[156];
            switch (kind)
            {
                case 'x': ReadPax(attributes); continue;
                case 'g': SkipRest(); continue;
                case 'L': attributes.Path = ReadName(); continue;
                case 'K': attributes.Link = ReadName(); continue;
                default: return Entry(kind, attributes);
            }
        }
    }

    /// <returns>0 at the end of the entry.</returns>
    public int Read(Span<byte> buffer)
    {
        if (_left == 0) return 0;
        var count = layer.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (count == 0) throw LayerStream.Truncated();
        _left -= count;
        return count;
    }

    private TarEntry Entry(char kind, Attributes attributes)
    {
        if (attributes.Size is { } size)
        {
            _left = size;
            _padding = (int)((Block - (_left % Block)) % Block);
        }

        var type = kind switch
        {
            '0' or '\0' or '7' => TarKind.File,
            '1' => TarKind.HardLink,
            '2' => TarKind.SymbolicLink,
            '3' or '4' => TarKind.Device,
            '5' => TarKind.Directory,
            '6' => TarKind.Pipe,
            _ => throw new ScanRefusedException($"A layer has an entry of the kind '{Printable(kind.ToString())}', which is not read.", isUnsupported: true),
        };
        if (type is not TarKind.File) _left = _padding = 0;
        var raw = attributes.Path ?? HeaderName();
        // An old archive's directory is a file whose name ends so.
        if (type is TarKind.File && raw.EndsWith('/')) type = TarKind.Directory;
        return new(type, CleanPath(raw), (int)(Number(_header.AsSpan(100, 8)) & 0xFFF), _left, attributes.Link ?? Text(_header.AsSpan(157, 100)), raw.StartsWith('/'));
    }

    private string HeaderName()
    {
        var name = Text(_header.AsSpan(0, 100));
        var isUstar = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        return isUstar && Text(_header.AsSpan(345, 155)) is { Length: > 0 } prefix ? $"{prefix}/{name}" : name;
    }

    /// <summary>The path inside the image, without a slash at either end.</summary>
    private string CleanPath(string raw)
    {
        if (raw.Length > MaxPath) throw new ScanRefusedException($"A layer has a path of more than {MaxPath} characters.");
        var parts = raw.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Contains("..")) throw new ScanRefusedException($"A layer has the entry '{Printable(raw)}', which points outside of the image.");
        var kept = parts.Where(p => p != ".").ToArray();
        if (kept.Length > budget.Depth) throw new ScanRefusedException($"A layer has folders more than {budget.Depth} deep, the limit of a scan.");
        return string.Join('/', kept);
    }

    public static string Printable(string text) => string.Concat(text.Take(200).Select(c => char.IsControl(c) ? '?' : c));

    private string ReadName() => Text(ReadAttributes());

    private byte[] ReadAttributes()
    {
        if (_left > MaxAttributes) throw new ScanRefusedException($"A layer has an entry with attributes of {_left} bytes; the limit is {MaxAttributes}.");
        var bytes = new byte[_left];
        for (var filled = 0; filled < bytes.Length;) filled += Read(bytes.AsSpan(filled));
        return bytes;
    }

    // Records of the form "27 path=some/long/name\n", the number counting all of it.
    private void ReadPax(Attributes attributes)
    {
        var rest = ReadAttributes().AsSpan();
        while (rest.Length > 0 && rest[0] != 0)
        {
            var blank = rest.IndexOf((byte)' ');
            if (blank is < 1 or > 8 || !int.TryParse(rest[..blank], out var length) || length <= blank + 1 || length > rest.Length)
                throw new ScanRefusedException("A layer has an entry whose attributes are broken.");
            var record = rest[(blank + 1)..length].TrimEnd((byte)'\n');
            rest = rest[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 0) continue;
            attributes.Set(Encoding.UTF8.GetString(record[..equals]), Encoding.UTF8.GetString(record[(equals + 1)..]));
        }
    }

    private void SkipRest()
    {
        var (left, padding) = (_left, _padding);
        (_left, _padding) = (0, 0);
        if (!Skip(left)) throw LayerStream.Truncated();
        Skip(padding); // Of the last entry it is missing in archives of some writers.
    }

    /// <returns>False when the layer ended before.</returns>
    private bool Skip(long left)
    {
        while (left > 0)
        {
            var count = layer.Read(_skip.AsSpan(0, (int)Math.Min(_skip.Length, left)));
            if (count == 0) return false;
            left -= count;
        }

        return true;
    }

    private void CheckSum()
    {
        long sum = 8 * ' ';
        for (var i = 0; i < Block; i++) sum += i is >= 148 and < 156 ? 0 : _header[i];
        if (sum != Number(_header.AsSpan(148, 8))) throw new ScanRefusedException("A layer is no tar archive, or a broken one: the checksum of an entry is wrong.");
    }

    // Octal digits, or big-endian bytes after a set first bit.
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0) return field.Length == 12 ? BinaryPrimitives.ReadInt64BigEndian(field[4..]) : BinaryPrimitives.ReadInt32BigEndian(field[4..]);
        long value = 0;
        foreach (var c in field.Trim(" \0"u8))
        {
            if (c is < (byte)'0' or > (byte)'7') throw new ScanRefusedException("A layer is no tar archive, or a broken one: a number of an entry is wrong.");
            value = (value << 3) + (c - '0');
        }

        return value;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private sealed class Attributes
    {
        public string? Path { get; set; }
        public string? Link { get; set; }
        public long? Size { get; private set; }

        public void Set(string key, string value)
        {
            if (key == "path") Path = value;
            else if (key == "linkpath") Link = value;
            else if (key == "size") Size = long.TryParse(value, out var size) && size >= 0 ? size : throw new ScanRefusedException("A layer has an entry whose size is no number.");
            else if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal)) throw new ScanRefusedException("A layer has a sparse file, which is not read.", isUnsupported: true);
        }
    }
}

internal enum TarKind { File, HardLink, SymbolicLink, Directory, Device, Pipe }

/// <param name="Path">Inside the image, without a slash at either end; empty for its root.</param>
/// <param name="Mode">The permission bits with setuid, setgid and sticky.</param>
/// <param name="WasAbsolute">The archive said it with a leading slash.</param>
internal sealed record TarEntry(TarKind Kind, string Path, int Mode, long Size, string Link, bool WasAbsolute);
