using System.CommandLine;
using System.Text.Json.Nodes;
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
        var json = parsed.GetValue(Options.Json);
        Action<string> tell = json ? Screen.Aside : Screen.Line;
        var stopped = await ServerProcess.StopAsync(files, ct);
        tell(stopped ? $"Stopped the server of {files.DataDirectory}." : $"No server ran on {files.DataDirectory}.");
        int? removed = parsed.GetValue(Purge) && files.Installation is { } installation ? await PurgeAsync(installation, files.DataDirectory, tell, ct) : null;
        if (json) Screen.Json(new JsonObject { ["data"] = files.DataDirectory, ["stopped"] = stopped, ["containersRemoved"] = removed });
        return 0;
    }

    private static async Task<int> PurgeAsync(InstallationFile installation, string dataDirectory, Action<string> tell, CancellationToken ct)
    {
        foreach (var undone in RegistryCommand.Undo(installation, dataDirectory)) tell($"Removed {undone}.");
        var removed = await Purging.RunAsync(installation, dataDirectory, ct);
        var left = Directory.Exists(dataDirectory) ? " What was there before it is left." : "";
        tell($"Removed {removed} containers, their networks, and the data in {dataDirectory}.{left}");
        return removed;
    }
}
