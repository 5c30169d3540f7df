using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>Instances that are alike for the strategies so far.</summary>
internal sealed class RankNode(string value, uint tie)
{
    private static readonly Comparer<RankNode> s_byOrder = Comparer<RankNode>.Create(Compare);

    private readonly Dictionary<string, RankNode> _branches = new(StringComparer.Ordinal);
    private readonly SortedSet<RankNode> _open = new(s_byOrder);
    private readonly List<Standing> _leaves = [];

    private int _members;
    private int _tasks;
    private int? _least;

    /// <summary>How many instances below can take the task.</summary>
    public int Fitting { get; private set; }

    public void Add(Standing standing, int depth)
    {
        Count(standing, 1);
        if (depth == standing.Path.Length)
        {
            if (!standing.Fits) return;
            standing.Place = _leaves.Count;
            _leaves.Add(standing);
            return;
        }

        var step = standing.Path[depth];
        if (!_branches.TryGetValue(step.Value, out var branch))
            _branches.Add(step.Value, branch = new(step.Value, TieOf(step.Value, tie)) { _least = step.Least });
        else if (branch.Fitting > 0) _open.Remove(branch);
        branch.Add(standing, depth + 1);
        if (branch.Fitting > 0) _open.Add(branch);
    }

    public void Remove(Standing standing, int depth)
    {
        Count(standing, -1);
        if (depth == standing.Path.Length)
        {
            if (standing.Fits) RemoveLeaf(standing);
            return;
        }

        var branch = _branches[standing.Path[depth].Value];
        if (branch.Fitting > 0) _open.Remove(branch);
        branch.Remove(standing, depth + 1);
        if (branch.Fitting > 0) _open.Add(branch);
        else if (branch._members == 0) _branches.Remove(standing.Path[depth].Value);
    }

    public Standing Best(Ids ids)
    {
        var node = this;
        while (node._open.Min is { } next) node = next;
        return node._leaves[node._leaves.Count == 1 ? 0 : ids.Next(node._leaves.Count)];
    }

    private void Count(Standing standing, int by)
    {
        _members += by;
        _tasks += by * standing.Tasks;
        if (standing.Fits) Fitting += by;
    }

    private void RemoveLeaf(Standing standing)
    {
        var last = _leaves[^1];
        _leaves[standing.Place] = last;
        last.Place = standing.Place;
        _leaves.RemoveAt(_leaves.Count - 1);
    }

    private static int Compare(RankNode? left, RankNode? right)
    {
        if (left is null || right is null || ReferenceEquals(left, right)) return 0;
        var order = (left._least ?? left._tasks).CompareTo(right._least ?? right._tasks);
        if (order == 0) order = left.Tie.CompareTo(right.Tie);
        return order != 0 ? order : string.CompareOrdinal(left.Value, right.Value);
    }

    private string Value => value;

    private uint Tie => tie;

    // Equals are taken in an order of their own in each branch, so that not every service starts with the same instance.
    public static uint TieOf(string value, uint seed)
    {
        var hash = 2166136261u ^ seed;
        foreach (var c in value) hash = (hash ^ c) * 16777619u;
        return hash;
    }
}
