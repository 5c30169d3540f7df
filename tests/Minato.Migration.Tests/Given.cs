using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Tests;

/// <summary>Plans and journals that most tests begin with.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public const string Text = """
        migration: web
        old: { targets: ["10.9.0.10:8080", "10.9.0.11:8080"], healthPath: /health }
        new: { service: web }
        entry: { listenerRule: { loadBalancer: public, port: 80 } }
        stages:
          - { stage: prepare }
          - { stage: test }
          - { weight: 10, hold: 10m }
          - { weight: 100, hold: 10m }
          - { stage: confirm }
          - { stage: retire }
        """;

    public static MigrationPlan Plan(string with = "") => PlanReader.Read(Text + "\n" + with);

    /// <summary>A journal whose entries come one second after another.</summary>
    public static MigrationState State(params JournalEntry[] entries) =>
        MigrationState.Of(entries.Prepend(new Begun(1, Text, "somebody")).Select((e, i) => e with { At = Noon.AddSeconds(i) }));

    /// <summary>Everything done that comes before the stage.</summary>
    public static JournalEntry[] Until(MigrationPlan plan, int stage) =>
    [
        .. Enumerable.Range(0, stage).SelectMany(i => Whole(plan, i)), new StageEntered(stage, plan.Stages[stage].Name),
    ];

    /// <summary>And all steps of the stage itself.</summary>
    public static JournalEntry[] Inside(MigrationPlan plan, int stage) => [.. Enumerable.Range(0, stage + 1).SelectMany(i => Whole(plan, i))];

    public static JournalEntry[] Done(Step step) => [new StepBegun(step.Id, step.Weight), new StepDone(step.Id, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty, null)];

    public static Sample Sample(int minute, SideSample old, SideSample @new) => new(Noon.AddMinutes(minute), TimeSpan.FromMinutes(1), 10, old, @new, "metrics");

    public static SideSample Side(long requests, long errors = 0, double? p95 = null) => new(requests, errors, p95 / 2, p95, p95 * 2);

    private static IEnumerable<JournalEntry> Whole(MigrationPlan plan, int stage) =>
        Steps.Of(plan, stage).SelectMany(Done).Prepend(new StageEntered(stage, plan.Stages[stage].Name));
}
