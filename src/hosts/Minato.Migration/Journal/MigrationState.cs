using System.Collections.Immutable;
using Minato.Migration.Planning;

namespace Minato.Migration.Journal;

/// <summary>How a migration stands: its journal, folded.</summary>
internal sealed record MigrationState
{
    private const int MostSamples = 20_000;

    public static readonly MigrationState Nothing = new();

    /// <summary>0 before the first start.</summary>
    public int Attempt { get; private init; }
    public string Plan { get; private init; } = "";

    /// <summary>Who answers the AWS APIs, as options of the command line; null where it was not written down.</summary>
    public string? Where { get; private init; }
    public DateTimeOffset BegunAt { get; private init; }

    /// <summary>The last sign of a runner. Wishes are written down by others, also while none is at work.</summary>
    public DateTimeOffset LastAt { get; private init; }

    /// <summary>-1 before the first stage.</summary>
    public int Stage { get; private init; } = -1;
    public ImmutableHashSet<string> Done { get; private init; } = [];

    /// <summary>Begun, and not known to be done.</summary>
    public string? Running { get; private init; }

    /// <summary>When the last step ended, or the stage began: what is measured from then on belongs to it.</summary>
    public DateTimeOffset ReadyAt { get; private init; }

    /// <summary>The same for the hold time: time without a runner does not count.</summary>
    public DateTimeOffset HoldSince { get; private init; }

    /// <summary>Of the new side in percent, as last known to be in force.</summary>
    public int Weight { get; private init; }

    /// <summary>What a shift under way makes of it.</summary>
    public int? Intended { get; private init; }

    /// <summary>All that may be in force: shifts that were begun may have acted or not.</summary>
    public ImmutableHashSet<int> Possible { get; private init; } = [0];

    public int Failures { get; private init; }
    public DateTimeOffset? FailingSince { get; private init; }
    public DateTimeOffset TriedAt { get; private init; }
    public string? FailingWhy { get; private init; }

    public ImmutableSortedDictionary<string, string> Facts { get; private init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why it stands still; null while it does not.</summary>
    public string? Paused { get; private init; }
    public bool AcceptsWeights { get; private init; }

    /// <summary>A person asked for the way back: other weights than expected do not stop it.</summary>
    public bool IsForced { get; private init; }
    public ImmutableHashSet<int> Approved { get; private init; } = [];
    public Left? Left { get; private init; }
    public Ended? Ended { get; private init; }
    public ImmutableSortedDictionary<string, Judgement> Verdicts { get; private init; } = ImmutableSortedDictionary<string, Judgement>.Empty;
    public ImmutableSortedDictionary<DateTimeOffset, Sample> Samples { get; private init; } = ImmutableSortedDictionary<DateTimeOffset, Sample>.Empty;

    /// <summary>After this the old side has no way in any more, and there is no way back.</summary>
    public bool IsPastReturn => Running == Steps.Single || Done.Contains(Steps.Single);

    /// <summary>May users be on the new side?</summary>
    public bool IsExposed => Weight > 0 || Possible.Any(w => w > 0);

    public bool IsActive => Attempt > 0 && Ended is null;

    public static MigrationState Of(IEnumerable<JournalEntry> entries) => entries.Aggregate(Nothing, (s, e) => s.After(e));

    public MigrationState After(JournalEntry entry) => Fold(entry) with { LastAt = entry is Asked ? LastAt : entry.At };

    private MigrationState Fold(JournalEntry entry) => entry switch
    {
        Begun begun => new() { Attempt = begun.Attempt, Plan = begun.Plan, Where = begun.Where, BegunAt = entry.At, ReadyAt = entry.At, HoldSince = entry.At, Facts = Facts, Samples = Samples },
        Resumed => this with { HoldSince = HoldSince + (entry.At - LastAt), FailingSince = FailingSince is null ? null : entry.At },
        StageEntered stage => Ready(entry) with { Stage = stage.Index, Verdicts = Verdicts.Clear() },
        StepBegun step => this with { Running = step.Step, Intended = step.Weight, Possible = step.Weight is { } weight ? Possible.Add(weight) : Possible },
        StepDone done => Ready(entry) with
        {
            Running = null, Done = Done.Add(done.Step), Weight = Intended ?? Weight, Intended = null, Possible = Intended is { } weight ? [weight] : Possible,
            Facts = Facts.SetItems(done.Facts), AcceptsWeights = false,
        },
        StepFailed failed => this with { Failures = Failures + 1, FailingSince = FailingSince ?? entry.At, TriedAt = entry.At, FailingWhy = failed.Why },
        Sampled sampled => this with { Samples = Trim(Samples.SetItem(sampled.Sample.From, sampled.Sample)) },
        Judged judged => this with { Verdicts = Verdicts.SetItem(judged.Judgement.Gate, judged.Judgement) },
        Asked asked => After(asked),
        Halted halted => this with { Paused = halted.Why, AcceptsWeights = false },
        Left left => this with { Left = left, Paused = null, Failures = 0, FailingSince = null, FailingWhy = null, Verdicts = Verdicts.Clear() },
        // Only a retreat leaves something that another attempt has to know of.
        Ended ended => this with { Ended = ended, Facts = ended.Outcome is Outcome.Retreated ? Facts : Facts.Clear() },
        _ => this,
    };

    private MigrationState After(Asked asked) => asked.Wish switch
    {
        _ when !IsActive => this,
        Wish.Approve => this with { Approved = Approved.Add(Stage) },
        Wish.Pause => this with { Paused = $"{asked.By} asked for it{(asked.Why is null ? "" : $": {asked.Why}")}" },
        Wish.Resume => this with { Paused = null },
        Wish.AcceptWeights => this with { Paused = null, AcceptsWeights = true },
        // A wish that comes too late is kept in the journal, and answered where it was typed.
        _ when IsPastReturn => this,
        Wish.Retreat when Left is not null => this with { IsForced = true, Paused = null },
        var wish => this with
        {
            Left = new(wish is Wish.Abort ? Departure.Abort : Departure.Retreat, $"{asked.By} asked for it{(asked.Why is null ? "" : $": {asked.Why}")}") { At = asked.At },
            IsForced = true, Paused = null, Failures = 0, FailingSince = null, FailingWhy = null,
        },
    };

    private MigrationState Ready(JournalEntry entry) => this with { ReadyAt = entry.At, HoldSince = entry.At, Failures = 0, FailingSince = null, FailingWhy = null };

    private static ImmutableSortedDictionary<DateTimeOffset, Sample> Trim(ImmutableSortedDictionary<DateTimeOffset, Sample> samples) =>
        samples.Count > MostSamples ? samples.Remove(samples.Keys.First()) : samples;
}
