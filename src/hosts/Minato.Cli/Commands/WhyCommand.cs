using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

/// <summary>Why a service, deployment or task is as it is: verdict, timeline, evidence, what to do next.</summary>
internal static class WhyCommand
{
    private static readonly Argument<string> Of = new("name") { Description = "Name of a service, id of a task or of a service deployment, or the ARN of any.", HelpName = "SERVICE|TASK|DEPLOYMENT" };
    private static readonly Option<string> InCluster = new("--cluster") { Description = "Its cluster (default: default).", HelpName = "NAME", DefaultValueFactory = _ => "default" };

    public static Command Create()
    {
        var command = new Command("why", "Tells why a service, deployment or task ended, or stands, as it does.") { Of, InCluster };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var story = await StoryAsync(minato, parsed.GetRequiredValue(Of), parsed.GetRequiredValue(InCluster), ct);
        if (parsed.GetValue(Options.Json)) Screen.Json(story);
        else StoryPage.Print(story);
        return 0;
    }

    private static async Task<JsonNode> StoryAsync(MinatoClient minato, string of, string cluster, CancellationToken ct)
    {
        if (await minato.WhyAsync(of, cluster, ct) is { } story) return story;
        var clusters = string.Join(", ", (await minato.ClustersAsync(ct)).Select(c => c.ClusterName));
        throw new UserException($"nothing is known of {of} in cluster {cluster}. Clusters here: {clusters}. ./minato status shows the services.");
    }
}
