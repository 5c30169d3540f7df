namespace Minato.Engines.Scanner.Packages;

/// <summary>Debian's packages: <c>var/lib/dpkg/status</c>, and <c>status.d</c> of images made without dpkg.</summary>
internal static class DpkgPackages
{
    public static IEnumerable<Package> Read(byte[] file)
    {
        foreach (var block in Stanzas.Read(file))
        {
            if (block.GetValueOrDefault("Package") is not { Length: > 0 } name || block.GetValueOrDefault("Version") is not { Length: > 0 } version) continue;
            // A removed package leaves its configuration, and its name in the list. status.d has no status at all.
            if (block.TryGetValue("Status", out var status) && !status.EndsWith(" installed", StringComparison.Ordinal)) continue;
            var (source, sourceVersion) = Source(block.GetValueOrDefault("Source"));
            yield return new()
            {
                Manager = "dpkg", Name = name, Version = version, Architecture = block.GetValueOrDefault("Architecture"),
                Source = source ?? name, SourceVersion = sourceVersion ?? version,
            };
        }
    }

    // "glibc", or "glibc (2.36-9)" when the source has another version than the package.
    private static (string? Name, string? Version) Source(string? field)
    {
        if (string.IsNullOrEmpty(field)) return (null, null);
        return field.Split(' ', 2) is [var name, ['(', .., ')'] version] ? (name, version[1..^1].Trim()) : (field.Split(' ')[0], null);
    }
}
