using System.IO.Compression;
using System.Text.Json;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>The entries of a dump: a zip of JSON files as OSV publishes them, a folder of such files, JSON lines, or one JSON file (an entry or a list).</summary>
internal static class OsvDump
{
    /// <summary>Of one entry: the largest that are published have a few MiB.</summary>
    public const int MaxEntry = 64 << 20;

    /// <exception cref="InvalidDataException">It is none of them.</exception>
    public static IEnumerable<(string Name, byte[] Json)> Read(string path)
    {
        if (Directory.Exists(path)) return Folder(path);
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        var isZip = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual((ReadOnlySpan<byte>)[0x50, 0x4B, 0x03, 0x04]);
        return isZip ? Zip(path) : Json(path);
    }

    private static IEnumerable<(string, byte[])> Folder(string path)
    {
        foreach (var file in Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories))
        {
            if (new FileInfo(file).Length > MaxEntry) throw TooLong(file);
            yield return (file, File.ReadAllBytes(file));
        }
    }

    private static IEnumerable<(string, byte[])> Zip(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        foreach (var entry in archive.Entries.Where(e => e.Name.EndsWith(".json", StringComparison.Ordinal)))
        {
            if (entry.Length > MaxEntry) throw TooLong(entry.FullName);
            using var stream = entry.Open();
            var json = new byte[entry.Length];
            // The length is the archive's own word: what is longer is cut off here and fails as JSON.
            var filled = stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
            yield return (entry.FullName, filled == json.Length ? json : json[..filled]);
        }
    }

    private static IEnumerable<(string, byte[])> Json(string path)
    {
        using var file = File.OpenRead(path);
        var reader = new LineReader(file, MaxEntry);
        var number = 0;
        var isFirst = true;
        while (reader.Next() is { } line)
        {
            number++;
            if (line.AsSpan().Trim(" \t\r"u8).Length == 0) continue;
            // Lines begin with a whole entry each; anything else is one document.
            if (isFirst && !IsWhole(line))
            {
                foreach (var entry in Document(path)) yield return entry;
                yield break;
            }

            isFirst = false;
            yield return ($"{path}:{number}", line);
        }
    }

    private static bool IsWhole(byte[] line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return reader.Read() && reader.TokenType is JsonTokenType.StartObject && reader.TrySkip();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static List<(string, byte[])> Document(string path)
    {
        if (new FileInfo(path).Length > MaxEntry) throw TooLong(path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind is JsonValueKind.Array)
                return [.. document.RootElement.EnumerateArray().Select((e, i) => ($"{path}[{i}]", JsonSerializer.SerializeToUtf8Bytes(e, OsvJson.Default.JsonElement)))];
            return [(path, File.ReadAllBytes(path))];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is neither a zip nor JSON: {e.Message}", e);
        }
    }

    private static InvalidDataException TooLong(string name) => new($"{name} is longer than {MaxEntry} bytes, the limit of an entry.");

    /// <summary>Lines of bounded length.</summary>
    private sealed class LineReader(Stream file, int max)
    {
        private readonly byte[] _buffer = new byte[1 << 20];
        private int _at;
        private int _filled;

        public byte[]? Next()
        {
            using var line = new MemoryStream();
            var isAny = false;
            while (true)
            {
                if (_at == _filled)
                {
                    (_at, _filled) = (0, file.Read(_buffer));
                    if (_filled == 0) return isAny ? line.ToArray() : null;
                }

                isAny = true;
                var end = _buffer.AsSpan(_at, _filled - _at).IndexOf((byte)'\n');
                var count = end < 0 ? _filled - _at : end;
                if (line.Length + count > max) throw new InvalidDataException($"a line is longer than {max} bytes, the limit of an entry.");
                line.Write(_buffer, _at, count);
                _at += count + (end < 0 ? 0 : 1);
                if (end >= 0) return line.ToArray();
            }
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
[System.Text.Json.Serialization.JsonSerializable(typeof(Advisory))]
[System.Text.Json.Serialization.JsonSerializable(typeof(AffectedPackage))]
internal sealed partial class OsvJson : System.Text.Json.Serialization.JsonSerializerContext;
