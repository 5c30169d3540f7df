using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Migration.Planning;

namespace Minato.Migration.Journal;

/// <summary>One thing that happened, or is about to. The file of them is all that is known of a migration.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Begun), "begun"), JsonDerivedType(typeof(Resumed), "resumed"), JsonDerivedType(typeof(StageEntered), "stage")]
[JsonDerivedType(typeof(StepBegun), "step"), JsonDerivedType(typeof(StepDone), "done"), JsonDerivedType(typeof(StepFailed), "failed")]
[JsonDerivedType(typeof(Sampled), "sample"), JsonDerivedType(typeof(Judged), "judged"), JsonDerivedType(typeof(Asked), "asked")]
[JsonDerivedType(typeof(Halted), "halted"), JsonDerivedType(typeof(Left), "left"), JsonDerivedType(typeof(Ended), "ended"), JsonDerivedType(typeof(Found), "found")]
internal abstract record JournalEntry
{
    public DateTimeOffset At { get; init; }
}

/// <summary>A first or another attempt. The plan in force is this text, whatever becomes of its file.</summary>
/// <param name="Where">Who answers the AWS APIs, as options of the command line: nobody else can go on with it.</param>
internal sealed record Begun(int Attempt, string Plan, string By, string? Where = null) : JournalEntry;

/// <summary>A runner took up what another had left.</summary>
internal sealed record Resumed(string By) : JournalEntry;

internal sealed record StageEntered(int Index, string Name) : JournalEntry;

/// <summary>Written before the step acts: after a crash it may have acted or not, and is done again.</summary>
internal sealed record StepBegun(string Step, int? Weight) : JournalEntry;

/// <param name="Facts">What later steps need to know.</param>
internal sealed record StepDone(string Step, ImmutableSortedDictionary<string, string> Facts, string? Words) : JournalEntry;

internal sealed record StepFailed(string Step, string Why) : JournalEntry;

/// <summary>What both sides did in one period. A later one of the same period takes its place: metrics come late.</summary>
internal sealed record Sampled(Sample Sample) : JournalEntry;

internal sealed record Judged(Judgement Judgement) : JournalEntry;

/// <summary>What a person, or the command line for one, wants.</summary>
internal sealed record Asked(Wish Wish, string By, string? Why) : JournalEntry;

/// <summary>Something that only a person can decide; nothing moves before a resume.</summary>
internal sealed record Halted(string Why) : JournalEntry;

/// <summary>The way back has begun.</summary>
internal sealed record Left(Departure Departure, string Why) : JournalEntry;

internal sealed record Ended(Outcome Outcome, string Why) : JournalEntry;

/// <summary>Evidence that is more than a sentence: differences of answers, lost ciphers.</summary>
internal sealed record Found(string Step, ImmutableArray<string> Lines) : JournalEntry;

[JsonConverter(typeof(JsonStringEnumConverter<Wish>))]
internal enum Wish
{
    Approve,
    Pause,
    Resume,
    AcceptWeights,
    Retreat,
    Abort,
}

[JsonConverter(typeof(JsonStringEnumConverter<Departure>))]
internal enum Departure
{
    /// <summary>Traffic goes back; what was prepared stays.</summary>
    Retreat,

    /// <summary>Traffic goes back, and everything becomes as it was found.</summary>
    Abort,
}

[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
internal enum Outcome
{
    Completed,
    Retreated,
    Aborted,
}
