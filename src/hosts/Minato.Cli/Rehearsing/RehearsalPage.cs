using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Rehearsal;

namespace Minato.Cli.Rehearsing;

/// <summary>A rehearsal's result for people and for programs.</summary>
internal static class RehearsalPage
{
    private const int StepsShown = 40;

    public static void Print(RehearsalResult result)
    {
        if (result.IsSuccess) Screen.Done(result.Verdict);
        else Screen.Failed(result.Verdict);
        Screen.Table(["", ""],
        [
            ["ends", $"{result.Status}{(result.Took is { } took ? $" after {Time(took)}" : ", not within the horizon")}"],
            ["lowest healthy", $"{result.LowestHealthy.Count} of {result.Desired}{At(result.LowestHealthy)}"],
            ["highest tasks", $"{result.HighestTasks.Count}{At(result.HighestTasks)}"],
            ["given up", result.GivenUp is { } given ? $"at {Time(given.At)}{(given.Threshold > 0 ? $", {given.Failures} of {given.Threshold} failures" : "")}: {given.Reason}" : "no"],
        ]);
        Screen.Title("Timeline, from the update on");
        if (result.Timeline.Length > StepsShown) Screen.Dim($"  the first {StepsShown} of {result.Timeline.Length} steps: --json shows all");
        Screen.Table(["at", "healthy", "tasks", "what"],
            [.. result.Timeline.Take(StepsShown).Select(s => (string[])[Time(s.At), Number(s.Healthy), Number(s.Tasks), s.What])]);
        foreach (var note in result.Notes) Screen.Dim($"note: {note}");
    }

    public static JsonObject ToJson(RehearsalResult result, ulong seed) => new()
    {
        ["verdict"] = result.Verdict,
        ["status"] = result.Status,
        ["success"] = result.IsSuccess,
        ["seconds"] = result.Took is { } took ? Seconds(took) : null,
        ["desired"] = result.Desired,
        ["lowestHealthy"] = Json(result.LowestHealthy),
        ["highestTasks"] = Json(result.HighestTasks),
        ["givenUp"] = result.GivenUp is { } given
            ? new JsonObject { ["seconds"] = Seconds(given.At), ["reason"] = given.Reason, ["failures"] = given.Failures, ["threshold"] = given.Threshold } : null,
        ["seed"] = seed,
        ["timeline"] = new JsonArray([.. result.Timeline.Select(s => (JsonNode)new JsonObject
        {
            ["seconds"] = Seconds(s.At), ["what"] = s.What, ["healthy"] = s.Healthy, ["tasks"] = s.Tasks,
        })]),
        ["notes"] = new JsonArray([.. result.Notes.Select(n => (JsonNode)n)]),
    };

    private static JsonObject Json(Extreme extreme) => new() { ["count"] = extreme.Count, ["seconds"] = Seconds(extreme.At) };

    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 1);

    private static string At(Extreme extreme) => extreme.At == TimeSpan.Zero ? "" : $", from {Time(extreme.At)} on";

    private static string Time(TimeSpan span) => span.ToString(span.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss\.f", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
