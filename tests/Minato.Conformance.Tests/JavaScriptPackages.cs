namespace Minato.Conformance.Tests;

/// <summary>The client's packages, installed once by name and exact version.</summary>
public sealed class JavaScriptPackages : IAsyncLifetime
{
    /// <summary>Why the client cannot run here, or null.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!ClientProgram.Exists("node") || !ClientProgram.Exists("npm")) Missing = "Node.js is not installed.";
        else if (!File.Exists(Installed) || File.GetLastWriteTimeUtc(Installed) < File.GetLastWriteTimeUtc(Wanted)) await InstallAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Wanted => Path.Combine(ClientProgram.Folder, "package-lock.json");
    private static string Installed => Path.Combine(ClientProgram.Folder, "node_modules/.package-lock.json");

    private async Task InstallAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var result = await ClientProgram.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], patience.Token);
            if (result.ExitCode != 0) Missing = $"The packages could not be installed: {result.Output.Trim()}";
        }
        catch (OperationCanceledException)
        {
            Missing = "The packages could not be installed within three minutes.";
        }
    }
}
