using System.Globalization;
using Minato.Testing;

namespace Minato.Platform.Tests;

/// <summary>The trees of the store against collections of .NET, over seeded random histories.</summary>
public sealed class TreePropertyTests
{
    private const int Steps = 4000;
    private const int OfATide = 1000;

    [Theory, Seeds(1, 30)]
    public void A_sorted_tree_is_a_sorted_dictionary_and_its_versions_never_change(ulong seed)
    {
        var chance = new Ids(seed);
        var most = seed % 3 == 0 ? 60_000 : 500;
        var model = new SortedDictionary<string, object>(StringComparer.Ordinal);
        var tree = SortedTree.Empty(KeyOrder<string>.Instance);
        List<(SortedTree Tree, KeyValuePair<string, object>[] Model)> versions = [];
        for (var i = 0; i < Steps; i++)
        {
            // Of many keys nearly none is hit by chance: those that are there go from the front, which moves where branches begin.
            var isEbb = IsEbb(i, chance);
            var key = isEbb && model.Count > 0 && chance.Next(2) == 0 ? (string)tree.KeyAt(chance.Next(Math.Min(tree.Count, 50))) : Key(chance, most);
            if (isEbb) (tree, _) = (tree.Remove(key), model.Remove(key));
            else tree = tree.Put(key, model[key] = new object());
            if (i % 200 == 0) versions.Add((tree, [.. model]));
        }

        versions.Add((tree, [.. model]));
        foreach (var (version, held) in versions) Compare(version, held, Key(chance, most));
    }

    [Theory, Seeds(1, 10)]
    public void A_tree_made_at_once_is_the_one_made_key_by_key(ulong seed)
    {
        var chance = new Ids(seed);
        var keys = Enumerable.Range(0, chance.Next(3000)).Select(_ => Key(chance, 100_000)).ToHashSet(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var tree = SortedTree.Of([.. keys], [.. keys], KeyOrder<string>.Instance);
        Compare(tree, [.. keys.Select(k => KeyValuePair.Create(k, (object)k))], Key(chance, 100_000));
        foreach (var key in keys) tree = tree.Remove(key);
        tree.Count.ShouldBe(0);
    }

    [Theory, Seeds(1, 30)]
    public void A_hash_tree_is_a_dictionary(ulong seed)
    {
        var chance = new Ids(seed);
        var (model, tree) = (new Dictionary<object, object>(), HashTree.Empty);
        for (var i = 0; i < Steps; i++)
        {
            // Every fourth has a hash that others have, too, or that differs in its last bits alone.
            var key = new Hashed(chance.Next(600), chance.Next(4) == 0 ? chance.Next(3) << 30 : null);
            if (IsEbb(i, chance)) (tree, _) = (tree.Remove(key), model.Remove(key));
            else tree = tree.Put(key, model[key] = new object());
            if (i % 200 != 0) continue;
            for (var n = 0; n < 600; n++)
            {
                foreach (var hash in new int?[] { null, 0, 1 << 30, 2 << 30 })
                    tree.Find(new Hashed(n, hash)).ShouldBeSameAs(model.GetValueOrDefault(new Hashed(n, hash)));
            }
        }

        foreach (var key in model.Keys) tree = tree.Remove(key);
        tree.ShouldBeSameAs(HashTree.Empty);
    }

    // More come than go for a while, then more go than come.
    private static bool IsEbb(int step, Ids chance) => chance.Next(10) < (step / OfATide % 2 == 0 ? 2 : 8);

    private static string Key(Ids chance, int most) => chance.Next(most).ToString(CultureInfo.InvariantCulture);

    private static void Compare(SortedTree tree, KeyValuePair<string, object>[] model, string somewhere)
    {
        tree.Count.ShouldBe(model.Length);
        tree.Pairs.Select(p => ((string)p.Key, p.Value)).ShouldBe(model.Select(p => (p.Key, p.Value)));
        for (var i = 0; i < model.Length; i++)
        {
            if (!ReferenceEquals(tree.Find(model[i].Key), model[i].Value)) Assert.Fail($"{model[i].Key} is not found.");
            if ((string)tree.KeyAt(i) != model[i].Key) Assert.Fail($"{model[i].Key} is not number {i}.");
        }

        List<string> rest = [];
        for (var cursor = tree.CursorAfter(somewhere); cursor.MoveNext();) rest.Add((string)cursor.Key);
        rest.ShouldBe(model.Select(p => p.Key).Where(k => string.CompareOrdinal(k, somewhere) > 0));
        tree.Find(somewhere).ShouldBeSameAs(Array.Find(model, p => p.Key == somewhere).Value);
    }

    private sealed record Hashed(int Number, int? Hash)
    {
        public override int GetHashCode() => Hash ?? Number;
    }
}
