using Minato.Testing;

namespace Minato.Platform.Tests;

/// <summary>What simulated worlds promise to the tests of the rooms.</summary>
public sealed class WorldTests
{
    [Theory, Seeds(1, 5)]
    public void A_seed_repeats_itself_and_another_does_not(ulong seed)
    {
        Live(seed).ShouldBe(Live(seed));
        Live(seed).ShouldNotBe(Live(seed + 1000));
    }

    [Theory, Seeds(1, 60)]
    public void What_was_acknowledged_survives_every_crash(ulong seed) => RunnerTests.Run(
        seed,
        (_, _) => ValueTask.FromResult(Next.Done),
        async world =>
        {
            var acknowledged = new Dictionary<int, int>();
            var asked = new Dictionary<int, int>();
            var restarts = world.Faults.RestartProcess(10, TimeSpan.FromSeconds(2));
            var writers = Enumerable.Range(0, 4).Select(async writer =>
            {
                for (var i = 1; !restarts.IsCompleted; i++)
                {
                    try
                    {
                        asked[writer] = i;
                        await world.Store.Put(Given.Boat(writer, berth: i));
                        acknowledged[writer] = i;
                    }
                    catch (Exception e) when (e is StoreUnavailableException or InvalidOperationException)
                    {
                        await world.RunFor(TimeSpan.FromMilliseconds(5)); // Killed under us; the next one may not have loaded yet.
                    }
                }
            });
            await Task.WhenAll(writers.Append(restarts));
            await world.RestartAsync();
            for (var writer = 0; writer < 4; writer++)
            {
                var found = world.Store.Current.Find(Tables.Boats, new("Kobe", writer)).ShouldNotBeNull().Berth.ShouldNotBeNull();
                found.ShouldBeInRange(acknowledged[writer], asked[writer]);
            }
        });

    [Fact]
    public void A_full_disk_refuses_writers_and_readers_see_nothing_of_it_then_writing_goes_on() => RunnerTests.Run(
        3,
        (_, _) => ValueTask.FromResult(Next.Done),
        async world =>
        {
            await world.Store.Put(Given.Boat(1));
            world.Disk.IsFull = true;
            Task[] refused = [world.Store.Put(Given.Boat(2)), world.Store.Put(Given.Boat(3)), world.Store.Put(Given.Boat(4))];
            foreach (var one in refused)
                (await world.Throws<StoreUnavailableException>(() => one)).Message.ShouldContain("No space left on device");
            world.Store.Current.Count(Tables.Boats).ShouldBe(1);
            world.Disk.IsFull = false;
            await world.Store.Put(Given.Boat(5));
            world.Store.Current.All(Tables.Boats).Select(b => b.Key.Number).ShouldBe([1, 5]);
            await world.RestartAsync();
            world.Store.Current.All(Tables.Boats).Select(b => b.Key.Number).ShouldBe([1, 5]);
        });

    [Fact]
    public void An_answer_that_rests_on_a_write_under_way_waits_for_it() => RunnerTests.Run(
        3,
        (_, _) => ValueTask.FromResult(Next.Done),
        async world =>
        {
            world.Disk.IsFull = true;
            var write = world.Store.Put(Given.Boat(1));
            var repeat = world.Store.UpdateAsync(tx => tx.Find(Tables.Boats, new("Kobe", 1)), CancellationToken.None).AsTask();
            repeat.IsCompleted.ShouldBeFalse();
            await world.Throws<StoreUnavailableException>(() => write);
            await world.Throws<StoreUnavailableException>(() => repeat);
        });

    [Fact]
    public void A_failure_names_seed_and_virtual_time() =>
        Should.Throw<SimulationException>(() => World.Run(42, async world =>
        {
            await world.RunFor(TimeSpan.FromHours(3));
            false.ShouldBeTrue();
        })).Message.ShouldStartWith("Seed 42, at 03:00:00");

    [Fact]
    public void A_broken_invariant_ends_the_test_when_it_breaks() =>
        Should.Throw<SimulationException>(() => World.Run(1, async world =>
        {
            world.Always(() => world.Time.Elapsed < TimeSpan.FromMinutes(1));
            for (var i = 0; i < 100; i++) await world.RunFor(TimeSpan.FromSeconds(7));
        })).Message.ShouldStartWith("Seed 1, at 00:01:03");

    [Fact]
    public void Waiting_for_what_never_comes_fails_at_its_time_or_when_nothing_can_happen()
    {
        Should.Throw<SimulationException>(() => World.Run(1, world => world.Eventually(() => false, TimeSpan.FromMinutes(2))))
            .Message.ShouldContain("Not within 00:02:00: () => false");
        Should.Throw<SimulationException>(() => World.Run(1, _ => new TaskCompletionSource().Task))
            .Message.ShouldContain("Nothing can happen any more");
    }

    [Fact]
    public void Work_that_leaves_the_thread_is_found_out() =>
        Should.Throw<SimulationException>(() => World.Run(1, async _ => await Task.Run(() => SpinWait.SpinUntil(() => false, 50))))
            .Message.ShouldContain("does not replay");

    [Fact]
    public void Timers_fire_in_order_of_their_time()
    {
        var time = new SimTime();
        var fired = new List<int>();
        foreach (var second in new[] { 3, 1, 2, 1 })
            time.CreateTimer(_ => fired.Add(second), null, TimeSpan.FromSeconds(second), Timeout.InfiniteTimeSpan);
        using var periodic = time.CreateTimer(_ => fired.Add(0), null, TimeSpan.FromMilliseconds(900), TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(2.5));
        fired.ShouldBe([0, 1, 1, 0, 2]);
        time.GetUtcNow().ShouldBe(SimTime.Start.AddSeconds(2.5));
    }

    private static ulong Live(ulong seed)
    {
        var fingerprint = 0UL;
        RunnerTests.Run(
            seed,
            async (world, key) =>
            {
                world.History.Add("reconcile", key.ToString());
                await world.RunFor(TimeSpan.FromMilliseconds(world.Chance.Next(100)));
                if (world.Chance.Next(3) == 0) throw new FormatException("by chance");
                return Next.After(TimeSpan.FromSeconds(world.Chance.Next(10)));
            },
            async world =>
            {
                await world.Store.Put(Enumerable.Range(1, 20).Select(n => Given.Boat(n)));
                await world.Faults.RestartProcess(3, TimeSpan.FromMinutes(1));
                await world.RunFor(TimeSpan.FromMinutes(1));
                fingerprint = world.History.Fingerprint;
            });
        return fingerprint;
    }
}
