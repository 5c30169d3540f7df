namespace Minato.Platform;

/// <summary>
/// Objects by key, in the order of their keys; or keys alone. Never changes. A B-tree: among 100,000 keys a binary tree walks through a
/// hundred places of cold memory and leaves seventeen nodes behind with each change, this one a tenth of the places and four nodes.
/// </summary>
internal sealed class SortedTree
{
    private readonly SortedNode? _root;
    private readonly IComparer<object> _order;

    private SortedTree(SortedNode? root, IComparer<object> order)
    {
        _root = root;
        _order = order;
    }

    public int Count => _root?.Count ?? 0;

    /// <summary>Each is looked up as it is asked for.</summary>
    public IEnumerable<KeyValuePair<object, object>> Pairs
    {
        get
        {
            for (var cursor = new SortedCursor(_root); cursor.MoveNext();) yield return new(cursor.Key, cursor.Value);
        }
    }

    public static SortedTree Empty(IComparer<object> order) => new(null, order);

    /// <param name="values">Null for keys alone.</param>
    public static SortedTree Of(List<object> inOrder, List<object>? values, IComparer<object> order) =>
        new(inOrder.Count == 0 ? null : SortedNode.Of(inOrder, values), order);

    /// <returns>Null for a key that is not there.</returns>
    public object? Find(object key)
    {
        if (_root is not { } node) return null;
        while (node.Branches is { } branches) node = branches[node.BranchOf(key, _order)];
        return node.Search(key, _order) is >= 0 and var at ? node.Values?[at] : null;
    }

    /// <param name="value">Null where keys are all there is.</param>
    public SortedTree Put(object key, object? value)
    {
        if (_root is null) return new(new([key], value is null ? null : [value], null, 1), _order);
        var (node, rest) = _root.Put(key, value, _order);
        if (rest is not null) node = new([node.Keys[0], rest.Keys[0]], null, [node, rest], node.Count + rest.Count);
        return ReferenceEquals(node, _root) ? this : new(node, _order);
    }

    public SortedTree Remove(object key)
    {
        var node = _root?.Remove(key, _order);
        if (ReferenceEquals(node, _root)) return this;
        while (node?.Branches is [var only]) node = only;
        return new(node, _order);
    }

    public object KeyAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var node = _root;
        while (node?.Branches is { } branches)
        {
            var at = 0;
            while (index >= branches[at].Count) index -= branches[at++].Count;
            node = branches[at];
        }

        return node?.Keys[index] ?? throw new ArgumentOutOfRangeException(nameof(index));
    }

    public SortedCursor Cursor() => new(_root);

    /// <summary>Begins behind the key, which need not be there.</summary>
    public SortedCursor CursorAfter(object key) => new(_root, key, _order);
}
