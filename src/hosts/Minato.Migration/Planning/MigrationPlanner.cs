using System.Collections.Immutable;
using Minato.Migration.Journal;
using Minato.Migration.Plans;

namespace Minato.Migration.Planning;

/// <summary>Says what comes next, from the plan, the journal and the gates. Pure: every case is a line of a table in the tests.</summary>
internal static class MigrationPlanner
{
    private const int MostHolds = 3;
    private const int FewestPeriods = 10;
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromMinutes(1);

    public static Decision Plan(MigrationPlan plan, MigrationState state, ImmutableArray<Judgement> gates, DateTimeOffset now)
    {
        if (state.Ended is { } ended) return new Decision.End(ended.Outcome, ended.Why);
        if (state.Left is { } left) return Back(plan, state, left, now);
        if (state.Stage < 0) return new Decision.Enter(0);
        if (Failed(gates) is { } failed && state is { IsExposed: true, IsPastReturn: false }) return new Decision.Leave(Departure.Retreat, $"the gate {failed.Gate} failed: {failed.Words}");
        if (state.Paused is { } why) return new Decision.Wait(null, $"a resume: {why}", Awaited.Resume);
        return Next(plan, state, now) ?? Hold(plan, state, gates, now) ?? Onward(plan, state, gates);
    }

    /// <summary>When the hold time of the stage is over, as things stand.</summary>
    public static DateTimeOffset HoldEnd(MigrationPlan plan, MigrationState state) => state.HoldSince + plan.Stages[Math.Max(0, state.Stage)].Hold;

    /// <returns>Null when all steps of the stage are done.</returns>
    private static Decision? Next(MigrationPlan plan, MigrationState state, DateTimeOffset now)
    {
        if (Steps.Of(plan, state.Stage).FirstOrDefault(s => !state.Done.Contains(s.Id)) is not { } step) return null;
        if (state.FailingSince is { } since && now - since > plan.Timing.Patience && !state.IsPastReturn)
            return new Decision.Leave(Departure.Retreat, $"{step.Id} did not succeed within {Durations.Show(plan.Timing.Patience)}: {state.FailingWhy}");
        return Try(state, step, now);
    }

    // The way back is never given up.
    private static Decision Back(MigrationPlan plan, MigrationState state, Left left, DateTimeOffset now)
    {
        if (state.Paused is { } why) return new Decision.Wait(null, $"a retreat by hand: {why}", Awaited.Retreat);
        return Steps.Back(plan, state).FirstOrDefault(s => !state.Done.Contains(s.Id)) is { } step
            ? Try(state, step, now)
            : new Decision.End(left.Departure is Departure.Abort ? Outcome.Aborted : Outcome.Retreated, left.Why);
    }

    private static Decision Try(MigrationState state, Step step, DateTimeOffset now)
    {
        if (step.Kind is StepKind.WaitTtl && state.ReadyAt + Ttl(state) is var forgotten && forgotten > now)
            return new Decision.Wait(forgotten, $"resolvers to forget the record ({Durations.Show(Ttl(state))})");
        var again = state.Failures == 0 ? now : state.TriedAt + Backoff(state.Failures);
        return again > now ? new Decision.Wait(again, $"another try of {step.Id}: {state.FailingWhy}") : new Decision.Act(step);
    }

    private static Decision? Hold(MigrationPlan plan, MigrationState state, ImmutableArray<Judgement> gates, DateTimeOffset now)
    {
        var stage = plan.Stages[state.Stage];
        var end = HoldEnd(plan, state);
        if (end > now) return new Decision.Wait(end, $"the hold time of {stage.Name}");
        var isApproved = state.Approved.Contains(state.Stage);
        if (!isApproved && stage.IsCompared && gates.FirstOrDefault(g => g.Verdict is Verdict.Unclear) is { } unclear)
        {
            var last = state.HoldSince + Longest(plan, stage);
            return last > now
                ? new Decision.Wait(last, $"the gate {unclear.Gate}: {unclear.Words}")
                : new Decision.Wait(null, $"an approval, since the gate {unclear.Gate} cannot be told: {unclear.Words}", Awaited.Approval);
        }

        return stage.NeedsApproval && !isApproved ? new Decision.Wait(null, $"the approval of {stage.Name}", Awaited.Approval) : null;
    }

    private static Decision Onward(MigrationPlan plan, MigrationState state, ImmutableArray<Judgement> gates)
    {
        if (state.Stage + 1 >= plan.Stages.Length) return new Decision.End(Outcome.Completed, "all stages are done");
        // Before users are on the new side there is nothing to retreat from: an alarm that rings already only keeps them where they are.
        if (Failed(gates) is { } failed && !state.IsPastReturn) return new Decision.Wait(null, $"the gate {failed.Gate}: {failed.Words}");
        return new Decision.Enter(state.Stage + 1);
    }

    private static Judgement? Failed(ImmutableArray<Judgement> gates) => gates.FirstOrDefault(g => g.Verdict is Verdict.Fail);

    private static TimeSpan Longest(MigrationPlan plan, Stage stage) => TimeSpan.FromTicks(Math.Max(stage.Hold.Ticks * MostHolds, stage.Hold.Ticks + plan.Timing.Period.Ticks * FewestPeriods));

    private static TimeSpan Backoff(int failures) => TimeSpan.FromTicks(Math.Min(s_lastRetry.Ticks, s_firstRetry.Ticks << Math.Min(failures - 1, 8)));

    private static TimeSpan Ttl(MigrationState state) =>
        state.Facts.TryGetValue(Known.Ttl, out var seconds) ? TimeSpan.FromSeconds(long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)) : TimeSpan.Zero;
}
