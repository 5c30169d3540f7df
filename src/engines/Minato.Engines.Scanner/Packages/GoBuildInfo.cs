using System.Buffers;
using System.Text;

namespace Minato.Engines.Scanner.Packages;

/// <summary>
/// The list of modules that Go's linker writes into every program, found while the program's bytes go by. Programs built before Go 1.18 point to it
/// instead of holding it, and are passed over.
/// </summary>
internal sealed class GoBuildInfo
{
    public const int MaxInfo = 4 << 20;
    private const int Alignment = 16;
    private const int HeaderSize = 32;
    private const int Sentinel = 16;
    private const byte InlineStrings = 2;

    private static readonly byte[] s_magic = [0xff, .. " Go buildinf:"u8];

    private readonly ArrayBufferWriter<byte> _info = new();
    private byte[] _tail = [];
    private long _position;
    private bool _isFound;

    /// <summary>The next bytes of the program.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_isFound)
        {
            Keep(bytes);
            return;
        }

        // What the last call left may hold the beginning of the magic.
        byte[] window = [.. _tail, .. bytes];
        var start = _position - _tail.Length;
        for (var at = 0; window.AsSpan(at).IndexOf(s_magic) is >= 0 and var found; at++)
        {
            at += found;
            if ((start + at) % Alignment != 0) continue;
            _isFound = true;
            Keep(window.AsSpan(at));
            return;
        }

        _position += bytes.Length;
        _tail = window[^Math.Min(s_magic.Length - 1, window.Length)..];
    }

    private void Keep(ReadOnlySpan<byte> bytes) => _info.Write(bytes[..Math.Min(bytes.Length, MaxInfo - _info.WrittenCount)]);

    /// <summary>The modules with the versions that were built in, and Go's own library as <c>stdlib</c>.</summary>
    public IEnumerable<Package> Packages()
    {
        var info = _info.WrittenMemory;
        if (info.Length < HeaderSize || (info.Span[15] & InlineStrings) == 0) yield break;
        info = info[HeaderSize..];
        if (Text(ref info) is not { } version) yield break;
        if (Standard(Encoding.UTF8.GetString(version.Span)) is { } standard) yield return new() { Manager = "go", Name = "stdlib", Version = standard };
        if (Text(ref info) is not { Length: > 2 * Sentinel } modules) yield break;
        foreach (var module in Modules(Encoding.UTF8.GetString(modules[Sentinel..^Sentinel].Span))) yield return module;
    }

    /// <summary>The lines <c>dep PATH VERSION SUM</c>; a line <c>=></c> replaces the one before it. The program's own module counts when it has a version.</summary>
    internal static IEnumerable<Package> Modules(string text)
    {
        var modules = new List<Package>();
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split('\t');
            if (fields is not ["dep" or "mod" or "=>", { Length: > 0 } path, { Length: > 0 } version, ..])
                continue;
            if (fields[0] == "=>" && modules.Count > 0) modules.RemoveAt(modules.Count - 1);
            modules.Add(new() { Manager = "go", Name = path, Version = version });
        }

        return modules.Where(m => m.Version != "(devel)");
    }

    /// <summary>Go's versions as semantic ones: go1.21 is 1.21.0, go1.22rc1 is 1.22.0-rc.1.</summary>
    internal static string? Standard(string version)
    {
        if (!version.StartsWith("go", StringComparison.Ordinal)) return null;
        var text = version[2..].Split(' ', '-', '+')[0];
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.')) digits++;
        var numbers = text[..digits].Split('.', StringSplitOptions.RemoveEmptyEntries);
        if (numbers.Length is 0 or > 3) return null;
        var release = string.Join('.', numbers.Concat(Enumerable.Repeat("0", 3 - numbers.Length)));
        var rest = text[digits..];
        var word = rest.TrimEnd("0123456789".ToCharArray());
        return rest.Length == 0 ? release : $"{release}-{word}.{rest[word.Length..]}";
    }

    // A length in base 128, then as many bytes.
    private static ReadOnlyMemory<byte>? Text(ref ReadOnlyMemory<byte> from)
    {
        ulong length = 0;
        var used = 0;
        for (var shift = 0; used < from.Length && shift < 63; shift += 7)
        {
            var b = from.Span[used++];
            length |= (ulong)(b & 0x7F) << shift;
            if ((b & 0x80) == 0) break;
        }

        if (length > (ulong)(from.Length - used)) return null;
        var text = from.Slice(used, (int)length);
        from = from[(used + (int)length)..];
        return text;
    }
}
