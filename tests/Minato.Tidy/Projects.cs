using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Minato.Tidy;

/// <summary>No project is forgotten: by the solution, or by the command that runs the tests.</summary>
internal static partial class Projects
{
    // Its tests are kits: other projects inherit and run them.
    private const string Kits = "Minato.Testing";

    public static IEnumerable<string> Check(Tree tree) => Solution(tree).Concat(Tests(tree));

    private static IEnumerable<string> Solution(Tree tree)
    {
        var listed = XDocument.Parse(tree.Read("Minato.slnx")).Descendants("Project").Select(p => (string?)p.Attribute("Path") ?? "").ToList();
        var there = tree.Paths.Where(p => p.EndsWith(".csproj", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in there.Except(listed)) yield return $"{missing} is not in Minato.slnx.";
        foreach (var gone in listed.Except(there)) yield return $"Minato.slnx lists {gone}, which is not there.";
        foreach (var twice in listed.CountBy(p => p).Where(p => p.Value > 1)) yield return $"Minato.slnx lists {twice.Key} twice.";
    }

    private static IEnumerable<string> Tests(Tree tree)
    {
        foreach (var project in tree.Paths.Where(p => p.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var folder = project[..(project.LastIndexOf('/') + 1)];
            var hasTests = tree.Sources(folder).Select(f => CSharpText.CodeOf(f.Text)).Any(HasTests);
            if (hasTests && name != Kits && !IsRun(project))
                yield return $"{project} has tests that nothing runs: call it tests/<Project>.Tests/<Project>.Tests.csproj.";
            if (!hasTests && IsRun(project)) yield return $"{project} has no tests.";
        }
    }

    // Its own, or those of a kit.
    private static bool HasTests(string code) => TestCode().IsMatch(code);

    [GeneratedRegex(@"\[Fact|\[Theory|\bclass \w+(?:\(.*\))?\s*:\s*\w+Kit\b")]
    private static partial Regex TestCode();

    // As Directory.Build.props and the test command choose them.
    private static bool IsRun(string project) => project.Split('/') is ["tests", var folder, var file]
        && file == folder + ".csproj"
        && (folder.EndsWith(".Tests", StringComparison.Ordinal) || folder is "Minato.Simulation" or "Minato.Acceptance" or "Minato.Tidy");
}
