using Minato.Migration.Journal;

namespace Minato.Migration.Planning;

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
    internal sealed record Wait(DateTimeOffset? Until, string For) : Decision;

    internal sealed record Leave(Departure Departure, string Why) : Decision;

    internal sealed record End(Outcome Outcome, string Why) : Decision;
}
