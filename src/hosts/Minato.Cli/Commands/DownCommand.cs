using System.CommandLine;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Server;

namespace Minato.Cli.Commands;

internal static class DownCommand
{
    private static readonly Option<bool> Purge = new("--purge") { Description = "Also remove its containers, networks, load balancers and data." };

    public static Command Create()
    {
        var command = new Command("down", "Stops the server. Containers and traffic go on; the next up adopts them. --purge removes everything.") { Purge };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var files = new ServerFiles(parsed.DataDirectory());
        var stopped = await ServerProcess.StopAsync(files, ct);
        Screen.Line(stopped ? $"Stopped the server of {files.DataDirectory}." : $"No server ran on {files.DataDirectory}.");
        if (!parsed.GetValue(Purge) || files.Installation is not { } installation) return 0;
        foreach (var undone in RegistryCommand.Undo(installation, files.DataDirectory)) Screen.Line($"Removed {undone}.");
        var removed = await Purging.RunAsync(installation, files.DataDirectory, ct);
        var left = Directory.Exists(files.DataDirectory) ? " What was there before it is left." : "";
        Screen.Line($"Removed {removed} containers, their networks, and the data in {files.DataDirectory}.{left}");
        return 0;
    }
}
