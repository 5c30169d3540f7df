using System.Collections.Immutable;

namespace Minato.Migration.Running;

/// <summary>How an attempt at a step ended. What is thrown besides is an AWS error, and is tried again.</summary>
internal abstract record StepResult
{
    private StepResult()
    {
    }

    public static StepResult Ok(string? words = null, params (string Name, string Value)[] facts) =>
        new Done(facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal), words);

    internal sealed record Done(ImmutableSortedDictionary<string, string> Facts, string? Words) : StepResult
    {
        public ImmutableArray<string> Evidence { get; init; } = [];
    }

    /// <summary>Not yet: to be tried again.</summary>
    internal sealed record Again(string Why) : StepResult;

    /// <summary>Somebody else has a hand in it: only a person can say what is right.</summary>
    internal sealed record Foreign(string Why) : StepResult;

    /// <summary>It will not do: the migration takes the way back.</summary>
    internal sealed record Rejected(string Why) : StepResult
    {
        public ImmutableArray<string> Evidence { get; init; } = [];
    }
}
