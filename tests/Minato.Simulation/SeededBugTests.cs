using System.Diagnostics;
using System.Reflection;

namespace Minato.Simulation;

/// <summary>
/// Goal: show that the worlds find a broken rule. Method: the ECS room is built once more with the flag <c>SeededBug</c>, which lets a
/// rolling update stop one healthy task too many, and stories that pass are run against it.
/// </summary>
public sealed class SeededBugTests
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_bug_planted_by_a_build_flag_is_caught()
    {
        var folder = Directory.CreateTempSubdirectory("minato-seeded-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            var built = await RunAsync("dotnet", [
                "build", Path.Combine(Root(), "src/services/Minato.Ecs/Minato.Ecs.csproj"), "-c", Configuration, "--no-restore", "-v", "q", "--nologo",
                "-p:SeededBug=true", "-p:Quick=true", "-p:BuildProjectReferences=false", $"-p:SeededOutput={folder}/seeded",
            ]);
            built.Code.ShouldBe(0, built.Output);
            File.Copy(Path.Combine(folder, "seeded/Minato.Ecs.dll"), Path.Combine(folder, "Minato.Ecs.dll"), overwrite: true);

            var run = await RunAsync(Path.Combine(folder, "Minato.Simulation"), ["--filter-method", "*A_rolling_update_survives_killed_containers*", "--no-progress", "--no-ansi"]);
            run.Code.ShouldNotBe(0, "the stories passed with the bug in them");
            run.Output.ShouldContain("healthy tasks were stopped");
            run.Output.ShouldContain("Seed ");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Configuration =>
        typeof(SeededBugTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Release";

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Minato.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The repository was not found above the test program.");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(s_longest);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MINATO_SEEDS"] = "10";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, output + await error);
    }
}
