using System.Collections.Immutable;
using Minato.Migration.Journal;
using Minato.Migration.Plans;

namespace Minato.Migration.Planning;

internal enum StepKind
{
    /// <summary>Finds everything the plan names, and how it stands.</summary>
    Look,
    OldGroup,
    LowerTtl,

    /// <summary>Until resolvers have forgotten what was there before.</summary>
    WaitTtl,
    InSync,

    /// <summary>Both sides behind the entry, all traffic on the old one.</summary>
    Pair,
    TestAccess,
    Healthy,
    Tls,
    Mirror,
    Shift,

    /// <summary>The new side alone: from here there is no way back.</summary>
    Single,

    /// <summary>The entry as it was found.</summary>
    Restore,
    RemoveTest,
    RemoveOld,
}

/// <param name="Id">Its name in the journal; unique in an attempt.</param>
/// <param name="Weight">Of the new side afterwards, where it changes.</param>
internal sealed record Step(string Id, StepKind Kind, int? Weight = null);

/// <summary>Which steps a stage, or the way back, is made of.</summary>
internal static class Steps
{
    public const string Single = "single";
    public const string Pair = "pair";
    public const string TestAccess = "test-access";

    public static ImmutableArray<Step> Of(MigrationPlan plan, int stage) => plan.Stages[stage] switch
    {
        { Kind: StageKind.Prepare } => [.. Prepare(plan), .. plan.Stages.Any(s => s.Kind is StageKind.Test) ? [] : Checks(plan)],
        { Kind: StageKind.Test } => Checks(plan),
        { Kind: StageKind.Weight } s => Shift(plan, FormattableString.Invariant($"shift-{s.Weight}"), s.Weight),
        { Kind: StageKind.Retire } => [new(Single, StepKind.Single, 100), .. Settle(plan, Single), new("remove-test", StepKind.RemoveTest), new("remove-old", StepKind.RemoveOld)],
        _ => [],
    };

    public static ImmutableArray<Step> Back(MigrationPlan plan, MigrationState state)
    {
        var wasPaired = state.Done.Contains(Pair) || state.Running == Pair || state.IsExposed;
        var shift = wasPaired ? Shift(plan, "back", 0) : [];
        if (state.Left?.Departure is not Departure.Abort) return shift;
        return [.. shift, new("restore", StepKind.Restore), .. wasPaired ? Settle(plan, "restore") : [], new("back-remove-test", StepKind.RemoveTest), new("back-remove-old", StepKind.RemoveOld)];
    }

    private static ImmutableArray<Step> Prepare(MigrationPlan plan) =>
    [
        new("look", StepKind.Look),
        .. plan.Old.Targets.IsEmpty ? ImmutableArray<Step>.Empty : [new("old-group", StepKind.OldGroup)],
        .. plan.Entry is RecordEntry ? [new("lower-ttl", StepKind.LowerTtl), .. Settle(plan, "lower-ttl")] : ImmutableArray<Step>.Empty,
        new(Pair, StepKind.Pair, 0), .. Settle(plan, Pair), new(TestAccess, StepKind.TestAccess), new("healthy", StepKind.Healthy),
    ];

    private static ImmutableArray<Step> Checks(MigrationPlan plan) =>
        [.. plan.Tls is null ? ImmutableArray<Step>.Empty : [new("tls", StepKind.Tls)], .. plan.Mirror is null ? ImmutableArray<Step>.Empty : [new("mirror", StepKind.Mirror)]];

    private static ImmutableArray<Step> Shift(MigrationPlan plan, string id, int weight) => [new(id, StepKind.Shift, weight), .. Settle(plan, id)];

    // A listener rule is in force when the call returns; a record when Route 53 says so and caches have forgotten the old one.
    private static ImmutableArray<Step> Settle(MigrationPlan plan, string id) =>
        plan.Entry is RecordEntry ? [new($"{id}-insync", StepKind.InSync), new($"{id}-ttl", StepKind.WaitTtl)] : [];
}
