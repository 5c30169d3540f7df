using System.Collections.Immutable;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Tests;

/// <summary>Every stage and every event: what comes next.</summary>
public sealed class PlannerTests
{
    private static readonly MigrationPlan s_plan = Given.Plan();
    private static readonly ImmutableArray<Judgement> s_pass = [new("errors", Verdict.Pass, "fine")];
    private static readonly ImmutableArray<Judgement> s_unclear = [new("errors", Verdict.Unclear, "12 requests")];
    private static readonly ImmutableArray<Judgement> s_fail = [new("errors", Verdict.Fail, "9 of 10")];

    [Fact]
    public void It_begins_with_the_first_stage() => Decide(Given.State()).ShouldBe(new Decision.Enter(0));

    [Fact]
    public void Steps_come_in_their_order()
    {
        var state = Given.State(Given.Until(s_plan, 0));
        foreach (var id in new[] { "look", "old-group", "pair", "test-access", "healthy" })
        {
            Decide(state).ShouldBeOfType<Decision.Act>().Step.Id.ShouldBe(id);
            state = Given.Done(Steps.Of(s_plan, 0).Single(s => s.Id == id)).Aggregate(state, (s, e) => s.After(e with { At = Given.Noon }));
        }

        Decide(state).ShouldBe(new Decision.Enter(1));
    }

    [Fact]
    public void What_was_begun_and_not_ended_is_done_again() =>
        Decide(Given.State([.. Given.Until(s_plan, 2), new StepBegun("shift-10", 10)])).ShouldBeOfType<Decision.Act>().Step.Id.ShouldBe("shift-10");

    [Theory]
    [InlineData(0, "enter 1"), InlineData(1, "enter 2"), InlineData(2, "enter 3"), InlineData(3, "enter 4"), InlineData(4, "wait the approval of confirm"), InlineData(5, "end Completed")]
    public void A_stage_whose_hold_is_over_and_whose_gates_pass_leads_on(int stage, string next) => Text(Decide(Given.State(Given.Inside(s_plan, stage)), s_pass, 11)).ShouldBe(next);

    [Theory]
    [InlineData(2), InlineData(3)]
    public void Nothing_leads_on_before_the_hold_is_over(int stage) => Text(Decide(Given.State(Given.Inside(s_plan, stage)), s_pass, 5)).ShouldStartWith("wait the hold time of");

    [Theory]
    [InlineData(0, "wait the gate errors: 9 of 10")]
    [InlineData(1, "wait the gate errors: 9 of 10")]
    [InlineData(2, "leave Retreat the gate errors failed: 9 of 10")]
    [InlineData(3, "leave Retreat the gate errors failed: 9 of 10")]
    [InlineData(4, "leave Retreat the gate errors failed: 9 of 10")]
    [InlineData(5, "end Completed")]
    public void A_failed_gate_sends_users_back_while_there_is_a_way(int stage, string next)
    {
        var entries = Given.Inside(s_plan, stage);
        var state = Given.State(stage == 4 ? [.. entries, new Asked(Wish.Approve, "me", null)] : entries);
        Text(Decide(state, s_fail, 1)).ShouldBe(next);
    }

    [Fact]
    public void A_failed_gate_counts_while_a_shift_may_have_acted() =>
        Decide(Given.State([.. Given.Until(s_plan, 2), new StepBegun("shift-10", 10)]), s_fail).ShouldBeOfType<Decision.Leave>();

    [Theory]
    [InlineData(11, "wait the gate errors: 12 requests")]
    [InlineData(40, "wait an approval, since the gate errors cannot be told: 12 requests")]
    public void An_unclear_gate_makes_the_stage_longer_and_then_asks(double minutes, string next) => Text(Decide(Given.State(Given.Inside(s_plan, 2)), s_unclear, minutes)).ShouldBe(next);

    [Fact]
    public void An_approval_stands_for_an_unclear_gate_and_not_for_a_failed_one()
    {
        var state = Given.State([.. Given.Inside(s_plan, 2), new Asked(Wish.Approve, "me", null)]);
        Text(Decide(state, s_unclear, 11)).ShouldBe("enter 3");
        Text(Decide(state, s_unclear, 5)).ShouldStartWith("wait the hold time");
        Decide(state, s_fail, 11).ShouldBeOfType<Decision.Leave>();
    }

    [Fact]
    public void An_approval_is_of_one_stage()
    {
        var plan = PlanReader.Read(Given.Text.Replace("hold: 10m", "hold: 10m, approval: true", StringComparison.Ordinal));
        var entries = Given.Inside(plan, 2);
        Text(MigrationPlanner.Plan(plan, Given.State(entries), s_pass, Given.Noon.AddMinutes(11))).ShouldBe("wait the approval of 10 %");
        var approved = Given.State([.. entries, new Asked(Wish.Approve, "me", null), new StageEntered(3, "100 %"), .. Given.Done(new("shift-100", StepKind.Shift, 100))]);
        Text(MigrationPlanner.Plan(plan, approved, s_pass, Given.Noon.AddMinutes(12))).ShouldBe("wait the approval of 100 %");
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void A_pause_holds_every_stage_and_a_resume_ends_it(int stage)
    {
        var entries = Given.Until(s_plan, stage);
        Text(Decide(Given.State([.. entries, new Asked(Wish.Pause, "me", "lunch")]), s_pass, 30)).ShouldBe("wait a resume: me asked for it: lunch");
        Decide(Given.State([.. entries, new Asked(Wish.Pause, "me", null), new Asked(Wish.Resume, "me", null)]), s_pass, 30).ShouldBe(Decide(Given.State([.. entries, new Resumed("me"), new Resumed("me")]), s_pass, 30));
    }

    [Theory]
    [InlineData(2), InlineData(3), InlineData(4)]
    public void Gates_guard_a_pause(int stage) => Decide(Given.State([.. Given.Inside(s_plan, stage), new Asked(Wish.Pause, "me", null)]), s_fail).ShouldBeOfType<Decision.Leave>();

    [Theory]
    [InlineData(0, "Retreat", "back,end Retreated")]
    [InlineData(2, "Retreat", "back,end Retreated")]
    [InlineData(4, "Retreat", "back,end Retreated")]
    [InlineData(0, "Abort", "back,restore,back-remove-test,back-remove-old,end Aborted")]
    [InlineData(3, "Abort", "back,restore,back-remove-test,back-remove-old,end Aborted")]
    public void The_way_back_of_every_stage(int stage, string wish, string course)
    {
        var state = Given.State([.. Given.Inside(s_plan, stage), new Asked(Enum.Parse<Wish>(wish), "me", null)]);
        var steps = new List<string>();
        for (var decision = Decide(state); ; decision = Decide(state, s_fail, 99))
        {
            steps.Add(decision is Decision.Act { Step: var step } ? step.Id : Text(decision));
            if (decision is not Decision.Act act) break;
            state = Given.Done(act.Step).Aggregate(state, (s, e) => s.After(e with { At = Given.Noon }));
        }

        string.Join(',', steps).ShouldBe(course);
        state.Weight.ShouldBe(0);
    }

    [Fact]
    public void Before_anything_was_touched_there_is_nothing_to_take_back() => Text(Decide(Given.State([.. Given.Until(s_plan, 0), new Asked(Wish.Retreat, "me", null)]))).ShouldBe("end Retreated");

    [Theory]
    [InlineData("Retreat"), InlineData("Abort")]
    public void There_is_no_way_back_once_the_old_side_is_retired(string wish)
    {
        var retiring = Given.State([.. Given.Until(s_plan, 5), new StepBegun("single", 100), new Asked(Enum.Parse<Wish>(wish), "me", null)]);
        retiring.Left.ShouldBeNull();
        Decide(retiring, s_fail).ShouldBeOfType<Decision.Act>().Step.Id.ShouldBe("single");
    }

    [Theory]
    [InlineData(1, 5), InlineData(2, 10), InlineData(3, 20), InlineData(4, 40), InlineData(5, 60), InlineData(20, 60)]
    public void A_step_that_fails_is_tried_again_ever_later(int failures, double seconds)
    {
        var failed = Enumerable.Range(0, failures).Select(_ => new StepFailed("shift-10", "throttled"));
        var state = Given.State([.. Given.Until(s_plan, 2), new StepBegun("shift-10", 10), .. failed]);
        var wait = MigrationPlanner.Plan(s_plan, state, s_pass, state.TriedAt).ShouldBeOfType<Decision.Wait>();
        (wait.Until - state.TriedAt).ShouldBe(TimeSpan.FromSeconds(seconds));
        MigrationPlanner.Plan(s_plan, state, s_pass, state.TriedAt.AddSeconds(seconds)).ShouldBeOfType<Decision.Act>();
    }

    [Fact]
    public void A_step_that_keeps_failing_ends_in_a_retreat_and_a_retreat_never_ends_so()
    {
        var entries = Given.Until(s_plan, 2);
        var state = Given.State([.. entries, new StepBegun("shift-10", 10), new StepFailed("shift-10", "AccessDenied: no")]);
        Text(Decide(state, s_pass, 11)).ShouldBe("leave Retreat shift-10 did not succeed within 10m: AccessDenied: no");
        var leaving = Given.State([.. entries, new Left(Departure.Retreat, "why"), new StepBegun("back", 0), new StepFailed("back", "AccessDenied: no")]);
        Decide(leaving, s_pass, 600).ShouldBeOfType<Decision.Act>().Step.Id.ShouldBe("back");
    }

    [Fact]
    public void Time_without_a_runner_does_not_count_as_watched()
    {
        var state = Given.State(Given.Inside(s_plan, 2));
        var away = state.After(new Resumed("me") { At = state.LastAt.AddHours(3) });
        (MigrationPlanner.HoldEnd(s_plan, away) - MigrationPlanner.HoldEnd(s_plan, state)).ShouldBe(TimeSpan.FromHours(3));
    }

    [Fact]
    public void A_wish_that_is_written_down_while_no_runner_is_at_work_makes_no_watched_time()
    {
        var state = Given.State(Given.Inside(s_plan, 2));
        var away = state.After(new Asked(Wish.Approve, "me", null) { At = state.LastAt.AddHours(2) }).After(new Resumed("me") { At = state.LastAt.AddHours(3) });
        (MigrationPlanner.HoldEnd(s_plan, away) - MigrationPlanner.HoldEnd(s_plan, state)).ShouldBe(TimeSpan.FromHours(3));
    }

    [Fact]
    public void What_has_ended_has_ended() => Text(Decide(Given.State([.. Given.Until(s_plan, 2), new Ended(Outcome.Retreated, "why")]), s_fail)).ShouldBe("end Retreated");

    [Fact]
    public void A_new_attempt_begins_at_the_first_stage_and_knows_what_the_last_one_found()
    {
        var first = new StepDone("look", ImmutableSortedDictionary<string, string>.Empty.Add("found", "[]"), null);
        var state = Given.State([.. Given.Until(s_plan, 0), first, new Ended(Outcome.Retreated, "why"), new Begun(2, Given.Text, "me")]);
        (state.Attempt, state.IsActive, state.Facts["found"]).ShouldBe((2, true, "[]"));
        Decide(state).ShouldBe(new Decision.Enter(0));
    }

    [Fact]
    public void A_record_is_waited_for_until_caches_have_forgotten()
    {
        var plan = PlanReader.Read(Given.Text.Replace("targets: [\"10.9.0.10:8080\", \"10.9.0.11:8080\"], healthPath: /health", "targetGroup: legacy", StringComparison.Ordinal)
            .Replace("listenerRule: { loadBalancer: public, port: 80 }", "record: { zone: example.com, name: www.example.com, loadBalancer: public }", StringComparison.Ordinal));
        Steps.Of(plan, 0).Select(s => s.Id).ShouldBe(["look", "lower-ttl", "lower-ttl-insync", "lower-ttl-ttl", "pair", "pair-insync", "pair-ttl", "test-access", "healthy"]);
        Steps.Of(plan, 2).Select(s => s.Id).ShouldBe(["shift-10", "shift-10-insync", "shift-10-ttl"]);
        var state = Given.State([.. Given.Until(plan, 2), new StepBegun("shift-10", 10), new StepDone("shift-10", ImmutableSortedDictionary<string, string>.Empty.Add("ttl", "60"), null), .. Given.Done(new("shift-10-insync", StepKind.InSync))]);
        MigrationPlanner.Plan(plan, state, s_pass, state.ReadyAt.AddSeconds(59)).ShouldBe(new Decision.Wait(state.ReadyAt.AddSeconds(60), "resolvers to forget the record (60s)"));
        MigrationPlanner.Plan(plan, state, s_pass, state.ReadyAt.AddSeconds(60)).ShouldBeOfType<Decision.Act>().Step.Id.ShouldBe("shift-10-ttl");
    }

    private static Decision Decide(MigrationState state, ImmutableArray<Judgement> gates = default, double minutes = 1) =>
        MigrationPlanner.Plan(s_plan, state, gates.IsDefault ? [] : gates, Given.Noon.AddMinutes(minutes));

    private static string Text(Decision decision) => decision switch
    {
        Decision.Enter enter => $"enter {enter.Stage}",
        Decision.Wait wait => $"wait {wait.For}",
        Decision.Leave leave => $"leave {leave.Departure} {leave.Why}",
        Decision.End end => $"end {end.Outcome}",
        _ => $"{decision}",
    };
}
