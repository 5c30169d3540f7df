namespace Minato.Platform;

/// <summary>
/// A node of a <see cref="SortedTree"/>: some neighbours in one array, so that a search meets few objects and a change leaves few behind.
/// </summary>
/// <param name="keys">In order. Above the leaves: where each branch begins, of which the first is never looked at.</param>
/// <param name="values">Of the keys of a leaf; null above, and where keys are all there is.</param>
/// <param name="branches">Null in a leaf.</param>
/// <param name="count">Keys of all leaves below.</param>
internal sealed class SortedNode(object[] keys, object[]? values, SortedNode[]? branches, int count)
{
    private const int Most = 32;
    private const int Few = 8;

    public object[] Keys => keys;

    public object[]? Values => values;

    public SortedNode[]? Branches => branches;

    public int Count => count;

    /// <returns>Where the key is, or the complement of where it would be.</returns>
    public int Search(object key, IComparer<object> order)
    {
        var (low, high) = (0, keys.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var compared = order.Compare(keys[middle], key);
            if (compared == 0) return middle;
            if (compared < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>The branch that a key belongs to. Where the first one begins is of no account: keys that came later may be less.</summary>
    public int BranchOf(object key, IComparer<object> order)
    {
        var (low, high) = (1, keys.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (order.Compare(keys[middle], key) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return low - 1;
    }

    /// <returns>The node with the key, and its second half where it has become too long.</returns>
    public (SortedNode Node, SortedNode? More) Put(object key, object? value, IComparer<object> order)
    {
        if (branches is not null) return PutBelow(branches, key, value, order);
        var at = Search(key, order);
        if (at >= 0) return (values is null || value is null ? this : new(keys, With(values, at, value), null, count), null);
        return Split(Insert(keys, ~at, key), values is null || value is null ? null : Insert(values, ~at, value), null, count + 1);
    }

    /// <returns>The node without the key; null when it was the last.</returns>
    public SortedNode? Remove(object key, IComparer<object> order)
    {
        if (branches is not null) return RemoveBelow(branches, key, order);
        var at = Search(key, order);
        if (at < 0) return this;
        return count == 1 ? null : new(Without(keys, at), values is null ? null : Without(values, at), null, count - 1);
    }

    /// <param name="inOrder">Not empty.</param>
    public static SortedNode Of(List<object> inOrder, List<object>? values)
    {
        const int full = Most * 3 / 4;
        List<SortedNode> nodes = [];
        for (var i = 0; i < inOrder.Count; i += full)
        {
            var length = Math.Min(full, inOrder.Count - i);
            nodes.Add(new([.. inOrder.GetRange(i, length)], values is null ? null : [.. values.GetRange(i, length)], null, length));
        }

        while (nodes.Count > 1) nodes = [.. nodes.Chunk(full).Select(some => new SortedNode([.. some.Select(n => n.Keys[0])], null, some, some.Sum(n => n.Count)))];
        return nodes[0];
    }

    private (SortedNode Node, SortedNode? More) PutBelow(SortedNode[] below, object key, object? value, IComparer<object> order)
    {
        var at = BranchOf(key, order);
        var branch = below[at];
        var (node, rest) = branch.Put(key, value, order);
        if (ReferenceEquals(node, branch)) return (this, null);
        var changed = With(below, at, node);
        if (rest is null) return (new(keys, null, changed, count + node.Count - branch.Count), null);
        return Split(Insert(keys, at + 1, rest.Keys[0]), null, Insert(changed, at + 1, rest), count + node.Count + rest.Count - branch.Count);
    }

    private SortedNode? RemoveBelow(SortedNode[] below, object key, IComparer<object> order)
    {
        var at = BranchOf(key, order);
        var branch = below[at];
        var node = branch.Remove(key, order);
        if (ReferenceEquals(node, branch)) return this;
        if (node is null) return below.Length == 1 ? null : new(Without(keys, at), null, Without(below, at), count - 1);
        var changed = With(below, at, node);
        if (node.Keys.Length >= Few) return new(keys, null, changed, count - 1);
        if (at > 0 && Fits(changed, at - 1)) return Join(changed, at - 1);
        return at + 1 < changed.Length && Fits(changed, at) ? Join(changed, at) : new(keys, null, changed, count - 1);
    }

    private static bool Fits(SortedNode[] nodes, int at) => nodes[at].Keys.Length + nodes[at + 1].Keys.Length <= Most - Few;

    // Where the right one begins is known here only: its own first key was never kept up to date.
    private SortedNode Join(SortedNode[] nodes, int at)
    {
        var (left, right) = (nodes[at], nodes[at + 1]);
        object[] joined = [.. left.Keys, .. right.Keys];
        if (right.Branches is not null) joined[left.Keys.Length] = keys[at + 1];
        var one = new SortedNode(
            joined, left.Values is null || right.Values is null ? null : [.. left.Values, .. right.Values],
            left.Branches is null || right.Branches is null ? null : [.. left.Branches, .. right.Branches], left.Count + right.Count);
        return new(Without(keys, at + 1), null, With(Without(nodes, at + 1), at, one), count - 1);
    }

    private static (SortedNode Node, SortedNode? More) Split(object[] keys, object[]? values, SortedNode[]? branches, int count)
    {
        if (keys.Length <= Most) return (new(keys, values, branches, count), null);
        var half = keys.Length / 2;
        var first = branches is null ? half : branches[..half].Sum(b => b.Count);
        return (
            new(keys[..half], values?[..half], branches?[..half], first),
            new SortedNode(keys[half..], values?[half..], branches?[half..], count - first));
    }

    private static T[] With<T>(T[] all, int at, T one)
    {
        var next = all.AsSpan().ToArray();
        next[at] = one;
        return next;
    }

    private static T[] Insert<T>(T[] all, int at, T one)
    {
        var next = new T[all.Length + 1];
        all.AsSpan(0, at).CopyTo(next);
        next[at] = one;
        all.AsSpan(at).CopyTo(next.AsSpan(at + 1));
        return next;
    }

    private static T[] Without<T>(T[] all, int at)
    {
        var next = new T[all.Length - 1];
        all.AsSpan(0, at).CopyTo(next);
        all.AsSpan(at + 1).CopyTo(next.AsSpan(at));
        return next;
    }
}
