using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>
/// Instances in the order in which a request would take them, kept in order while they change: each strategy is a level of a tree,
/// and the next place is found by going down its best branches. A change costs the depth of the tree, not the number of instances.
/// </summary>
internal sealed class Ranking(PlacementRequest request)
{
    private readonly ImmutableArray<PlacementStrategy> _levels =
        [.. request.Strategies.Where(s => s.Type is PlacementStrategyType.Spread or PlacementStrategyType.Binpack)];

    private readonly RankNode _root = new("", RankNode.TieOf(request.Group, 0));
    private readonly Dictionary<string, Standing> _standings = new(StringComparer.Ordinal);

    public PlacementRequest Request => request;

    /// <summary>Adds the instance, or moves it to where it stands now.</summary>
    public void Put(InstanceView view)
    {
        var standing = new Standing(view, view.TasksOf(request.Group), InstancePlacement.Explain(view, request) is null, PathOf(view));
        if (_standings.TryGetValue(view.Instance.Key.Id, out var before))
        {
            if (before.StandsLike(standing))
            {
                before.View = view;
                return;
            }

            _root.Remove(before, 0);
        }

        _standings[view.Instance.Key.Id] = standing;
        _root.Add(standing, 0);
    }

    public void Remove(string instance)
    {
        if (_standings.Remove(instance, out var standing)) _root.Remove(standing, 0);
    }

    /// <returns>Null when no instance can take the task.</returns>
    public InstanceView? Best(Ids ids) => _root.Fitting == 0 ? null : _root.Best(ids).View;

    private ImmutableArray<RankStep> PathOf(InstanceView view)
    {
        if (_levels.IsEmpty) return [];
        var path = ImmutableArray.CreateBuilder<RankStep>(_levels.Length);
        foreach (var level in _levels) path.Add(StepOf(view, level));
        return path.MoveToImmutable();
    }

    private static RankStep StepOf(InstanceView view, PlacementStrategy level)
    {
        if (level.Type == PlacementStrategyType.Spread) return new(SpreadValue(view, level.Field ?? ""), Least: null);
        var left = string.Equals(level.Field, "cpu", StringComparison.OrdinalIgnoreCase) ? view.CpuLeft : view.MemoryLeft;
        return new(left.ToString(System.Globalization.CultureInfo.InvariantCulture), left);
    }

    private static string SpreadValue(InstanceView view, string field)
    {
        const string attribute = "attribute:";
        if (!field.StartsWith(attribute, StringComparison.Ordinal)) return view.Instance.Key.Id;
        var name = field.AsSpan(attribute.Length);
        foreach (var one in view.Instance.Attributes)
            if (name.SequenceEqual(one.Name)) return one.Value ?? "";
        return "";
    }
}

/// <param name="Value">The branch it leads into.</param>
/// <param name="Least">What the branch is ordered by; null when that is its tasks.</param>
internal readonly record struct RankStep(string Value, int? Least);

/// <summary>An instance in a ranking.</summary>
internal sealed class Standing(InstanceView view, int tasks, bool fits, ImmutableArray<RankStep> path)
{
    public InstanceView View { get; set; } = view;
    public int Tasks => tasks;
    public bool Fits => fits;
    public ImmutableArray<RankStep> Path => path;

    /// <summary>Where it is in the list of its leaf.</summary>
    public int Place { get; set; }

    public bool StandsLike(Standing other) =>
        tasks == other.Tasks && fits == other.Fits && path.AsSpan().SequenceEqual(other.Path.AsSpan());
}
