using System.CommandLine;
using System.Diagnostics;
using Minato.Cli.Demo;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

internal static class DemoCommand
{
    private static readonly Option<int?> Port = Options.Port("--port", "Port for the server, when one has to be started (default 4566).");

    public static Command Create()
    {
        var command = new Command("demo", "Does the main job, narrated: a service behind a load balancer that heals, rolls and rolls back.") { Port };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        await EngineInstaller.EnsureAsync(demo: true, ct);
        var files = new ServerFiles(parsed.DataDirectory());
        if (files.Running is null)
        {
            List<string> arguments = ["--data", files.DataDirectory];
            if (parsed.GetValue(Port) is { } port) arguments.AddRange(["--port", $"{port}"]);
            var start = Stopwatch.StartNew();
            await ServerProcess.StartAsync(files, arguments, ct);
            Screen.Done($"server started in {start.ElapsedMilliseconds} ms at {files.Require().Running.Endpoint}");
        }
        else
        {
            Screen.Done($"a server runs already at {files.Require().Running.Endpoint}");
        }
        using var minato = new MinatoClient(files, parsed.GetRequiredValue(Options.Region));
        await new DemoScenario(minato).RunAsync(ct);
        Screen.Title($"Done in {watch.Elapsed.TotalSeconds:0} s. The service goes on running");
        var data = parsed.DataArgument();
        Screen.Line($"""
            Look around:                  ./minato status{data}
            Use it with the AWS CLI:      eval "$(./minato env{data})"; aws ecs describe-services --cluster demo --services web
            Follow its logs:              ./minato logs -f{data}
            Stop and remove everything:   ./minato down --purge{data}
            """);
        return 0;
    }
}
