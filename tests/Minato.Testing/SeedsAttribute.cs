using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Minato.Testing;

/// <summary>Runs a theory once for each seed of a range.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class SeedsAttribute(ulong from, ulong to) : DataAttribute
{
    public ulong From => from;

    public ulong To => to;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = new List<ITheoryDataRow>();
        for (var seed = from; seed <= to; seed++) rows.Add(new TheoryDataRow<ulong>(seed));
        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
