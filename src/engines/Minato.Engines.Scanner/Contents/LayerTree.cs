using Minato.Engines.Scanner.Packages;

namespace Minato.Engines.Scanner.Contents;

/// <summary>Files of interest as the layers lie upon each other: what an upper layer writes or removes is gone from the lower ones.</summary>
internal sealed class LayerTree
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";

    /// <summary>More files of interest than any image has; an image that has more is not an image.</summary>
    private const int MaxFiles = 500_000;

    private readonly Dictionary<string, TreeFile> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _paths = new(StringComparer.Ordinal);

    public IEnumerable<TreeFile> Files => _paths.Select(p => _files[p]);

    /// <returns>Whether the entry is a mark of removal instead of a file.</returns>
    public bool ApplyWhiteout(string path, int layer)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (!name.StartsWith(Whiteout, StringComparison.Ordinal)) return false;
        var folder = path[..^name.Length].TrimEnd('/');
        if (name == Opaque) RemoveBelow(folder, layer);
        else if (!name.StartsWith(".wh..wh.", StringComparison.Ordinal)) Remove(folder.Length == 0 ? name[Whiteout.Length..] : $"{folder}/{name[Whiteout.Length..]}", layer);
        return true;
    }

    /// <summary>Anything but a folder takes the place of whatever stood there.</summary>
    public void Replace(string path, int layer) => Remove(path, layer + 1);

    public void Put(TreeFile file)
    {
        if (_files.Count >= MaxFiles) throw new Archives.ScanRefusedException($"The image has more than {MaxFiles} files of interest, the limit of a scan.");
        _files[file.Path] = file;
        _paths.Add(file.Path);
    }

    // Marks speak of the layers below: what the same layer brought stays, in whatever order the archive has them.
    private void Remove(string path, int below)
    {
        if (_files.TryGetValue(path, out var file) && file.Layer < below) Forget(path);
        RemoveBelow(path, below);
    }

    private void RemoveBelow(string folder, int below)
    {
        // '0' is the character after '/': between the two is everything inside of the folder.
        var inside = folder.Length == 0 ? _paths : _paths.GetViewBetween(folder + "/", folder + "0");
        foreach (var path in inside.Where(p => _files[p].Layer < below).ToArray()) Forget(path);
    }

    private void Forget(string path)
    {
        _files.Remove(path);
        _paths.Remove(path);
    }
}

/// <summary>One file of interest and what was read out of it.</summary>
internal sealed record TreeFile(string Path, int Layer)
{
    public IReadOnlyList<Package> Packages { get; init; } = [];
    public Distribution? Distribution { get; init; }
    public FileFact? Fact { get; init; }
    public string? Note { get; init; }
}
