using System.Diagnostics;

namespace Minato.Acceptance;

/// <summary>A copy of the application in tests/cdk, with the packages that are installed there once by name and exact version.</summary>
internal sealed class CdkApp : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-cdk-").FullName;

    public CdkApp()
    {
        foreach (var file in Directory.EnumerateFiles(Source, "*.js*").Append(Path.Combine(Source, "assets", "settings.json")))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy) ?? _folder);
            File.Copy(file, copy);
        }
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), Packages);
    }

    public void Dispose()
    {
        Directory.Delete(Path.Combine(_folder, "node_modules"));
        Directory.Delete(_folder, recursive: true);
    }

    private static string Source { get; } = FindSource();
    private static string Packages => Path.Combine(Source, "node_modules");

    /// <summary>Installs the packages unless they are there.</summary>
    /// <returns>Why the CDK cannot run here, or null.</returns>
    public static async Task<string?> MissingAsync(CancellationToken ct)
    {
        if (!Shell.Has("node") || !Shell.Has("npm")) return "Node.js is not installed";
        var installed = Path.Combine(Packages, ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(Path.Combine(Source, "package-lock.json"))) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Source,
            };
            var result = await Shell.RunAsync(start, patience.Token);
            return result.Code is 0 ? null : $"the CDK's packages could not be installed: {result.Error.Trim()}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "the CDK's packages could not be installed within three minutes";
        }
    }

    /// <summary>Its command line in the application's folder, ready to start.</summary>
    public ProcessStartInfo Cdk(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Packages, "aws-cdk", "bin", "cdk"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("CI", "true"), ("NO_COLOR", "1"), ("CDK_DISABLE_CLI_TELEMETRY", "true"), ("AWS_EC2_METADATA_DISABLED", "true")])
            start.Environment[name] = value;
        return start;
    }

    private static string FindSource()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "tests/cdk/package.json"))) return Path.Combine(folder, "tests/cdk");
        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
