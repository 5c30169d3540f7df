using System.Text;

namespace Minato.Engines.Scanner.Packages;

/// <summary>Blocks of <c>Key: value</c> lines between empty lines, as dpkg, apk and Python write them.</summary>
internal static class Stanzas
{
    /// <summary>Each block's first value of every key; continued lines are left out.</summary>
    public static IEnumerable<Dictionary<string, string>> Read(byte[] file, char separator = ':')
    {
        using var reader = new StreamReader(new MemoryStream(file), Encoding.UTF8);
        var block = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                if (block.Count > 0) yield return block;
                block = new(StringComparer.Ordinal);
            }
            else if (line[0] is not (' ' or '\t') && line.IndexOf(separator, StringComparison.Ordinal) is > 0 and var at)
            {
                block.TryAdd(line[..at], line[(at + 1)..].Trim());
            }
        }

        if (block.Count > 0) yield return block;
    }
}
