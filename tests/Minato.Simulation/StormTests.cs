using Minato.Platform;
using Minato.Testing;

namespace Minato.Simulation;

/// <summary>
/// Goal: whatever happens, no slot is ever held twice, and when it stops happening the service is what was last asked for: nothing
/// missing, nothing left over. Method: minutes of kills, crashes, full disks, absent engines, clocks set back and forth, and changes of mind, by seed.
/// </summary>
public sealed class StormTests
{
    private static readonly TimeSpan s_calm = TimeSpan.FromMinutes(90); // Longer than the longest back-off of a service, and what a storm may set the clock back.

    [Theory, Seeds(1, 30)]
    public void A_service_comes_through_any_storm(ulong seed) => Harbour.Run(seed, async harbour =>
    {
        await harbour.OpenAsync();
        var (desired, version) = await WeatherAsync(harbour, 25);
        await harbour.CalmAsync(desired, version, s_calm);
    });

    [Fact]
    public void A_storm_repeats_itself_from_its_seed()
    {
        var fingerprints = new HashSet<ulong>();
        for (var run = 0; run < 2; run++)
        {
            Harbour.Run(11, async harbour =>
            {
                await harbour.OpenAsync();
                await WeatherAsync(harbour, 15);
                fingerprints.Add(harbour.World.History.Fingerprint);
            });
        }

        fingerprints.Count.ShouldBe(1);
    }

    [Theory, Seeds(1, 5)]
    public void A_reset_leaves_nothing(ulong seed) => Harbour.Run(seed, async harbour =>
    {
        await harbour.OpenAsync();
        await harbour.RollAsync(2);
        await harbour.World.RunFor(TimeSpan.FromSeconds(harbour.World.Chance.Next(30)));
        await harbour.World.Client<PlatformHost>().ResetAsync(CancellationToken.None);
        await harbour.World.Eventually(
            () => harbour.World.Host.Containers.Count == 0 && harbour.World.Proxy.Serving.Listeners.Length == 0, TimeSpan.FromMinutes(1));
        await harbour.World.RunFor(TimeSpan.FromMinutes(5));
        harbour.World.Host.Containers.ShouldBeEmpty();
        await harbour.OpenAsync(); // And everything can be made again.
    });

    private static async Task<(int Desired, int Version)> WeatherAsync(Harbour harbour, int events)
    {
        var (world, desired, version) = (harbour.World, 3, 1);
        for (var i = 0; i < events; i++)
        {
            await world.RunFor(TimeSpan.FromSeconds(20) * world.Chance.NextDouble());
            switch (world.Chance.Next(13))
            {
                case 0 or 1: Strike(harbour, id => world.Host.Faults.Kill(id)); break;
                case 2: await world.RestartAsync(TimeSpan.FromSeconds(world.Chance.Next(5))); break;
                case 3: world.Proxy.Die(); break;
                case 4: await world.Faults.FillDisk(TimeSpan.FromSeconds(world.Chance.Next(10))); break;
                case 5: world.Host.Faults.EngineAway(TimeSpan.FromSeconds(world.Chance.Next(20)), containersDie: world.Chance.Next(2) == 0); break;
                case 6: await InsistAsync(world, () => harbour.RollAsync(version = 1 + world.Chance.Next(5))); break;
                case 7: await InsistAsync(world, () => harbour.ScaleAsync(desired = 1 + world.Chance.Next(6))); break;
                case 8: world.Host.Faults.KillAll(); break;
                case 9: Strike(harbour, id => world.Host.Faults.Remove(id)); break;
                case 10: Strike(harbour, id => world.Host.Faults.BeWell(id, false)); break;
                case 11: world.Time.SetClock(TimeSpan.FromMinutes(world.Chance.Next(60) - 20)); break;
                default: world.Host.Faults.PullSlowness = 1 + world.Chance.Next(10); break;
            }
        }

        return (desired, version);
    }

    private static void Strike(Harbour harbour, Action<string> container)
    {
        if (harbour.Live() is { Length: > 0 } live) container(live[harbour.World.Chance.Next(live.Length)].Id);
    }

    // What an SDK does with an answer that says nothing happened.
    private static async Task InsistAsync(World world, Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreUnavailableException)
            {
                await world.RunFor(TimeSpan.FromSeconds(1));
            }
        }
    }
}
