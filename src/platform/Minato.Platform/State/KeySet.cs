using System.Collections;

namespace Minato.Platform;

/// <summary>Keys of a table, in order, as an index lists them. Never changes.</summary>
internal sealed class KeySet<TKey>(SortedTree tree) : IReadOnlyList<TKey>
    where TKey : notnull
{
    public int Count => tree.Count;

    public TKey this[int index] => (TKey)tree.KeyAt(index);

    public KeySet<TKey> With(object key)
    {
        var next = tree.Put(key, null);
        return ReferenceEquals(next, tree) ? this : new(next);
    }

    /// <returns>Null when it was the last.</returns>
    public KeySet<TKey>? Without(object key)
    {
        var next = tree.Remove(key);
        if (ReferenceEquals(next, tree)) return this;
        return next.Count == 0 ? null : new(next);
    }

    /// <summary>Keys behind that one, which need not be there.</summary>
    public IEnumerable<TKey> After(object key)
    {
        for (var cursor = tree.CursorAfter(key); cursor.MoveNext();) yield return (TKey)cursor.Key;
    }

    public IEnumerator<TKey> GetEnumerator()
    {
        for (var cursor = tree.Cursor(); cursor.MoveNext();) yield return (TKey)cursor.Key;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
