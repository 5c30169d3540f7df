using System.Diagnostics;

namespace Minato.Tidy;

/// <summary>Files by their path from the root of the repository: the real ones, or a few that a test made up.</summary>
internal sealed class Tree
{
    private const long MaxRead = 2 << 20;

    private static readonly string[] s_made = ["bin", "obj", "node_modules", ".git"];

    private readonly SortedDictionary<string, Lazy<string>> _files = new(StringComparer.Ordinal);

    public Tree(params IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files) _files.Add(path, new(text));
    }

    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>What git tracks or would track; every file that is not made by a build where there is no git.</summary>
    public static Tree OfRepository()
    {
        var root = Root();
        var tree = new Tree();
        foreach (var path in Tracked(root) ?? Everything(root))
        {
            var file = new FileInfo(Path.Combine(root, path));
            if (file.Exists && file.Length <= MaxRead) tree._files.TryAdd(path, new(() => File.ReadAllText(file.FullName)));
        }

        return tree;
    }

    public string Read(string path) => _files[path].Value;

    public IEnumerable<(string Path, string Text)> Files(Func<string, bool> which) => Paths.Where(which).Select(p => (p, Read(p)));

    /// <summary>C# that people wrote, below a folder.</summary>
    public IEnumerable<(string Path, string Text)> Sources(string under) =>
        Files(p => p.StartsWith(under, StringComparison.Ordinal) && p.EndsWith(".cs", StringComparison.Ordinal));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Minato.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    private static List<string>? Tracked(string root)
    {
        try
        {
            var start = new ProcessStartInfo("git", ["-C", root, "ls-files", "--cached", "--others", "--exclude-standard"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            };
            using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
            var paths = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            return git.ExitCode == 0 && paths.Length > 0 ? [.. paths] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // No git here.
        }
    }

    private static IEnumerable<string> Everything(string root) => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
        .Select(p => Path.GetRelativePath(root, p))
        .Where(p => !p.Split('/').Any(s_made.Contains));
}
