using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Does a step, whoever it takes.</summary>
internal sealed class Steward(IEntry entry, Sides sides, Mirror mirror, TlsCheck tls)
{
    public static Steward Of(MigrationPlan plan, string folder, MigrationAws aws, IHttpSender http, TimeProvider clock)
    {
        var sides = new Sides(plan, aws);
        return new(plan.Entry switch
        {
            ListenerRuleEntry rule => new ListenerRules(plan, rule, aws, sides),
            RecordEntry record => new RecordSets(plan, record, aws, sides),
            _ => throw new InvalidOperationException($"There is no entry {plan.Entry}."),
        }, sides, new(plan, folder, http, clock), new(plan, folder, aws));
    }

    public Sides Sides => sides;

    public IEntry Entry => entry;

    public Task<StepResult> DoAsync(Step step, MigrationState state, CancellationToken ct) => step.Kind switch
    {
        StepKind.Look => entry.LookAsync(state, ct),
        StepKind.OldGroup => sides.RegisterOldAsync(state, ct),
        StepKind.LowerTtl => entry.LowerTtlAsync(state, ct),
        StepKind.WaitTtl => Task.FromResult(StepResult.Ok()), // The planner has waited.
        StepKind.InSync => entry.InSyncAsync(state, ct),
        StepKind.Pair => entry.PairAsync(state, ct),
        StepKind.TestAccess => entry.OpenTestAsync(state, ct),
        StepKind.Healthy => sides.HealthyAsync(state, ct),
        StepKind.Tls => tls.CompareAsync(ct),
        StepKind.Mirror => mirror.CompareAsync(state, ct),
        StepKind.Shift => entry.ShiftAsync(state, step.Weight ?? 0, ct),
        StepKind.Single => entry.SingleAsync(state, ct),
        StepKind.Restore => entry.RestoreAsync(state, ct),
        StepKind.RemoveTest => entry.CloseTestAsync(state, ct),
        StepKind.RemoveOld => sides.RemoveOldAsync(state, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, null),
    };
}
