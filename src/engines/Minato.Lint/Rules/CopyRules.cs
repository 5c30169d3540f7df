using Minato.Lint.Dockerfiles;

namespace Minato.Lint.Rules;

/// <summary>Rules of COPY and ADD.</summary>
internal static class CopyRules
{
    private static readonly string[] s_archives = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".gz", ".bz2", ".xz", ".Z", ".lz", ".lzma"];

    public static void Check(Dockerfile file, Stage stage, Tell tell)
    {
        var hasDirectory = file.FindStage(stage.Image, stage.Index) is not null;
        foreach (var instruction in stage.Instructions)
        {
            if (instruction.Keyword == "WORKDIR") hasDirectory = true;
            if (instruction.Keyword is not ("COPY" or "ADD")) continue;
            var words = instruction.Words;
            var (sources, target) = words.Length > 1 ? (words[..^1], words[^1]) : ([], "");
            if (instruction.Keyword == "ADD") Add(instruction, [.. sources], tell);
            else Copy(file, stage, instruction, [.. sources], target, hasDirectory, tell);
        }
    }

    private static void Add(Instruction add, IReadOnlyList<string> sources, Tell tell)
    {
        foreach (var source in sources.Where(s => !s.StartsWith("<<", StringComparison.Ordinal)))
        {
            var isFetched = source.Contains("://", StringComparison.Ordinal) || source.StartsWith("git@", StringComparison.Ordinal);
            if (isFetched && source.StartsWith("http", StringComparison.Ordinal) && !source.EndsWith(".git", StringComparison.Ordinal) && add.Flag("checksum") is null)
                tell("MIN1014", add.Line, $"ADD fetches {source} and compares nothing.");
            else if (!isFetched && !source.Contains('$', StringComparison.Ordinal) && !s_archives.Any(a => source.EndsWith(a, StringComparison.Ordinal)))
                tell("DL3020", add.Line, $"ADD {source} copies only.");
        }
    }

    private static void Copy(Dockerfile file, Stage stage, Instruction copy, IReadOnlyList<string> sources, string target, bool hasDirectory, Tell tell)
    {
        if (sources.Count > 1 && !target.EndsWith('/') && target is not ("." or "..") && !target.Contains('$', StringComparison.Ordinal)) tell("DL3021", copy.Line, $"{target} does not end with a slash, and {sources.Count} files are copied there.");
        if (!hasDirectory && !IsAbsolute(target)) tell("DL3045", copy.Line, $"{target} is relative, and no WORKDIR was set.");
        if (copy.Flag("from") is not { } from) return;
        if (sources is ["/"] && file.FindStage(from, stage.Index) is not null && stage.Image != "scratch") tell("DL3067", copy.Line, $"All of the stage {from} is copied.");
        if (from.Contains('$', StringComparison.Ordinal)) return;
        if (string.Equals(from, stage.Name, StringComparison.OrdinalIgnoreCase) || from == $"{stage.Index}") tell("DL3023", copy.Line, $"{from} is this stage itself.");
        else if (file.FindStage(from, stage.Index) is null && !from.Contains(':', StringComparison.Ordinal) && !from.Contains('/', StringComparison.Ordinal)) tell("DL3022", copy.Line, $"{from} is no stage before this one.");
        else if (from.All(char.IsAsciiDigit)) tell("MIN1004", copy.Line, $"--from={from} counts stages.");
    }

    // A drive's letter is one too, and a variable may be.
    private static bool IsAbsolute(string path) => path.StartsWith('/') || path.StartsWith('$') || path.StartsWith('"') || (path.Length > 1 && path[1] == ':') || path.Length == 0;
}
