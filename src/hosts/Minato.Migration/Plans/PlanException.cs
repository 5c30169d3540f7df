using System.Collections.Immutable;

namespace Minato.Migration.Plans;

/// <summary>A plan file that cannot be followed; every fault with its line.</summary>
internal sealed class PlanException(ImmutableArray<string> faults) : Exception(string.Join('\n', faults))
{
    public ImmutableArray<string> Faults { get; } = faults;
}
