using System.Numerics;

namespace Minato.Platform;

/// <summary>
/// Objects by keys that have no order. Never changes. Each level looks at five bits of the key's hash, so that a change copies a few short
/// arrays at any size.
/// </summary>
/// <param name="taken">Which of 32 places are taken.</param>
/// <param name="places">Those: an <see cref="Entry"/>, or a tree for the next five bits.</param>
internal sealed class HashTree(uint taken, object[] places)
{
    private const int Bits = 5;

    public static HashTree Empty { get; } = new(0, []);

    /// <returns>Null for a key that is not there.</returns>
    public object? Find(object key)
    {
        var hash = (uint)key.GetHashCode();
        var (tree, left) = (this, hash);
        while (tree.PlaceOf(left) is var place && place >= 0)
        {
            if (tree.At(place) is Entry entry) return entry.Find(hash, key)?.Value;
            (tree, left) = ((HashTree)tree.At(place), left >> Bits);
        }

        return null;
    }

    public HashTree Put(object key, object value) => Put((uint)key.GetHashCode(), 0, key, value);

    public HashTree Remove(object key) => Remove((uint)key.GetHashCode(), 0, key) as HashTree ?? Empty;

    private object At(int place) => places[place];

    /// <returns>Negative for one that is free: the complement of where it would be.</returns>
    private int PlaceOf(uint hash)
    {
        var bit = BitOf(hash);
        var place = BitOperations.PopCount(taken & (bit - 1));
        return (taken & bit) != 0 ? place : ~place;
    }

    private static uint BitOf(uint hash) => 1u << (int)(hash & ((1u << Bits) - 1));

    private HashTree Put(uint hash, int shift, object key, object value)
    {
        var place = PlaceOf(hash >> shift);
        if (place < 0) return new(taken | BitOf(hash >> shift), [.. places.AsSpan(0, ~place), new Entry(hash, key, value, null), .. places.AsSpan(~place)]);
        return With(place, places[place] switch
        {
            HashTree below => below.Put(hash, shift + Bits, key, value),
            Entry same when same.Hash == hash => new Entry(hash, key, value, same.Without(key)),
            Entry other => Of(other, shift + Bits).Put(hash, shift + Bits, key, value),
            _ => throw new InvalidOperationException("A place holds an entry or a tree."),
        });
    }

    /// <returns>Null for nothing; below the root an entry where that is all that is left.</returns>
    private object? Remove(uint hash, int shift, object key)
    {
        var place = PlaceOf(hash >> shift);
        if (place < 0) return this;
        var before = places[place];
        var after = before is HashTree below ? below.Remove(hash, shift + Bits, key) : ((Entry)before).Hash == hash ? ((Entry)before).Without(key) : before;
        if (ReferenceEquals(after, before)) return this;
        if (after is not null) return shift > 0 && places.Length == 1 && after is Entry ? after : With(place, after);
        if (places.Length == 1) return null;
        if (shift > 0 && places.Length == 2 && places[1 - place] is Entry last) return last;
        return new HashTree(taken & ~BitOf(hash >> shift), [.. places.AsSpan(0, place), .. places.AsSpan(place + 1)]);
    }

    private static HashTree Of(Entry entry, int shift) => new(BitOf(entry.Hash >> shift), [entry]);

    private HashTree With(int place, object one)
    {
        var next = places.AsSpan().ToArray();
        next[place] = one;
        return new(taken, next);
    }

    /// <param name="Next">Another one of the same hash.</param>
    private sealed record Entry(uint Hash, object Key, object Value, Entry? Next)
    {
        public Entry? Find(uint hash, object key)
        {
            if (hash != Hash) return null;
            for (var entry = this; entry is not null; entry = entry.Next)
                if (entry.Key.Equals(key)) return entry;
            return null;
        }

        public Entry? Without(object key)
        {
            if (Key.Equals(key)) return Next;
            var rest = Next?.Without(key);
            return ReferenceEquals(rest, Next) ? this : this with { Next = rest };
        }
    }
}
