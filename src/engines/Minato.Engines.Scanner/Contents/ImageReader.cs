using System.Collections.Immutable;
using Minato.Engines.Scanner.Archives;
using Minato.Engines.Scanner.Packages;
using Minato.Engines.Scanner.Secrets;

namespace Minato.Engines.Scanner.Contents;

/// <summary>
/// Reads layers, lowest first, straight from their compressed bytes. Nothing is written anywhere: devices, links and paths of an archive are words,
/// never followed.
/// </summary>
internal sealed class ImageReader(ScanBudget budget)
{
    private const int MaxNotes = 50;
    private const int MaxFacts = 10_000;

    private readonly LayerTree _tree = new();
    private readonly SecretCollector _secrets = new();
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[256 << 10];
    private int _layer = -1;

    public void Add(Stream compressed)
    {
        _layer++;
        using var layer = new LayerStream(compressed, budget);
        var tar = new TarReader(layer, budget);
        while (tar.Next() is { } entry) Read(tar, entry);
    }

    public ImageContents Finish()
    {
        var files = _tree.Files.ToList();
        return new()
        {
            // etc/ is the image's own word; usr/lib/ what the distribution says.
            Distribution = files.Where(f => f.Distribution is not null).OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => f.Distribution).FirstOrDefault(),
            Packages = [.. files.SelectMany(f => f.Packages).DistinctBy(p => (p.Manager, p.Name, p.Version, p.Architecture))],
            Secrets = _secrets.Found,
            Files = [.. files.Select(f => f.Fact).OfType<FileFact>().Take(MaxFacts)],
            Notes = [.. _notes.Concat(files.Select(f => f.Note).OfType<string>()).Take(MaxNotes)],
        };
    }

    private void Read(TarReader tar, TarEntry entry)
    {
        Remark(entry);
        if (entry.Path.Length == 0 || _tree.ApplyWhiteout(entry.Path, _layer)) return;
        if (entry.Kind is TarKind.Directory)
        {
            if (Interest.IsForLint(entry.Path, entry.Mode, isDirectory: true)) _tree.Put(new(entry.Path, _layer) { Fact = new(entry.Path, entry.Mode, true, _layer, null) });
            return;
        }

        _tree.Replace(entry.Path, _layer);
        if (entry.Kind is not TarKind.File) return;
        if (ReadFile(tar, entry) is { } file) _tree.Put(file);
    }

    private void Remark(TarEntry entry)
    {
        if (_notes.Count >= MaxNotes) return;
        if (entry.WasAbsolute && entry.Path.Length > 0) _notes.Add($"Layer {_layer + 1} names files by absolute paths, such as /{TarReader.Printable(entry.Path)}: they were read as files of the image.");
        if (entry.Kind is TarKind.Device && !entry.Path.StartsWith("dev/", StringComparison.Ordinal))
            _notes.Add($"Layer {_layer + 1} has a device outside of /dev, {TarReader.Printable(entry.Path)}: it was passed over.");
        if (entry.Kind is TarKind.SymbolicLink && Escapes(entry))
            _notes.Add($"Layer {_layer + 1} has the link {TarReader.Printable(entry.Path)} to {TarReader.Printable(entry.Link)}, outside of the image: it was not followed.");
        if (entry.Kind is TarKind.HardLink && entry.Link.Split('/').Contains(".."))
            throw new ScanRefusedException($"A layer has the hard link '{TarReader.Printable(entry.Path)}' to '{TarReader.Printable(entry.Link)}', which points outside of the image.");
    }

    private static bool Escapes(TarEntry entry)
    {
        if (entry.Link.StartsWith('/')) return entry.Link.Split('/').Contains("..") && Depth(0, entry.Link) < 0;
        return Depth(entry.Path.Count(c => c == '/'), entry.Link) < 0;
    }

    // The lowest point of the walk.
    private static int Depth(int depth, string link)
    {
        var lowest = depth;
        foreach (var part in link.Split('/'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            lowest = Math.Min(lowest, depth);
        }

        return lowest;
    }

    private TreeFile? ReadFile(TarReader tar, TarEntry entry)
    {
        var isForLint = Interest.IsForLint(entry.Path, entry.Mode, isDirectory: false);
        FileFact? Fact(string? text) => isForLint ? new(entry.Path, entry.Mode, false, _layer, text) : null;
        if (Interest.Packages(entry.Path) is { } interest)
        {
            if (entry.Size > interest.Limit) return new(entry.Path, _layer) { Note = $"{entry.Path} has {entry.Size} bytes, more than the {interest.Limit} that are read: its packages were not looked up." };
            var packages = interest.Read(Whole(tar, entry)).Select(p => p with { Path = entry.Path, Layer = _layer }).ToList();
            var note = packages.Count == 0 && Interest.IsRpm(entry.Path) ? $"{entry.Path} has no packages that can be read: none were looked up." : null;
            return new(entry.Path, _layer) { Packages = packages, Fact = Fact(null), Note = note };
        }

        if (Interest.IsDistribution(entry.Path) && entry.Size < SecretCollector.MaxFile) return new(entry.Path, _layer) { Distribution = Distribution.Parse(Whole(tar, entry)) };
        if (Interest.IsAccounts(entry.Path) && entry.Size < SecretCollector.MaxFile) return new(entry.Path, _layer) { Fact = Fact(System.Text.Encoding.UTF8.GetString(Whole(tar, entry))) };
        var go = entry.Size > 0 && ReadContent(tar, entry) is { } modules ? modules.ToList() : null;
        return go is null && !isForLint ? null : new TreeFile(entry.Path, _layer) { Packages = go ?? [], Fact = Fact(null) };
    }

    /// <summary>Looks at the first bytes: a program may be Go's, a short text may have secrets, the rest is passed over.</summary>
    private IEnumerable<Package>? ReadContent(TarReader tar, TarEntry entry)
    {
        var count = Fill(tar, _buffer);
        var start = _buffer.AsSpan(0, count);
        if (start.StartsWith("\u007fELF"u8)) return ReadProgram(tar, entry, count);
        if (!SecretCollector.MayHold(entry.Path, entry.Size, start)) return null;
        _secrets.Look(entry.Path, _layer, count == entry.Size ? start : (byte[])[.. start, .. Rest(tar, entry.Size - count)]);
        return null;
    }

    private IEnumerable<Package>? ReadProgram(TarReader tar, TarEntry entry, int count)
    {
        var go = new GoBuildInfo();
        for (; count > 0; count = Fill(tar, _buffer)) go.Add(_buffer.AsSpan(0, count));
        var packages = go.Packages().Select(p => p with { Path = entry.Path, Layer = _layer }).ToList();
        return packages.Count > 0 ? packages : null;
    }

    private static byte[] Whole(TarReader tar, TarEntry entry) => Rest(tar, entry.Size);

    private static byte[] Rest(TarReader tar, long size)
    {
        var bytes = new byte[size];
        var filled = Fill(tar, bytes);
        return filled == size ? bytes : throw LayerStream.Truncated();
    }

    private static int Fill(TarReader tar, Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && tar.Read(buffer[filled..]) is > 0 and var count) filled += count;
        return filled;
    }
}
