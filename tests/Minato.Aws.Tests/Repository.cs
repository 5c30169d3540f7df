namespace Minato.Aws.Tests;

/// <summary>Where the sources are: tests read golden files and models from there.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Minato.slnx")) ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository was not found."));
}
