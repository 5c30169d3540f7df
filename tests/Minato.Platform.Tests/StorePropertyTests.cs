using Minato.Platform.Sqlite;
using Minato.Testing;

namespace Minato.Platform.Tests;

/// <summary>The store against a model that is too simple to be wrong, over seeded random histories.</summary>
public sealed class StorePropertyTests
{
    [Theory, Seeds(1, 40)]
    public async Task Every_index_equals_a_scan_after_any_history(ulong seed)
    {
        var chance = new Ids(seed);
        var store = await Given.Store();
        var model = new SortedDictionary<BoatKey, Boat>();
        for (var i = 0; i < 100; i++)
        {
            await LiveAsync(store, model, chance);
            Compare(store.Current, model);
        }
    }

    [Theory, Seeds(1, 10)]
    public async Task What_the_journal_gives_back_equals_what_was_there(ulong seed)
    {
        using var directory = new TempDirectory();
        var chance = new Ids(seed);
        var model = new SortedDictionary<BoatKey, Boat>();
        for (var life = 0; life < 4; life++)
        {
            using var journal = new SqliteJournal(directory.Path);
            var store = await Given.Store(journal);
            Compare(store.Current, model);
            for (var i = 0; i < 20; i++) await LiveAsync(store, model, chance);
            if (chance.Next(5) > 0) continue;
            await store.ResetAsync(Given.Ct);
            model.Clear();
        }
    }

    [Theory, Seeds(1, 20)]
    public async Task A_journal_that_fails_at_any_write_loses_nothing_acknowledged_and_shows_nothing_refused(ulong seed)
    {
        var chance = new Ids(seed);
        var journal = new FailingJournal(chance);
        var store = await Given.Store(journal);
        var model = new SortedDictionary<BoatKey, Boat>();
        for (var i = 0; i < 100; i++)
        {
            var trial = new SortedDictionary<BoatKey, Boat>(model);
            try
            {
                await LiveAsync(store, trial, chance);
                model = trial;
            }
            catch (StoreUnavailableException)
            {
                // Refused: the model stays as it was, and so must the store.
            }

            Compare(store.Current, model);
        }

        Compare((await Given.Store(journal.Inner)).Current, model);
    }

    [Fact]
    public async Task Writers_on_many_threads_take_turns()
    {
        using var directory = new TempDirectory();
        using var journal = new SqliteJournal(directory.Path);
        var store = await Given.Store(journal);
        await store.Put(Given.Boat(1, berth: 0));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await store.UpdateAsync(
                    tx =>
                    {
                        var boat = tx.Find(Tables.Boats, new("Kobe", 1)).ShouldNotBeNull();
                        tx.Put(Tables.Boats, boat with { Berth = boat.Berth + 1 });
                    },
                    Given.Ct);
            }
        })));
        store.Current.Find(Tables.Boats, new("Kobe", 1)).ShouldNotBeNull().Berth.ShouldBe(800);
        store.Current.Count(Tables.ByBerth, 800).ShouldBe(1);
        store.Current.Count(Tables.ByBerth, 799).ShouldBe(0);
    }

    private static async Task LiveAsync(Store store, SortedDictionary<BoatKey, Boat> model, Ids chance) => await store.UpdateAsync(
        tx =>
        {
            for (var i = chance.Next(4); i >= 0; i--)
            {
                var boat = Given.Boat(
                    chance.Next(12), chance.Next(2) == 0 ? "Kobe" : "Osaka", (Colour)chance.Next(3),
                    chance.Next(3) == 0 ? null : $"owner {chance.Next(3)}", chance.Next(3) == 0 ? null : chance.Next(3));
                if (chance.Next(3) == 0) tx.Delete(Tables.Boats, boat.Key).ShouldBe(model.Remove(boat.Key));
                else tx.Put(Tables.Boats, model[boat.Key] = boat);
            }
        },
        Given.Ct);

    private static void Compare(Snapshot state, SortedDictionary<BoatKey, Boat> model)
    {
        state.All(Tables.Boats).ShouldBe(model.Values);
        foreach (var port in new[] { "Kobe", "Osaka", "Atlantis" })
            state.Where(Tables.ByPort, port).ShouldBe(model.Values.Where(b => b.Key.Port == port));
        foreach (var colour in Enum.GetValues<Colour>())
            state.Where(Tables.ByColour, colour).ShouldBe(model.Values.Where(b => b.Colour == colour));
        state.Where(Tables.ByWord, "owner").ShouldBe(model.Values.Where(b => b.Owner is not null));
        for (var n = 0; n < 3; n++)
        {
            state.Where(Tables.ByOwner, $"owner {n}").ShouldBe(model.Values.Where(b => b.Owner == $"owner {n}"));
            state.Where(Tables.ByWord, $"{n}").ShouldBe(model.Values.Where(b => b.Owner == $"owner {n}"));
            state.Keys(Tables.ByBerth, n).ShouldBe(model.Values.Where(b => b.Berth == n).Select(b => b.Key));
            var after = new BoatKey("Kobe", 5);
            state.After(Tables.ByBerth, n, after).ShouldBe(model.Values.Where(b => b.Berth == n && b.Key.CompareTo(after) > 0));
        }
    }

    private sealed class FailingJournal(Ids chance) : IJournal
    {
        public MemoryJournal Inner { get; } = new();

        public ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct) => Inner.LoadAsync(visit, ct);

        public ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct) =>
            chance.Next(4) == 0 ? throw new IOException("by chance") : Inner.AppendAsync(entries, ct);

        public ValueTask ClearAsync(CancellationToken ct) => Inner.ClearAsync(ct);
    }
}
