using System.Text.RegularExpressions;

namespace Minato.Tidy;

/// <summary>What files may be like and may say.</summary>
internal static partial class Manners
{
    private const int MaxLines = 400;

    // Put together, so that this file does not say them.
    private static readonly string[] s_hosts = ["api.nuget" + ".org", "registry.npmjs" + ".org"];

    public static IEnumerable<string> Check(Tree tree) => Length(tree).Concat(Regions(tree)).Concat(Machines(tree));

    private static IEnumerable<string> Length(Tree tree) =>
        from file in tree.Sources("src/")
        let lines = file.Text.Count(c => c == '\n')
        where lines > MaxLines
        select $"{file.Path} has {lines} lines: find the second thing it does and give it a file.";

    private static IEnumerable<string> Regions(Tree tree) =>
        from file in tree.Sources("")
        where CSharpText.CodeOf(file.Text).Split('\n').Any(l => l.TrimStart().StartsWith("#region", StringComparison.Ordinal))
        select $"{file.Path} has a #region: what it would fold away wants a file of its own.";

    private static IEnumerable<string> Machines(Tree tree)
    {
        foreach (var (path, text) in tree.Files(_ => true))
        {
            if (MachinePath().Match(text) is { Success: true } found)
                yield return $"{path} names {found.Value.Trim()}, a path of one machine.";
            foreach (var host in s_hosts.Where(h => text.Contains(h, StringComparison.OrdinalIgnoreCase)))
                yield return $"{path} names the package registry {host}: which registry is used is the machine's choice.";
        }
    }

    [GeneratedRegex(@"(?<![\w.~%$}*-])/(?:wor[k]|roo[t])/[\w.]+")]
    private static partial Regex MachinePath();
}
