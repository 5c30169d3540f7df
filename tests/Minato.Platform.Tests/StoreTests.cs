namespace Minato.Platform.Tests;

public sealed class StoreTests
{
    [Fact]
    public async Task What_was_put_is_found_and_what_was_deleted_is_not()
    {
        var store = await Given.Store();
        await store.Put(Given.Boat(1), Given.Boat(2));
        (await store.UpdateAsync(tx => tx.Delete(Tables.Boats, new("Kobe", 1)), Given.Ct)).ShouldBeTrue();
        (await store.UpdateAsync(tx => tx.Delete(Tables.Boats, new("Kobe", 1)), Given.Ct)).ShouldBeFalse();
        store.Current.Find(Tables.Boats, new("Kobe", 1)).ShouldBeNull();
        store.Current.Find(Tables.Boats, new("Kobe", 2)).ShouldBe(Given.Boat(2));
        store.Current.Count(Tables.Boats).ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_sees_its_own_writes_and_readers_do_not_until_it_ends()
    {
        var store = await Given.Store();
        await store.UpdateAsync(
            tx =>
            {
                tx.Put(Tables.Boats, Given.Boat(1));
                tx.Find(Tables.Boats, new("Kobe", 1)).ShouldNotBeNull();
                tx.Count(Tables.ByPort, "Kobe").ShouldBe(1);
                store.Current.Count(Tables.Boats).ShouldBe(0);
            },
            Given.Ct);
        store.Current.Count(Tables.Boats).ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_throws_writes_nothing()
    {
        var store = await Given.Store();
        await Should.ThrowAsync<FormatException>(async () => await store.UpdateAsync(
            tx =>
            {
                tx.Put(Tables.Boats, Given.Boat(1));
                throw new FormatException();
            },
            Given.Ct));
        store.Current.Count(Tables.Boats).ShouldBe(0);
        store.Current.Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_snapshot_never_changes()
    {
        var store = await Given.Store();
        await store.Put(Given.Boat(1));
        var before = store.Current;
        await store.Put(Given.Boat(2));
        before.All(Tables.Boats).Count().ShouldBe(1);
        store.Current.Version.ShouldBe(before.Version + 1);
    }

    [Fact]
    public async Task A_rider_is_written_once_with_the_first_change_of_its_flow()
    {
        var store = await Given.Store();
        var rider = Rider.Board(tx => tx.Put(Tables.Notes, new("rider", $"{tx.Count(Tables.Boats)}")));
        await store.UpdateAsync(tx => tx.Count(Tables.Boats), Given.Ct);
        rider.Written.ShouldBeNull("nothing was changed");
        await Task.WhenAll(store.Put(Given.Boat(1)), store.Put(Given.Boat(2)));
        rider.Written.ShouldNotBeNull().IsCompletedSuccessfully.ShouldBeTrue();
        store.Current.Find(Tables.Notes, "rider")?.Text.ShouldBe("1");
        await store.UpdateAsync(tx => tx.Delete(Tables.Notes, "rider"), Given.Ct);
        store.Current.Find(Tables.Notes, "rider").ShouldBeNull();
    }

    [Fact]
    public async Task A_rider_that_left_or_is_of_another_flow_is_not_written()
    {
        var store = await Given.Store();
        await BoardAsync();
        await store.Put(Given.Boat(1));
        Rider.Board(tx => tx.Put(Tables.Notes, new("left", ""))).Leave();
        await store.Put(Given.Boat(2));
        store.Current.Count(Tables.Notes).ShouldBe(0);

        static async Task BoardAsync()
        {
            Rider.Board(tx => tx.Put(Tables.Notes, new("inner", "")));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_page_begins_after_a_key_even_when_that_key_is_gone()
    {
        var store = await Given.Store();
        await store.Put(Enumerable.Range(1, 9).Select(n => Given.Boat(n)));
        await store.UpdateAsync(tx => tx.Delete(Tables.Boats, new("Kobe", 5)), Given.Ct);
        var state = store.Current;
        state.After(Tables.ByPort, "Kobe", new BoatKey("Kobe", 4)).Take(2).Select(b => b.Key.Number).ShouldBe([6, 7]);
        state.After(Tables.ByPort, "Kobe", new BoatKey("Kobe", 5)).Take(2).Select(b => b.Key.Number).ShouldBe([6, 7]);
        state.After(Tables.ByPort, "Kobe", null).Take(2).Select(b => b.Key.Number).ShouldBe([1, 2]);
        state.After(Tables.ByPort, "Kobe", new BoatKey("Kobe", 9)).ShouldBeEmpty();
        state.After(Tables.ByPort, "Osaka", null).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_record_without_an_index_key_is_left_out_of_that_index()
    {
        var store = await Given.Store();
        await store.Put(Given.Boat(1), Given.Boat(2, owner: "Aki", berth: 7));
        store.Current.Where(Tables.ByOwner, "Aki").Single().Key.Number.ShouldBe(2);
        store.Current.Where(Tables.ByBerth, 7).Single().Key.Number.ShouldBe(2);
        store.Current.Count(Tables.ByBerth, 0).ShouldBe(0);
        store.Current.Keys(Tables.ByColour, Colour.Red).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Expecting_what_was_read_fails_once_it_was_written()
    {
        var store = await Given.Store();
        await store.Put(Given.Boat(1));
        var seen = store.Current.Find(Tables.Boats, new("Kobe", 1));
        await store.UpdateAsync(tx => tx.Expect(Tables.Boats, new("Kobe", 1), seen), Given.Ct);
        await store.Put(Given.Boat(1, colour: Colour.Blue));
        await Should.ThrowAsync<StaleRecordException>(async () =>
            await store.UpdateAsync(tx => tx.Expect(Tables.Boats, new("Kobe", 1), seen), Given.Ct));
        await Should.ThrowAsync<StaleRecordException>(async () =>
            await store.UpdateAsync(tx => tx.Expect(Tables.Boats, new("Kobe", 1), null), Given.Ct));
    }

    [Fact]
    public async Task A_restart_finds_everything_but_ephemeral_records()
    {
        var journal = new MemoryJournal();
        var store = await Given.Store(journal);
        await store.Put(Given.Boat(1, owner: "Aki"), Given.Boat(2));
        await store.UpdateAsync(tx => tx.Put(Tables.Rumours, new Note("r", "storm")), Given.Ct);
        var again = await Given.Store(journal);
        again.Current.All(Tables.Boats).ShouldBe(store.Current.All(Tables.Boats));
        again.Current.Where(Tables.ByOwner, "Aki").Count().ShouldBe(1);
        again.Current.Count(Tables.Rumours).ShouldBe(0);
    }

    [Fact]
    public async Task Subscribers_hear_of_every_change_once_it_is_visible()
    {
        var store = await Given.Store();
        var heard = new List<(Boat? Before, Boat? After)>();
        using (store.Subscribe(set =>
        {
            store.Current.Version.ShouldBe(set.After.Version);
            heard.AddRange(set.Changes.Cast<Change<BoatKey, Boat>>().Select(c => (c.Before, c.After)));
        }))
        {
            await store.Put(Given.Boat(1));
            await store.Put(Given.Boat(1, colour: Colour.Blue));
            await store.UpdateAsync(tx => tx.Delete(Tables.Boats, new("Kobe", 1)), Given.Ct);
        }

        await store.Put(Given.Boat(2));
        var (red, blue) = (Given.Boat(1), Given.Boat(1, colour: Colour.Blue));
        heard.ShouldBe([(null, red), (red, blue), (blue, null)]);
    }

    [Fact]
    public async Task A_subscriber_of_a_table_hears_of_that_table_alone_until_it_ends()
    {
        var store = await Given.Store();
        var heard = new List<(Boat? Before, Boat? After)>();
        var other = 0;
        using var notes = store.Subscribe(Tables.Rumours, _ => other++);
        using (store.Subscribe(Tables.Boats, change => heard.Add((((Change<BoatKey, Boat>)change).Before, ((Change<BoatKey, Boat>)change).After))))
        {
            using var failing = store.Subscribe(Tables.Boats, _ => throw new InvalidOperationException("No subscriber keeps the others from hearing."));
            await store.Put(Given.Boat(1));
            await store.UpdateAsync(tx => tx.Put(Tables.Rumours, new Note("r", "storm")), Given.Ct);
            await store.UpdateAsync(tx => tx.Delete(Tables.Boats, new("Kobe", 1)), Given.Ct);
        }

        await store.Put(Given.Boat(2));
        heard.ShouldBe([(null, Given.Boat(1)), (Given.Boat(1), null)]);
        other.ShouldBe(1);
    }

    [Fact]
    public async Task Reset_empties_every_table_in_memory_and_in_the_journal()
    {
        var journal = new MemoryJournal();
        var store = await Given.Store(journal);
        await store.Put(Given.Boat(1), Given.Boat(2));
        var deleted = 0;
        using var hearing = store.Subscribe(set => deleted += set.Changes.Count);
        await store.ResetAsync(Given.Ct);
        deleted.ShouldBe(2);
        store.Current.Count(Tables.Boats).ShouldBe(0);
        store.Current.Count(Tables.ByPort, "Kobe").ShouldBe(0);
        (await Given.Store(journal)).Current.Count(Tables.Boats).ShouldBe(0);
    }

    [Fact]
    public async Task A_transaction_cannot_be_used_after_its_body_nor_start_another()
    {
        var store = await Given.Store();
        var leaked = await store.UpdateAsync(tx => tx, Given.Ct);
        Should.Throw<InvalidOperationException>(() => leaked.Put(Tables.Boats, Given.Boat(1)));
        await Should.ThrowAsync<InvalidOperationException>(async () =>
            await store.UpdateAsync(tx => store.Put(Given.Boat(1)).GetAwaiter().GetResult(), Given.Ct));
        store.Current.Count(Tables.Boats).ShouldBe(0);
    }
}
