namespace Minato.Lint;

/// <summary><c>.minatolint</c>: lines of a code and, after a blank, the end of the paths it is ignored in. A hash begins a comment.</summary>
internal sealed class IgnoreFile
{
    public const string Name = ".minatolint";

    private readonly List<(string Code, string Path)> _lines = [];

    public static IgnoreFile Parse(string text)
    {
        var file = new IgnoreFile();
        foreach (var line in text.Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
        {
            var parts = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
            file._lines.Add((parts[0], parts.Length > 1 ? parts[1].Trim() : ""));
        }

        return file;
    }

    /// <summary>The one beside a file, or in a folder above it.</summary>
    public static IgnoreFile Near(string path)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Combine(folder, Name);
            if (File.Exists(candidate)) return Parse(File.ReadAllText(candidate));
        }

        return new();
    }

    public bool Ignores(LintFinding finding) => _lines.Any(l => l.Code == finding.Rule.Code && (l.Path.Length == 0 || finding.File.EndsWith(l.Path, StringComparison.Ordinal)));
}
