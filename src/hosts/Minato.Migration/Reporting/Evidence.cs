using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Reporting;

/// <summary>What a migration did and why, with numbers and times: made from the journal, at any time.</summary>
internal sealed record Evidence
{
    public required MigrationPlan Plan { get; init; }
    public required string PlanText { get; init; }
    public required string Verdict { get; init; }
    public required DateTimeOffset WrittenAt { get; init; }
    public required ImmutableArray<Line> Lines { get; init; }
    public required ImmutableArray<Sample> Samples { get; init; }

    /// <summary>Weight of the new side from a time on.</summary>
    public required ImmutableArray<(DateTimeOffset At, int Weight)> Weights { get; init; }

    public required ImmutableArray<StageSum> Stages { get; init; }

    /// <summary>What both sides did in a stage, in its full periods. Percentiles are the middle ones of its periods.</summary>
    /// <param name="Weight">Of the new side when the stage ended.</param>
    internal sealed record StageSum(DateTimeOffset From, string Name, int Weight, SideSample Old, SideSample New);

    /// <param name="Kind">Of the entry, as the journal has it.</param>
    /// <param name="Details">Evidence behind it.</param>
    internal sealed record Line(DateTimeOffset At, string Kind, string Words, ImmutableArray<string> Details);

    public static Evidence Of(MigrationPlan plan, ImmutableList<JournalEntry> entries, DateTimeOffset now)
    {
        var state = MigrationState.Nothing;
        var lines = ImmutableArray.CreateBuilder<Line>();
        var weights = ImmutableArray.CreateBuilder<(DateTimeOffset At, int Weight)>();
        var stages = new List<(DateTimeOffset From, string Name, int Weight)>();
        foreach (var entry in entries)
        {
            var before = state;
            state = state.After(entry);
            if (Tell(entry) is { } line) lines.Add(line with { At = entry.At });
            if (entry is StageEntered stage) stages.Add((entry.At, stage.Name, state.Weight));
            if (before.Left is null && state.Left is { } left) stages.Add((entry.At, left.Departure.ToString().ToLowerInvariant(), state.Weight)); // Of a gate, or of a person.
            if (entry is StepDone && stages.Count > 0) stages[^1] = stages[^1] with { Weight = state.Weight };
            if (entry is Begun || state.Weight != before.Weight) weights.Add((entry.At, state.Weight));
        }

        // What comes late is written down with the weight of then.
        ImmutableArray<Sample> samples = [.. state.Samples.Values.Select(s => s with { Weight = weights.LastOrDefault(w => w.At <= s.From).Weight })];

        return new()
        {
            Plan = plan, PlanText = state.Plan, WrittenAt = now, Lines = lines.ToImmutable(), Weights = weights.ToImmutable(), Samples = samples,
            Stages = [.. stages.Select((s, i) => Sum(s.From, s.Name, s.Weight, [.. samples.Where(m => m.From >= s.From && (i + 1 >= stages.Count || m.From + m.Period <= stages[i + 1].From))]))],
            Verdict = state.Ended is { } ended ? $"{ended.Outcome.ToString().ToLowerInvariant()}: {ended.Why}" : state.Attempt == 0 ? "nothing has begun" : $"under way, at {state.Weight} %",
        };
    }

    public JsonObject ToJson() => new()
    {
        ["migration"] = Plan.Name, ["verdict"] = Verdict, ["writtenAt"] = Time(WrittenAt), ["plan"] = PlanText,
        ["decisions"] = new JsonArray([.. Lines.Select(l => (JsonNode)new JsonObject
        {
            ["at"] = Time(l.At), ["kind"] = l.Kind, ["words"] = l.Words, ["details"] = new JsonArray([.. l.Details.Select(d => (JsonNode)d)]),
        })]),
        ["stages"] = new JsonArray([.. Stages.Select(s => (JsonNode)new JsonObject { ["from"] = Time(s.From), ["stage"] = s.Name, ["weight"] = s.Weight, ["old"] = Side(s.Old), ["new"] = Side(s.New) })]),
        ["weights"] = new JsonArray([.. Weights.Select(w => (JsonNode)new JsonObject { ["at"] = Time(w.At), ["weight"] = w.Weight })]),
        ["samples"] = new JsonArray([.. Samples.Select(s => (JsonNode)new JsonObject
        {
            ["from"] = Time(s.From), ["seconds"] = s.Period.TotalSeconds, ["weight"] = s.Weight, ["source"] = s.Source, ["old"] = Side(s.Old), ["new"] = Side(s.New),
        })]),
    };

    private static StageSum Sum(DateTimeOffset from, string name, int weight, ImmutableArray<Sample> samples) =>
        new(from, name, weight, Sum([.. samples.Select(s => s.Old)]), Sum([.. samples.Select(s => s.New)]));

    private static SideSample Sum(ImmutableArray<SideSample> sides) =>
        new(sides.Sum(s => s.Requests), sides.Sum(s => s.Errors), Middle(sides.Select(s => s.P50)), Middle(sides.Select(s => s.P95)), Middle(sides.Select(s => s.P99)));

    private static double? Middle(IEnumerable<double?> values) => values.OfType<double>().Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : null;

    public string ToHtml() => ReportHtml.Write(this);

    private static JsonObject Side(SideSample side) => new()
    {
        ["requests"] = side.Requests, ["errors"] = side.Errors, ["p50Milliseconds"] = side.P50, ["p95Milliseconds"] = side.P95, ["p99Milliseconds"] = side.P99,
    };

    private static Line? Tell(JournalEntry entry) => entry switch
    {
        Begun begun => New("begun", $"attempt {begun.Attempt.ToString(CultureInfo.InvariantCulture)}, by {begun.By}"),
        Resumed resumed => New("resumed", $"by {resumed.By}"),
        StageEntered stage => New("stage", stage.Name),
        StepDone done => New("done", done.Words is null ? done.Step : $"{done.Step}: {done.Words}"),
        StepFailed failed => New("failed", $"{failed.Step}: {failed.Why}"),
        Judged judged => New("judged", $"{judged.Judgement.Gate} {judged.Judgement.Verdict.ToString().ToLowerInvariant()}: {judged.Judgement.Words}"),
        Asked asked => New("asked", $"{asked.By}: {asked.Wish.ToString().ToLowerInvariant()}{(asked.Why is null ? "" : $", {asked.Why}")}"),
        Halted halted => New("halted", halted.Why),
        Left left => New("left", $"{left.Departure.ToString().ToLowerInvariant()}: {left.Why}"),
        Ended ended => New("ended", $"{ended.Outcome.ToString().ToLowerInvariant()}: {ended.Why}"),
        Found found => New("found", found.Step, found.Lines),
        _ => null, // Beginnings of steps and samples are not decisions.
    };

    private static Line New(string kind, string words, ImmutableArray<string> details = default) => new(default, kind, words, details.IsDefault ? [] : details);

    private static string Time(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);
}
