using System.Globalization;
using System.Text.Json.Nodes;

namespace Minato.Cli.Output;

/// <summary>A story on a terminal: the verdict first, then how it came to it, what proves it, and what to do next.</summary>
internal static class StoryPage
{
    private const int TimelineShown = 30;
    private const int LinesShown = 8;
    private const int DigestShown = 19;

    public static void Print(JsonNode story)
    {
        var verdict = $"{Text(story["kind"])} {Text(story["name"])}: {Text(story["verdict"])}";
        if (story["isFailure"]?.GetValue<bool>() is true) Screen.Failed(verdict);
        else Screen.Done(verdict);
        PrintTimeline(story["timeline"]?.AsArray() ?? []);
        if (story["deployment"] is { } deployment) PrintDeployment(deployment);
        foreach (var task in story["tasks"]?.AsArray() ?? []) if (task is not null) PrintTask(task);
        if (story["next"] is not JsonArray { Count: > 0 } next) return;
        Screen.Title("Next");
        foreach (var step in next) Screen.Line($"  - {Text(step)}");
    }

    private static void PrintTimeline(JsonArray timeline)
    {
        if (timeline.Count == 0) return;
        Screen.Title("Timeline (UTC)");
        if (timeline.Count > TimelineShown) Screen.Dim($"  … {timeline.Count - TimelineShown} earlier ones: --json shows all");
        foreach (var entry in timeline.TakeLast(TimelineShown)) Screen.Line($"  {Time(entry?["at"])}  {Text(entry?["what"])}");
    }

    private static void PrintDeployment(JsonNode deployment)
    {
        Screen.Title($"Deployment {Text(deployment["deploymentId"])}: {Text(deployment["status"])}");
        Screen.Line($"  {string.Join(", ", deployment["sources"]?.AsArray().Select(Text) ?? [])} → {Text(deployment["taskDefinition"])}, {Text(deployment["statusReason"])}");
        foreach (var image in deployment["images"]?.AsArray() ?? [])
            Screen.Line($"  image of {Text(image?["container"])}: {Text(image?["image"])} {Short(Text(image?["digest"]))}");
        if (deployment["failureThreshold"] is { } threshold) Screen.Line($"  failures counted: {Text(deployment["failureCount"])}, given up at {Text(threshold)}");
    }

    private static void PrintTask(JsonNode task)
    {
        var end = Text(task["cause"]) is { Length: > 0 } cause ? cause : Text(task["lastStatus"]);
        Screen.Title($"Task {Text(task["taskArn"]).Split('/')[^1]} of {Text(task["taskDefinition"])}: {end}");
        if (Text(task["stoppedReason"]) is { Length: > 0 } reason) Screen.Line($"  {Text(task["stopCode"])}: {reason}");
        foreach (var probe in task["probes"]?.AsArray() ?? [])
            if (Text(probe?["answer"]) is { Length: > 0 } answer)
                Screen.Line($"  last probe: {Text(probe?["protocol"])} {Text(probe?["path"])} on port {Text(probe?["port"])} of {Text(task["address"])}: {answer}");
        foreach (var container in task["containers"]?.AsArray() ?? []) if (container is not null) PrintContainer(container);
    }

    private static void PrintContainer(JsonNode container)
    {
        var exit = container["exitCode"] is { } code ? $", exit code {Text(code)}" : "";
        var reason = Text(container["reason"]) is { Length: > 0 } words ? $", {words}" : "";
        Screen.Line($"  container {Text(container["name"])}{exit}{reason}, image {Text(container["image"])} {Short(Text(container["imageDigest"]))}");
        foreach (var line in (container["lastLines"]?.AsArray() ?? []).TakeLast(LinesShown))
            Screen.Dim($"    {Time(line?["at"])} {Text(line?["text"])}");
    }

    private static string Text(JsonNode? node) => Brief.Of(node?.ToString());

    private static string Time(JsonNode? node) =>
        DateTimeOffset.TryParse(Text(node), CultureInfo.InvariantCulture, out var at) ? at.ToString("HH:mm:ss.f", CultureInfo.InvariantCulture) : "";

    private static string Short(string digest) => digest.Length > DigestShown ? digest[..DigestShown] : digest;
}
