using System.CommandLine;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

/// <summary>Plays the part of AWS when it takes FARGATE_SPOT capacity back.</summary>
internal static class SpotCommand
{
    private static readonly Option<string> InCluster = new("--cluster") { Description = "Their cluster (default: default).", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    private static readonly Option<string?> OfService = new("--service") { Description = "Only tasks of this service.", HelpName = "NAME" };
    private static readonly Option<int?> Count = new("--count") { Description = "As many of them, by chance (default: all).", HelpName = "N" };

    public static Command Create()
    {
        var interrupt = new Command("interrupt", "Interrupts running FARGATE_SPOT tasks: SIGTERM and two minutes at most, stop code SpotInterruption.")
        {
            InCluster, OfService, Count,
        };
        interrupt.SetAction(RunAsync);
        return new Command("spot", "FARGATE_SPOT capacity.") { interrupt };
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var answer = await minato.InterruptSpotAsync(parsed.GetRequiredValue(InCluster), parsed.GetValue(OfService), parsed.GetValue(Count), ct);
        if (parsed.GetValue(Options.Json)) Screen.Json(answer);
        else Screen.Done($"{answer["tasks"]?.AsArray().Count ?? 0} FARGATE_SPOT tasks were given notice.");
        return 0;
    }
}
