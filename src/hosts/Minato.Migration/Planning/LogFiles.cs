using System.IO.Compression;

namespace Minato.Migration.Planning;

/// <summary>Lines of access logs as AWS writes them: a file, or a folder with the files of many hours, packed or not.</summary>
internal static class LogFiles
{
    private const string Packed = ".gz";

    /// <exception cref="IOException">There is no such file or folder, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">A packed file is damaged.</exception>
    public static IEnumerable<string> Lines(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(LinesOf) : LinesOf(path);

    private static IEnumerable<string> LinesOf(string file)
    {
        using var raw = File.OpenRead(file);
        using var text = new StreamReader(file.EndsWith(Packed, StringComparison.Ordinal) ? new GZipStream(raw, CompressionMode.Decompress) : (Stream)raw);
        while (text.ReadLine() is { } line) yield return line;
    }
}
