using System.Buffers.Binary;
using System.Text;

namespace Minato.Engines.Scanner.Packages;

/// <summary>RPM's packages out of its database: each value is the header of one package. Which of its three formats the file has, its first bytes say.</summary>
internal static class RpmPackages
{
    private const int MaxIndex = 64 << 10;
    private const int StringType = 6;
    private const int Int32Type = 4;
    private const int Name = 1000, Version = 1001, Release = 1002, Epoch = 1003, License = 1014, Architecture = 1022, SourceRpm = 1044;

    public static IEnumerable<Package> Read(byte[] file)
    {
        var headers = BerkeleyHash.Is(file) ? BerkeleyHash.Values(file) : NdbPackages.Is(file) ? NdbPackages.Headers(file) : SqliteTable.Blobs(file, "Packages");
        foreach (var blob in headers)
        {
            if (Header(blob) is { } package) yield return package;
        }
    }

    /// <summary>A header without its magic: the number of entries, the number of bytes, the entries, the bytes.</summary>
    internal static Package? Header(ReadOnlySpan<byte> header)
    {
        if (header.Length < 8) return null;
        var (entries, size) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        if (entries is <= 0 or > MaxIndex || size < 0 || 8 + ((long)entries * 16) + size > header.Length) return null;
        var index = header.Slice(8, entries * 16);
        var data = header.Slice(8 + (entries * 16), size);
        string? name = null, version = null, release = null, architecture = null, source = null, license = null;
        var epoch = 0;
        for (var at = 0; at < index.Length; at += 16)
        {
            var (tag, type, offset) = (Int(index, at), Int(index, at + 4), Int(index, at + 8));
            switch (tag)
            {
                case Name: name = Text(data, type, offset); break;
                case Version: version = Text(data, type, offset); break;
                case Release: release = Text(data, type, offset); break;
                case License: license = Text(data, type, offset); break;
                case Architecture: architecture = Text(data, type, offset); break;
                case SourceRpm: source = Text(data, type, offset); break;
                case Epoch when type == Int32Type && offset >= 0 && offset <= data.Length - 4: epoch = Int(data, offset); break;
            }
        }

        // Keys that were imported stand in the table as packages, too.
        if (name is null or "gpg-pubkey" || version is null || release is null) return null;
        var full = epoch > 0 ? $"{epoch}:{version}-{release}" : $"{version}-{release}";
        return new() { Manager = "rpm", Name = name, Version = full, Architecture = architecture, License = license, Source = SourceName(source) ?? name, SourceVersion = full };
    }

    // bash-5.1.8-6.el9.src.rpm is of bash.
    private static string? SourceName(string? file)
    {
        if (file is null || !file.EndsWith(".src.rpm", StringComparison.Ordinal)) return null;
        var release = file.LastIndexOf('-');
        var version = release > 0 ? file.LastIndexOf('-', release - 1) : -1;
        return version > 0 ? file[..version] : null;
    }

    private static int Int(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadInt32BigEndian(from[at..]);

    private static string? Text(ReadOnlySpan<byte> data, int type, int offset)
    {
        // Licences are translated in some headers (type 9): their first is the untranslated one.
        if (type is not (StringType or 9) || offset < 0 || offset >= data.Length) return null;
        var text = data[offset..];
        var end = text.IndexOf((byte)0);
        return end < 0 ? null : Encoding.UTF8.GetString(text[..end]);
    }
}
