using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Reporting;

/// <summary>How a migration stands, for people and programs: made from the journal alone, so that anybody can look at any time.</summary>
internal sealed record StatusPage
{
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public required string Standing { get; init; }
    public required int Weight { get; init; }

    /// <summary>What a person has to say before it goes on.</summary>
    public Awaited Awaits { get; init; }
    public TimeSpan? TimeLeft { get; init; }
    public required ImmutableArray<SideRow> Sides { get; init; }
    public required ImmutableArray<Judgement> Gates { get; init; }
    public Outcome? Outcome { get; init; }

    /// <param name="PerSecond">Of the latest full period; null when nothing is known of it.</param>
    internal sealed record SideRow(string Side, int Weight, double? PerSecond, double? ErrorPercent, double? P50, double? P95, double? P99, long StageRequests, long StageErrors);

    public static StatusPage Of(MigrationPlan plan, MigrationState state, ImmutableArray<Judgement> gates, Decision? next, DateTimeOffset now)
    {
        var latest = state.Samples.Count == 0 ? null : state.Samples.Values.Last();
        if (latest is not null && now - latest.From > plan.Timing.Period + plan.Timing.Period + plan.Timing.MetricsDelay) latest = null; // Not how it is now.
        var window = state.Samples.Values.Where(s => s.From >= state.ReadyAt).ToList();
        return new()
        {
            Name = plan.Name,
            Stage = state.Attempt == 0 ? "not started" : state.Left is not null ? "retreat" : state.Stage < 0 ? "start" : plan.Stages[state.Stage].Name,
            Standing = StandingOf(state, next),
            Weight = state.Weight,
            Awaits = next is Decision.Wait wait ? wait.Awaits : Awaited.Nothing,
            TimeLeft = state is { IsActive: true, Left: null, Stage: >= 0 } && MigrationPlanner.HoldEnd(plan, state) - now is { Ticks: > 0 } left && plan.Stages[state.Stage].Hold > TimeSpan.Zero ? left : null,
            Sides = [Row("old", 100 - state.Weight, latest, window, s => s.Old), Row("new", state.Weight, latest, window, s => s.New)],
            Gates = gates,
            Outcome = state.Ended?.Outcome,
        };
    }

    public JsonObject ToJson() => new()
    {
        ["migration"] = Name, ["stage"] = Stage, ["standing"] = Standing, ["weight"] = Weight, ["secondsLeft"] = TimeLeft is { } left ? Math.Round(left.TotalSeconds) : null,
        ["outcome"] = Outcome?.ToString().ToLowerInvariant(),
        ["sides"] = new JsonArray([.. Sides.Select(s => (JsonNode)new JsonObject
        {
            ["side"] = s.Side, ["weight"] = s.Weight, ["requestsPerSecond"] = s.PerSecond, ["errorPercent"] = s.ErrorPercent,
            ["p50Milliseconds"] = s.P50, ["p95Milliseconds"] = s.P95, ["p99Milliseconds"] = s.P99, ["stageRequests"] = s.StageRequests, ["stageErrors"] = s.StageErrors,
        })]),
        ["gates"] = new JsonArray([.. Gates.Select(g => (JsonNode)new JsonObject { ["gate"] = g.Gate, ["verdict"] = g.Verdict.ToString().ToLowerInvariant(), ["words"] = g.Words })]),
    };

    private static string StandingOf(MigrationState state, Decision? next) => (state, next) switch
    {
        ({ Attempt: 0 }, _) => "nothing has begun",
        ({ Ended: { } ended }, _) => $"{ended.Outcome.ToString().ToLowerInvariant()}: {ended.Why}",
        (_, Decision.Wait wait) => $"waits for {wait.For}",
        (_, Decision.Act act) => $"does {act.Step.Id}",
        (_, Decision.Enter) => "goes on to the next stage",
        (_, Decision.Leave leave) => $"retreats: {leave.Why}",
        ({ Left: { } left }, _) => $"retreats: {left.Why}",
        _ => "under way",
    };

    private static SideRow Row(string side, int weight, Sample? latest, List<Sample> window, Func<Sample, SideSample> of)
    {
        var now = latest is null ? null : of(latest);
        return new(
            side, weight, now?.Requests / latest?.Period.TotalSeconds, now is { Requests: > 0 } ? 100.0 * now.Errors / now.Requests : null, now?.P50, now?.P95, now?.P99,
            window.Sum(s => of(s).Requests), window.Sum(s => of(s).Errors));
    }
}
