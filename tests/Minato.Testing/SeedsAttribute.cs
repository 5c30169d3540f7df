using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Minato.Testing;

/// <summary>
/// Runs a theory once for each seed of a range. <c>MINATO_SEED</c> and <c>MINATO_SEEDS</c> in the environment ask for other ones, from where
/// and how many: <c>./minato test --worlds N --seed S</c> sets them.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class SeedsAttribute(ulong from, ulong to) : DataAttribute
{
    public ulong From => Asked("MINATO_SEED") ?? from;

    public ulong To => Asked("MINATO_SEEDS") is { } count ? From + count - 1 : From + (to - from);

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = new List<ITheoryDataRow>();
        for (var seed = From; seed <= To; seed++) rows.Add(new TheoryDataRow<ulong>(seed));
        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;

    private static ulong? Asked(string variable) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
