using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Deploying;
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
        AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var aws = AwsAccess.Of(parsed);
        var story = await StoryAsync(aws, parsed.GetRequiredValue(Of), parsed.GetRequiredValue(InCluster), ct);
        if (parsed.GetValue(Options.Json)) Screen.Json(story);
        else StoryPage.Print(story);
        return 0;
    }

    private static async Task<JsonNode> StoryAsync(AwsAccess aws, string of, string cluster, CancellationToken ct)
    {
        var story = aws.Minato is { } minato ? await minato.WhyAsync(of, cluster, ct) : await new AwsStory(aws, cluster).TellAsync(of, ct);
        if (story is not null) return story;
        var clusters = string.Join(", ", (await aws.ClustersAsync(ct)).Select(c => c.ClusterName));
        throw new UserException($"nothing is known of {of} in cluster {cluster}. Clusters here: {clusters}.{(aws.Minato is null ? "" : " ./minato status shows the services.")}");
    }
}
