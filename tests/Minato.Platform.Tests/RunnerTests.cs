using Microsoft.Extensions.DependencyInjection;
using Minato.Testing;

namespace Minato.Platform.Tests;

/// <summary>The reconciler runner, in simulated worlds.</summary>
public sealed class RunnerTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    [Theory, Seeds(1, 20)]
    public void A_key_is_with_one_worker_at_a_time_and_no_change_is_missed(ulong seed)
    {
        var seen = new Dictionary<BoatKey, Boat?>();
        var running = new HashSet<BoatKey>();
        Run(
            seed,
            async (world, key) =>
            {
                running.Add(key).ShouldBeTrue($"{key} is with two workers");
                var boat = world.Store.Current.Find(Tables.Boats, key);
                await world.RunFor(TimeSpan.FromMilliseconds(world.Chance.Next(200)));
                seen[key] = boat;
                running.Remove(key);
                return Next.Done;
            },
            async world =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await world.Store.Put(Given.Boat(world.Chance.Next(5), owner: $"owner {i}"));
                    await world.RunFor(TimeSpan.FromMilliseconds(world.Chance.Next(50)));
                }

                await world.Eventually(
                    () => world.Store.Current.All(Tables.Boats).All(b => ReferenceEquals(seen.GetValueOrDefault(b.Key), b)), s_soon);
            });
    }

    [Fact]
    public void A_key_that_fails_backs_off_alone_and_doubling()
    {
        var failures = new List<TimeSpan>();
        var wellRuns = 0;
        Run(
            7,
            (world, key) =>
            {
                if (key.Number == 1)
                {
                    failures.Add(world.Time.Elapsed);
                    throw new FormatException("bad");
                }

                wellRuns++;
                return ValueTask.FromResult(Next.After(TimeSpan.FromMilliseconds(100)));
            },
            async world =>
            {
                await world.Store.Put(Given.Boat(1), Given.Boat(2));
                await world.RunFor(TimeSpan.FromMinutes(5));
            });
        var gaps = failures.Zip(failures.Skip(1), (a, b) => b - a).ToList();
        gaps[0].TotalMilliseconds.ShouldBeInRange(75, 100);
        gaps[3].TotalMilliseconds.ShouldBeInRange(600, 801);
        gaps[^1].TotalSeconds.ShouldBeInRange(22.5, 30);
        failures.Count.ShouldBeInRange(15, 25);
        wellRuns.ShouldBeInRange(2900, 3001);
    }

    [Fact]
    public void A_change_runs_a_failing_key_one_step_later_and_not_at_once()
    {
        var runs = new List<TimeSpan>();
        Run(
            1,
            (world, key) =>
            {
                runs.Add(world.Time.Elapsed);
                throw new FormatException("bad");
            },
            async world =>
            {
                await world.Store.Put(Given.Boat(1));
                await world.RunFor(TimeSpan.FromMinutes(2));
                var changed = world.Time.Elapsed;
                await world.Store.Put(Given.Boat(1, owner: "Aki"));
                var before = runs.Count;
                await world.Eventually(() => runs.Count > before, s_soon);
                (runs[^1] - changed).TotalMilliseconds.ShouldBeInRange(100, 110);
            });
    }

    [Fact]
    public void A_key_runs_again_exactly_when_it_asked_and_earlier_when_something_changes()
    {
        var runs = new List<TimeSpan>();
        Run(
            1,
            (world, key) =>
            {
                runs.Add(world.Time.Elapsed);
                return ValueTask.FromResult(Next.At(SimTime.Start + TimeSpan.FromHours(runs.Count)));
            },
            async world =>
            {
                await world.Store.Put(Given.Boat(1));
                await world.RunFor(TimeSpan.FromMinutes(61));
                runs.Count.ShouldBe(2);
                runs[1].ShouldBe(TimeSpan.FromHours(1));
                await world.Store.Put(Given.Boat(1, owner: "Aki"));
                await world.Eventually(() => runs.Count == 3, s_soon);
                await world.RunFor(TimeSpan.FromMinutes(118));
                runs.Count.ShouldBe(3, "the time it asked for before the change no longer counts");
                await world.Eventually(() => runs.Count == 4, TimeSpan.FromMinutes(3));
                runs[3].ShouldBe(TimeSpan.FromHours(3));
            });
    }

    [Fact]
    public void A_wake_up_from_outside_outlives_runs_that_come_before_it()
    {
        var runs = new List<TimeSpan>();
        Run(
            1,
            (world, key) =>
            {
                runs.Add(world.Time.Elapsed);
                return ValueTask.FromResult(Next.Done);
            },
            async world =>
            {
                world.Client<IWorkQueue<BoatKey>>().EnqueueAt(new("Kobe", 1), SimTime.Start + TimeSpan.FromMinutes(10));
                await world.Store.Put(Given.Boat(1));
                await world.RunFor(TimeSpan.FromMinutes(20));
            });
        runs.Count.ShouldBe(2);
        runs[1].ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void A_restart_runs_every_key()
    {
        var runs = new List<BoatKey>();
        Run(
            1,
            (_, key) =>
            {
                runs.Add(key);
                return ValueTask.FromResult(Next.Done);
            },
            async world =>
            {
                await world.Store.Put(Enumerable.Range(1, 50).Select(n => Given.Boat(n)));
                await world.Eventually(() => runs.Count == 50, s_soon);
                await world.RestartAsync();
                await world.Eventually(() => runs.Count == 100, s_soon);
                runs.Skip(50).Select(k => k.Number).ShouldBe(Enumerable.Range(1, 50));
            });
    }

    [Fact]
    public void A_stale_record_brings_the_key_back_at_once()
    {
        var tries = 0;
        Run(
            1,
            async (world, key) =>
            {
                tries++;
                var seen = world.Store.Current.Find(Tables.Boats, key);
                if (tries == 1) await world.Store.Put(Given.Boat(1, owner: "somebody else"));
                await world.Store.UpdateAsync(tx => tx.Expect(Tables.Boats, key, seen), CancellationToken.None);
                tries += 100;
                return Next.Done;
            },
            async world =>
            {
                await world.Store.Put(Given.Boat(1));
                await world.Eventually(() => tries >= 102, TimeSpan.FromMilliseconds(20));
            });
    }

    [Fact]
    public void A_run_that_takes_longer_than_its_deadline_is_cancelled_and_backs_off()
    {
        var runs = new List<TimeSpan>();
        World.Run(
            1,
            async world =>
            {
                await world.Store.Put(Given.Boat(1));
                await world.Eventually(() => runs.Count == 2, TimeSpan.FromMinutes(1));
                (runs[1] - runs[0]).TotalSeconds.ShouldBeInRange(30.07, 30.11);
            },
            (world, services) => services.AddTable(Tables.Boats).AddSingleton(new BoatWork(async (_, ct) =>
            {
                runs.Add(world.Time.Elapsed);
                await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, ct);
                return Next.Done;
            })).AddReconciler<BoatReconciler, BoatKey>(o =>
            {
                o.Deadline = TimeSpan.FromSeconds(30);
                o.On(Tables.Boats, b => [b.Key]);
            }));
    }

    [Fact]
    public void A_reconciler_is_made_with_its_first_key()
    {
        var made = 0;
        World.Run(
            1,
            async world =>
            {
                await world.RunFor(TimeSpan.FromMinutes(1));
                made.ShouldBe(0);
                await world.Store.Put(Given.Boat(1));
                await world.Eventually(() => made == 1, TimeSpan.FromSeconds(1));
            },
            (_, services) => services.AddTable(Tables.Boats)
                .AddSingleton(_ =>
                {
                    made++;
                    return new BoatWork((_, _) => ValueTask.FromResult(Next.Done));
                })
                .AddReconciler<BoatReconciler, BoatKey>(o => o.On(Tables.Boats, b => [b.Key])));
    }

    [Fact]
    public void A_room_service_that_throws_is_started_again()
    {
        World.Run(
            1,
            async world =>
            {
                var service = world.Client<Flaky>();
                await world.Eventually(() => service.Starts == 4, TimeSpan.FromSeconds(1));
                world.Time.Elapsed.TotalMilliseconds.ShouldBeInRange(525, 710);
                await world.RunFor(TimeSpan.FromHours(1));
                service.Starts.ShouldBe(4);
            },
            services => services.AddRoomService<Flaky>());
    }

    internal static void Run(ulong seed, Func<World, BoatKey, ValueTask<Next>> reconcile, Func<World, Task> test) => World.Run(
        seed,
        test,
        (world, services) => services.AddTable(Tables.Boats).AddTable(Tables.Notes)
            .AddSingleton(new BoatWork((key, _) => reconcile(world, key)))
            .AddReconciler<BoatReconciler, BoatKey>(o =>
            {
                o.Name = "test.boat";
                o.Workers = 4;
                o.On(Tables.Boats, b => [b.Key]);
            }));

    internal sealed record BoatWork(Func<BoatKey, CancellationToken, ValueTask<Next>> Reconcile);

    internal sealed class BoatReconciler(BoatWork work) : IReconciler<BoatKey>
    {
        public ValueTask<Next> ReconcileAsync(BoatKey key, CancellationToken ct) => work.Reconcile(key, ct);
    }

    private sealed class Flaky : IRoomService
    {
        public int Starts { get; private set; }

        public async Task RunAsync(CancellationToken ct)
        {
            if (++Starts < 4) throw new IOException("away");
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }
    }
}
