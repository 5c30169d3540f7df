using System.Collections.Immutable;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Planning;

/// <summary>Which version carries which staging label. A label is on one version at most.</summary>
internal static class Stages
{
    public const string Current = "AWSCURRENT";
    public const string Previous = "AWSPREVIOUS";
    public const string Pending = "AWSPENDING";
    private const int MostUnlabelled = 100; // AWS: older ones without a label are removed.

    /// <param name="to">Null takes the label away from whoever has it.</param>
    public static ImmutableArray<VersionState> Move(ImmutableArray<VersionState> versions, string stage, string? to)
    {
        var from = versions.FirstOrDefault(v => v.Stages.Contains(stage))?.Id;
        if (from == to) return versions;
        var moved = Set(versions, stage, to);
        // AWS: whoever loses AWSCURRENT becomes AWSPREVIOUS.
        return stage == Current && from is not null && to is not null ? Set(moved, Previous, from) : moved;
    }

    /// <summary>A new version with its labels, AWSCURRENT when it is told nothing else or is the first with a value.</summary>
    public static ImmutableArray<VersionState> Add(ImmutableArray<VersionState> versions, VersionState added, IEnumerable<string>? stages)
    {
        var wanted = stages?.ToHashSet(StringComparer.Ordinal) ?? [Current];
        if (versions.All(v => !v.Stages.Contains(Current) || !v.HasValue)) wanted.Add(Current);
        // A rotation begins with a version that has labels and no value: it is filled, and keeps them.
        var empty = versions.FirstOrDefault(v => v.Id == added.Id);
        var all = empty is null ? versions.Insert(0, added with { Stages = [] }) : versions.Replace(empty, added with { Stages = empty.Stages });
        foreach (var stage in wanted.Order(StringComparer.Ordinal)) all = Move(all, stage, added.Id);
        return Trim(all);
    }

    private static ImmutableArray<VersionState> Set(ImmutableArray<VersionState> versions, string stage, string? on) =>
        [.. versions.Select(v => v.Id == on ? v with { Stages = v.Stages.Add(stage) }
            : v.Stages.Contains(stage) ? v with { Stages = v.Stages.Remove(stage) } : v)];

    private static ImmutableArray<VersionState> Trim(ImmutableArray<VersionState> versions)
    {
        var unlabelled = 0;
        return [.. versions.Where(v => !v.Stages.IsEmpty || ++unlabelled <= MostUnlabelled)];
    }
}
