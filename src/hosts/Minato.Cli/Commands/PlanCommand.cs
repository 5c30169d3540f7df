using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Deploying;
using Minato.Cli.Output;
using Minato.Cli.Planning;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

/// <summary>What an update would change, and what would be missing before anything starts.</summary>
internal static class PlanCommand
{
    private static readonly Argument<string> Service = new("service") { Description = "Name of the service." };
    private static readonly Option<string?> TaskDefinition = new("--task-definition") { Description = "What would be deployed (default: what the service has).", HelpName = "FAMILY[:REVISION]" };
    private static readonly Option<string[]> Image = new("--image") { Description = "This container with this image; nothing is registered.", HelpName = "NAME=IMAGE" };
    private static readonly Option<string> InCluster = new("--cluster") { Description = "Its cluster (default: default).", HelpName = "NAME", DefaultValueFactory = _ => "default" };

    public static Command Create()
    {
        var command = new Command("plan", "Shows what an update would change and checks what it needs; fails when a check does.") { Service, TaskDefinition, Image, InCluster };
        AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var aws = AwsAccess.Of(parsed);
        var service = await ServiceReader.FindAsync(aws, parsed.GetRequiredValue(InCluster), parsed.GetRequiredValue(Service), ct);
        var before = await TaskDefinitionRevision.FindAsync(aws, service.TaskDefinition ?? "", ct);
        var named = parsed.GetValue(TaskDefinition) is { } name ? await TaskDefinitionRevision.FindAsync(aws, name, ct) : before;
        var images = parsed.GetValue(Image) ?? [];
        var after = TaskDefinitionRevision.WithImages(named, images);
        var differences = UpdatePlan.Compare(before, after);
        var checks = await new Checks(aws, service, after).AllAsync(ct);
        var (old, @new) = (UpdatePlan.Short(before, isNew: false), UpdatePlan.Short(after, isNew: images.Length > 0));
        if (parsed.GetValue(Options.Json)) Screen.Json(ToJson(service.ServiceName, old, @new, UpdatePlan.Course(service), differences, checks));
        else Print(service.ServiceName, old, @new, UpdatePlan.Course(service), differences, checks);
        return checks.Any(c => c.Outcome is CheckOutcome.Failed) ? 1 : 0;
    }

    private static void Print(string? service, string old, string @new, string course, IReadOnlyList<Difference> differences, IReadOnlyList<Check> checks)
    {
        Screen.Title($"{service}: {old} → {@new}");
        Screen.Line($"  {course}");
        if (differences.Count == 0) Screen.Line("  nothing changes: a deployment needs --force");
        else Screen.Table(["changes", "from", "to"], [.. differences.Select(d => (string[])[d.Path, d.Before, d.After])]);
        Screen.Title("Checks");
        Screen.Table(["", "what", ""], [.. checks.Select(c => (string[])[Mark(c.Outcome), c.Subject, Brief.Of(c.Words)])]);
        var failed = checks.Count(c => c.Outcome is CheckOutcome.Failed);
        if (failed == 0) Screen.Done("nothing is missing");
        else Screen.Failed($"{failed} of {checks.Count} checks failed: tasks of {@new} would not start or not stay");
    }

    private static string Mark(CheckOutcome outcome) => outcome switch { CheckOutcome.Passed => "ok", CheckOutcome.Failed => "FAILED", _ => "?" };

    private static JsonObject ToJson(string? service, string old, string @new, string course, IReadOnlyList<Difference> differences, IReadOnlyList<Check> checks) => new()
    {
        ["service"] = service, ["from"] = old, ["to"] = @new, ["course"] = course, ["ok"] = checks.All(c => c.Outcome is not CheckOutcome.Failed),
        ["changes"] = new JsonArray([.. differences.Select(d => (JsonNode)new JsonObject { ["path"] = d.Path, ["from"] = d.Before, ["to"] = d.After })]),
        ["checks"] = new JsonArray([.. checks.Select(c => (JsonNode)new JsonObject { ["what"] = c.Subject, ["outcome"] = c.Outcome.ToString(), ["words"] = c.Words })]),
    };
}
