using System.CommandLine;
using System.Diagnostics;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

internal static class ResetCommand
{
    public static Command Create()
    {
        var command = new Command("reset", "Back to the first state without a restart, for use between tests.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var watch = Stopwatch.StartNew();
        await minato.ResetAsync(ct);
        Screen.Done($"Reset in {watch.ElapsedMilliseconds} ms: no clusters, services, tasks, load balancers, images or logs are left.");
        return 0;
    }
}
