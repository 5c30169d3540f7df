namespace Minato.Engines.Scanner.Packages;

/// <summary>Alpine's packages: <c>lib/apk/db/installed</c>.</summary>
internal static class ApkPackages
{
    public static IEnumerable<Package> Read(byte[] file) =>
        from block in Stanzas.Read(file)
        let name = block.GetValueOrDefault("P")
        let version = block.GetValueOrDefault("V")
        where name is { Length: > 0 } && version is { Length: > 0 }
        select new Package
        {
            Manager = "apk", Name = name, Version = version, Architecture = block.GetValueOrDefault("A"), License = block.GetValueOrDefault("L"),
            Source = block.GetValueOrDefault("o") ?? name, SourceVersion = version,
        };
}
