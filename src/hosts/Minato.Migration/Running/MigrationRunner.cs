using System.Collections.Immutable;
using Minato.Aws;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>
/// Brings a migration to its end: reads the journal, asks the planner, writes down what it is about to do, does it, writes down how that
/// went. It may die at any moment; the next one goes on from the journal.
/// </summary>
internal sealed class MigrationRunner(MigrationPlan plan, IJournal journal, Steward steward, Watch watch, Probes? probes, TimeProvider clock)
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(10);

    private const int LooksToBelieve = 2;

    private Task? _probing;
    private int _strange;

    private TimeSpan LookAgain => plan.Timing.Period < s_lookAgain ? plan.Timing.Period : s_lookAgain;

    /// <summary>After every turn: how it stands, what the gates say, and what comes next.</summary>
    public event Action<MigrationState, ImmutableArray<Judgement>, Decision>? Turned;

    /// <exception cref="AwsException">The credentials are refused: somebody has to renew them, and another runner to go on.</exception>
    public async Task<Decision.End> RunAsync(CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            return await TurnAsync(over.Token);
        }
        finally
        {
            over.Cancel(); // The probes end with it.
        }
    }

    private async Task<Decision.End> TurnAsync(CancellationToken ct)
    {
        var nextLook = DateTimeOffset.MinValue;
        while (true)
        {
            if (_probing is { IsFaulted: true }) await _probing; // Without them gates would be blind.
            var changed = journal.ChangedAsync(ct);
            var state = MigrationState.Of(journal.Read());
            if (clock.GetUtcNow() >= nextLook)
            {
                BeginProbes(state, ct);
                state = await LookAsync(state, ct);
                nextLook = clock.GetUtcNow() + LookAgain;
            }

            var gates = watch.Judge(state);
            foreach (var gate in gates.Where(g => state.Verdicts.GetValueOrDefault(g.Gate)?.Verdict != g.Verdict)) state = Write(state, new Judged(gate));
            var decision = MigrationPlanner.Plan(plan, state, gates, clock.GetUtcNow());
            Turned?.Invoke(state, gates, decision);
            switch (decision)
            {
                case Decision.End end:
                    if (state.Ended is null) Write(state, new Ended(end.Outcome, end.Why));
                    return end;
                case Decision.Enter enter:
                    WriteAll(state, gates);
                    Write(state, new StageEntered(enter.Stage, plan.Stages[enter.Stage].Name));
                    nextLook = DateTimeOffset.MinValue; // What is known of the sides is fresh when users come to them.
                    break;
                case Decision.Leave leave:
                    WriteAll(state, gates);
                    Write(state, new Left(leave.Departure, leave.Why));
                    break;
                case Decision.Act act:
                    await ActAsync(state, act.Step, ct);
                    break;
                case Decision.Wait wait:
                    await WaitAsync(wait.Until is { } until && until < nextLook ? until : nextLook, changed, ct);
                    break;
            }
        }
    }

    /// <summary>As soon as both sides can be told apart.</summary>
    private void BeginProbes(MigrationState state, CancellationToken ct)
    {
        if (probes is null || _probing is not null || !state.Done.Contains(Steps.TestAccess) || SideAddresses.Of(plan, state) is not var (old, @new)) return;
        _probing = probes.RunAsync(old, @new, ct);
    }

    private async Task<MigrationState> LookAsync(MigrationState state, CancellationToken ct)
    {
        foreach (var sample in await watch.LookAsync(state, clock.GetUtcNow(), ct))
        {
            // The weight of a period is that of the time it was first seen.
            var known = state.Samples.GetValueOrDefault(sample.From);
            var written = known is null ? sample : sample with { Weight = known.Weight };
            if (written != known) state = Write(state, new Sampled(written));
        }

        // Seen twice, it is not an answer that came late.
        _strange = watch.Strange is null ? 0 : _strange + 1;
        if (_strange >= LooksToBelieve && watch.Strange is { } strange) state = Write(state, new Halted(strange));
        return state;
    }

    private async Task ActAsync(MigrationState state, Step step, CancellationToken ct)
    {
        state = Write(state, new StepBegun(step.Id, step.Weight));
        StepResult result;
        try
        {
            result = await steward.DoAsync(step, state, ct);
        }
        catch (AwsException e) when (!Refusals.IsOfCredentials(e))
        {
            // Before anything was touched there is nothing to be patient for.
            result = step.Kind is StepKind.Look && !Refusals.IsPassing(e) ? new StepResult.Rejected($"{e.Code}: {e.Message}") : new StepResult.Again($"{e.Code}: {e.Message}");
        }
        catch (HttpRequestException e)
        {
            result = new StepResult.Again(e.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            result = new StepResult.Again("AWS did not answer in time");
        }

        switch (result)
        {
            case StepResult.Done done:
                if (!done.Evidence.IsEmpty) state = Write(state, new Found(step.Id, done.Evidence));
                Write(state, new StepDone(step.Id, done.Facts, done.Words));
                break;
            case StepResult.Again again:
                Write(state, new StepFailed(step.Id, again.Why));
                break;
            case StepResult.Foreign foreign:
                Write(state, new Halted(foreign.Why));
                break;
            case StepResult.Rejected rejected:
                if (!rejected.Evidence.IsEmpty) state = Write(state, new Found(step.Id, rejected.Evidence));
                if (state.Left is null && !state.IsPastReturn) Write(state, new Left(Departure.Retreat, $"{step.Id}: {rejected.Why}"));
                else Write(state, new Halted(rejected.Why)); // There is no way back from the way back.
                break;
        }
    }

    private async Task WaitAsync(DateTimeOffset until, Task changed, CancellationToken ct)
    {
        var span = until - clock.GetUtcNow();
        if (span <= TimeSpan.Zero) return;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(Task.Delay(span, clock, both.Token), changed);
        both.Cancel();
        ct.ThrowIfCancellationRequested();
    }

    private void WriteAll(MigrationState state, ImmutableArray<Judgement> gates)
    {
        foreach (var gate in gates) state = Write(state, new Judged(gate));
    }

    private MigrationState Write(MigrationState state, JournalEntry entry)
    {
        var timed = entry with { At = clock.GetUtcNow() };
        journal.Append(timed);
        return state.After(timed);
    }
}
