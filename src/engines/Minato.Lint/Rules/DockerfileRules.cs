using Minato.Lint.Dockerfiles;
using Minato.Lint.Shell;

namespace Minato.Lint.Rules;

/// <summary>What is around the file.</summary>
/// <param name="TrustedRegistries">Empty: all are.</param>
/// <param name="HasIgnoreFile">Null when nobody looked.</param>
internal sealed record DockerfileSurroundings(IReadOnlyList<string> TrustedRegistries, bool? HasIgnoreFile)
{
    public static readonly DockerfileSurroundings Unknown = new([], null);
}

/// <summary>A rule speaks: code, line, words.</summary>
internal delegate void Tell(string code, int line, string message);

/// <summary>All rules of Dockerfiles over one of them.</summary>
internal static class DockerfileRules
{
    private const int MaxFindings = 5_000;

    public static List<LintFinding> Check(string text, string file, DockerfileSurroundings around)
    {
        var parsed = DockerfileParser.Parse(text);
        var findings = new List<LintFinding>();
        var ignored = parsed.Instructions.Where(i => !i.Ignored.IsEmpty).ToLookup(i => i.Line, i => i.Ignored);
        void Tell(string code, int line, string message)
        {
            if (findings.Count < MaxFindings && !parsed.IgnoredEverywhere.Contains(code) && !ignored[line].Any(codes => codes.Contains(code)))
                findings.Add(new(RuleBook.Of(code), file, line, message));
        }

        foreach (var (line, words) in parsed.Errors) Tell("MIN1000", line, words);
        FileRules.Check(parsed, around, Tell);
        foreach (var stage in parsed.Stages)
        {
            CopyRules.Check(parsed, stage, Tell);
            SettingRules.Check(stage, Tell);
            foreach (var run in Runs(stage))
            {
                var commands = ShellReader.Read(run.Script);
                PackageRules.Check(run, commands, Tell);
                ShellRules.Check(stage, run, commands, Tell);
            }
        }

        StageRules.Check(parsed, around, Tell);
        return [.. findings.Distinct().OrderBy(f => f.Line).ThenBy(f => f.Rule.Code, StringComparer.Ordinal)];
    }

    /// <summary>The steps that a shell runs, those that wait for a later build among them.</summary>
    public static IEnumerable<Instruction> Runs(Stage stage) =>
        stage.Instructions.Select(i => i.Later is { Keyword: "RUN" } later ? later : i).Where(i => i.Keyword == "RUN");
}
