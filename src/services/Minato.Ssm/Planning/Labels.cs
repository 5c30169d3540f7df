using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Contracts.Ssm;
using Minato.Ssm.State;

namespace Minato.Ssm.Planning;

/// <summary>Names for versions of a parameter. A label is on one version at most.</summary>
internal static partial class Labels
{
    private const int Most = 10;

    public static (ImmutableArray<string> Good, ImmutableArray<string> Bad) Sort(ImmutableArray<string> labels) =>
        ([.. labels.Where(IsValid)], [.. labels.Where(l => !IsValid(l))]);

    public static ImmutableArray<ParameterVersion> Put(ImmutableArray<ParameterVersion> versions, long number, ImmutableArray<string> labels)
    {
        var moved = versions.Select(v => v.Number == number ? v with { Labels = v.Labels.Union(labels) } : v with { Labels = v.Labels.Except(labels) })
            .ToImmutableArray();
        return moved.All(v => v.Labels.Count <= Most) ? moved
            : throw new ParameterVersionLabelLimitExceeded($"A parameter version can have a maximum of {Most} labels.");
    }

    private static bool IsValid(string label) => Allowed().IsMatch(label);

    // AWS: not a number at the beginning, for that is how a version is asked for.
    [GeneratedRegex(@"^(?!aws|ssm)[a-zA-Z_.-][a-zA-Z0-9_.-]{0,99}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();
}
