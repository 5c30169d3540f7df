using System.CommandLine;
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
        var answer = await minato.ResetAsync(ct);
        if (parsed.GetValue(Options.Json)) Screen.Json(answer);
        else Screen.Done($"Reset in {answer["milliseconds"]} ms: no clusters, services, tasks, load balancers, images or logs are left.");
        return 0;
    }
}
