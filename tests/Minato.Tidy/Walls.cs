using System.Xml.Linq;

namespace Minato.Tidy;

/// <summary>Who may reference whom.</summary>
internal static class Walls
{
    private static readonly string[] s_ofARoom = ["Minato.Contracts", "Minato.Aws", "Minato.Platform", "Minato.Engines"];

    public static IEnumerable<string> Check(Tree tree)
    {
        var projects = tree.Files(p => p.EndsWith(".csproj", StringComparison.Ordinal)).Select(Read).ToList();
        var areas = projects.ToLookup(p => p.Name, p => p.Path.Split('/')[0]);
        foreach (var project in projects.Where(p => p.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            foreach (var other in project.References.Where(r => areas[r].Contains("tests")))
                yield return $"{project.Path} is a product and references the test project {other}.";
            if (RuleOf(project) is not { } rule)
            {
                yield return $"{project.Path} stands where Walls has no rule for it.";
                continue;
            }

            foreach (var other in project.References.Where(r => rule.References is { } allowed && !allowed.Contains(r)))
                yield return $"{project.Path} references {other}. {rule.Words}";
            if (!rule.Packages && project.Packages.Count > 0)
                yield return $"{project.Path} uses the package {project.Packages[0]}. {rule.Words}";
        }
    }

    private static Rule? RuleOf(Project project) => (project.Path.Split('/')[1], project.Name) switch
    {
        ("services", _) => new(s_ofARoom, false, "A room references only Contracts, Aws, Platform and the engine ports, and no packages: other rooms are reached through their AWS interface."),
        ("engines", "Minato.Engines") => new([], false, "The ports reference nothing."),
        ("engines", _) => new(["Minato.Engines", "Minato.Platform"], true, "An engine adapter references the ports and the platform only."),
        ("platform", "Minato.Platform") => new([], false, "The platform stands on nothing of ours and on no packages."),
        ("platform", _) => new(["Minato.Platform"], true, "A platform adapter references the platform only."),
        ("aws", "Minato.Contracts") => new(["Minato.Aws", "Minato.Aws.Generator"], false, "Contracts are generated code on the wire runtime."),
        ("aws", _) => new([], false, "The wire runtime and its generator stand on nothing of ours and on no packages."),
        ("hosts", _) => new(null, true, "Hosts wire everything."),
        _ => null,
    };

    private static Project Read((string Path, string Text) file)
    {
        var xml = XDocument.Parse(file.Text);
        List<string> Includes(string element) => [.. xml.Descendants(element).Select(e => (string?)e.Attribute("Include") ?? "").Where(i => i.Length > 0)];
        return new(
            file.Path, Path.GetFileNameWithoutExtension(file.Path),
            [.. Includes("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))], Includes("PackageReference"));
    }

    private sealed record Project(string Path, string Name, List<string> References, List<string> Packages);

    /// <param name="References">Null: all of ours.</param>
    private sealed record Rule(string[]? References, bool Packages, string Words);
}
