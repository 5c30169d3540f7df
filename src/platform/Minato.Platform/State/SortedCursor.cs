namespace Minato.Platform;

/// <summary>Walks through a <see cref="SortedTree"/> in the order of its keys.</summary>
internal sealed class SortedCursor
{
    private readonly Stack<(SortedNode Node, int Next)> _above = new();
    private SortedNode? _leaf;
    private int _at = -1;

    public SortedCursor(SortedNode? root) => Descend(root);

    /// <summary>Begins behind <paramref name="after"/>.</summary>
    public SortedCursor(SortedNode? root, object after, IComparer<object> order)
    {
        var node = root;
        while (node?.Branches is { } branches)
        {
            var at = node.BranchOf(after, order);
            _above.Push((node, at + 1));
            node = branches[at];
        }

        _leaf = node;
        if (node is null) return;
        var found = node.Search(after, order);
        _at = found >= 0 ? found : ~found - 1;
    }

    public object Key => _leaf is { } leaf ? leaf.Keys[_at] : throw new InvalidOperationException("It stands nowhere.");

    public object Value => _leaf?.Values is { } values ? values[_at] : throw new InvalidOperationException("There are keys alone.");

    public bool MoveNext()
    {
        if (_leaf is null) return false;
        if (++_at < _leaf.Keys.Length) return true;
        while (_above.TryPop(out var above))
        {
            if (above.Node.Branches is not { } branches || above.Next == branches.Length) continue;
            _above.Push((above.Node, above.Next + 1));
            Descend(branches[above.Next]);
            _at = 0;
            return true;
        }

        _leaf = null;
        return false;
    }

    private void Descend(SortedNode? node)
    {
        while (node?.Branches is { } branches)
        {
            _above.Push((node, 1));
            node = branches[0];
        }

        _leaf = node;
    }
}
