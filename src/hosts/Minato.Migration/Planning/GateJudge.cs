using System.Collections.Immutable;
using Minato.Migration.Journal;
using Minato.Migration.Plans;

namespace Minato.Migration.Planning;

/// <summary>
/// Says of every gate whether it passes, fails, or cannot be told yet. A gate is looked at again and again: its confidence is shared out
/// over all looks of a stage, so that looking often does not make a failure out of chance.
/// </summary>
internal static class GateJudge
{
    private const string ErrorsName = "errors";
    private const string LatencyName = "latency";
    private const int SlowPeriodsInARow = 3;
    private const int FewestPeriods = 3;

    public static ImmutableArray<Judgement> Judge(MigrationPlan plan, Stage stage, Observations seen)
    {
        var judgements = ImmutableArray.CreateBuilder<Judgement>();
        foreach (var name in plan.Gates.Alarms) judgements.Add(Alarm(name, seen.Alarms.GetValueOrDefault(name)));
        if (!stage.IsCompared && stage.Kind is not StageKind.Confirm) return judgements.ToImmutable();
        judgements.Add(Health(seen.HealthyNew));
        // A stage that waits for somebody is looked at more often than its hold time says.
        var looks = Math.Max(Math.Max(1, seen.Window.Length), (int)Math.Ceiling(stage.Hold / plan.Timing.Period));
        if (plan.Gates.Errors is { } errors) judgements.Add(Told(Errors(errors, looks, seen), seen));
        if (plan.Gates.Latency is { } latency) judgements.Add(Told(Latency(latency, looks, seen), seen));
        return judgements.ToImmutable();
    }

    /// <summary>What gates said last, with the numbers of now: verdicts are written down when they change, numbers are in the samples.</summary>
    public static ImmutableArray<Judgement> Refresh(MigrationPlan plan, MigrationState state)
    {
        if (state.Stage < 0 || state.Left is not null) return [.. state.Verdicts.Values];
        var now = Judge(plan, plan.Stages[state.Stage], Observations.Of(plan, state)).Where(j => j.Gate is ErrorsName or LatencyName).ToDictionary(j => j.Gate, StringComparer.Ordinal);
        return [.. state.Verdicts.Values.Select(v => now.GetValueOrDefault(v.Gate) is { } fresh && fresh.Verdict == v.Verdict ? fresh : v)];
    }

    /// <summary>Nothing to be seen is not the same as nobody having looked.</summary>
    private static Judgement Told(Judgement judged, Observations seen) =>
        judged.Verdict is Verdict.Unclear && seen.Unread is { } why ? judged with { Words = $"{judged.Words}; CloudWatch could not be read: {why}" } : judged;

    private static Judgement Alarm(string name, string? state) => new($"alarm {name}", state switch { "ALARM" => Verdict.Fail, null => Verdict.Unclear, _ => Verdict.Pass },
        state is null ? "there is no such alarm, or its state could not be read" : $"it says {state}");

    private static Judgement Health(int? healthy) => new("health", healthy switch { 0 => Verdict.Fail, null => Verdict.Unclear, _ => Verdict.Pass },
        healthy is null ? "the health of the new side could not be read" : Text($"the new side has {healthy} healthy targets"));

    private static Judgement Errors(ErrorGate gate, int looks, Observations seen)
    {
        const string name = ErrorsName;
        var ours = Sum(seen.Window, s => s.New);
        if (ours.Requests < gate.MinimumRequests) return new(name, Verdict.Unclear, Text($"the new side had {ours.Requests} requests, of {gate.MinimumRequests} that are needed"));
        var (theirs, when) = (Sum(seen.Window, s => s.Old), "in the same minutes");
        // With all traffic on the new side there is nothing in the same minutes: what the old side did before stands in, and is named so.
        if (theirs.Requests < gate.MinimumRequests) (theirs, when) = (Sum(seen.Before, s => s.Old), "earlier, when it had traffic");
        if (theirs.Requests < gate.MinimumRequests) return new(name, Verdict.Unclear, Text($"the old side had {theirs.Requests} requests to compare with, of {gate.MinimumRequests} that are needed"));
        var z = Statistics.NormalQuantile(1 - (1 - gate.Confidence / 100) / looks);
        var (lower, upper) = Statistics.Difference(theirs.Errors, theirs.Requests, ours.Errors, ours.Requests, z);
        var numbers = Text($"{ours.Errors} of {ours.Requests} failed on the new side ({Share(ours):0.###} %), {theirs.Errors} of {theirs.Requests} on the old one ({Share(theirs):0.###} %) {when}");
        var margin = gate.WorseBy / 100;
        if (lower > margin) return new(name, Verdict.Fail, Text($"{numbers}: worse by {lower * 100:0.###} points at least, where {gate.WorseBy} are allowed (confidence {gate.Confidence} % over {looks} looks)"));
        return upper <= margin
            ? new(name, Verdict.Pass, Text($"{numbers}: worse by {Math.Max(0, upper * 100):0.###} points at most"))
            : new(name, Verdict.Unclear, Text($"{numbers}: worse by anything up to {upper * 100:0.###} points, where {gate.WorseBy} are allowed; more requests are needed"));
    }

    private static Judgement Latency(LatencyGate gate, int looks, Observations seen)
    {
        const string name = LatencyName;
        var ours = seen.Window.Where(s => s.New.Requests >= gate.MinimumRequests && s.New.Percentile(gate.Percentile) is not null).ToList();
        if (gate.AtMost is { } most && ours.Count >= SlowPeriodsInARow && ours.TakeLast(SlowPeriodsInARow).All(s => s.New.Percentile(gate.Percentile) > most.TotalMilliseconds))
            return new(name, Verdict.Fail, Text($"p{gate.Percentile} of the new side lay above {most.TotalMilliseconds:0.#} ms in each of the last {SlowPeriodsInARow} periods, at last at {ours[^1].New.Percentile(gate.Percentile):0.#} ms"));
        var pairs = Pairs(gate, ours, seen.Before, out var how);
        if (pairs.Count < FewestPeriods) return new(name, Verdict.Unclear, Text($"{pairs.Count} periods can be compared, of {FewestPeriods} that are needed"));
        var slower = pairs.Count(p => p.New > Math.Max(p.Old * (1 + gate.SlowerBy / 100), p.Old + gate.AtLeast.TotalMilliseconds));
        var chance = Statistics.AtLeast(slower, pairs.Count);
        var numbers = Text($"p{gate.Percentile} of the new side was slower by more than {gate.SlowerBy} % in {slower} of {pairs.Count} periods (middle {Middle(pairs.Select(p => p.New)):0.#} ms, old side {Middle(pairs.Select(p => p.Old)):0.#} ms{how})");
        if (chance < (1 - gate.Confidence / 100) / looks) return new(name, Verdict.Fail, numbers);
        return new(name, slower * 2 <= pairs.Count ? Verdict.Pass : Verdict.Unclear, numbers);
    }

    private static List<(double Old, double New)> Pairs(LatencyGate gate, List<Sample> ours, ImmutableArray<Sample> before, out string how)
    {
        how = "";
        var pairs = ours.Where(s => s.Old.Requests >= gate.MinimumRequests && s.Old.Percentile(gate.Percentile) is not null)
            .Select(s => (s.Old.Percentile(gate.Percentile) ?? 0, s.New.Percentile(gate.Percentile) ?? 0)).ToList();
        if (pairs.Count > 0) return pairs;
        var known = before.Where(s => s.Old.Requests >= gate.MinimumRequests).Select(s => s.Old.Percentile(gate.Percentile)).OfType<double>().ToList();
        if (known.Count == 0) return [];
        how = ", earlier";
        var usual = Middle(known);
        return [.. ours.Select(s => (usual, s.New.Percentile(gate.Percentile) ?? 0))];
    }

    private static double Middle(IEnumerable<double> values) => values.Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : 0;

    private static (long Requests, long Errors) Sum(ImmutableArray<Sample> samples, Func<Sample, SideSample> side) =>
        samples.Aggregate((Requests: 0L, Errors: 0L), (sum, s) => (sum.Requests + side(s).Requests, sum.Errors + side(s).Errors));

    private static double Share((long Requests, long Errors) sum) => 100.0 * sum.Errors / Math.Max(1, sum.Requests);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
