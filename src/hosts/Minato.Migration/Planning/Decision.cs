using Minato.Migration.Journal;

namespace Minato.Migration.Planning;

/// <summary>Words of a person that something waits for.</summary>
internal enum Awaited
{
    Nothing,
    Approval,
    Resume,
    Retreat,
}

/// <summary>What comes next.</summary>
internal abstract record Decision
{
    private Decision()
    {
    }

    internal sealed record Act(Step Step) : Decision;

    internal sealed record Enter(int Stage) : Decision;

    /// <param name="Until">Null: until something changes.</param>
    /// <param name="For">In words, for who looks on.</param>
    /// <param name="Awaits">What a person has to say.</param>
    internal sealed record Wait(DateTimeOffset? Until, string For, Awaited Awaits = Awaited.Nothing) : Decision;

    internal sealed record Leave(Departure Departure, string Why) : Decision;

    internal sealed record End(Outcome Outcome, string Why) : Decision;
}
