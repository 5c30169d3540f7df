using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: whatever happens during a deployment, it stays within its percentages, ends, and is recorded once. Method: safety
/// (<see cref="ServiceInvariants"/>) after every step while things go wrong, liveness once they stop.
/// </summary>
public sealed class EngineTroubleStories
{
    [Theory, Seeds(1, 200)]
    public void A_rolling_update_survives_killed_containers(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        await story.Services.RollAsync(ServiceWorld.Better);
        await story.KillContainersAsync(story.Between(1, 5), within: 30);
        await story.EndAsync();
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 200)]
    public void A_rolling_update_survives_slow_pulls_and_an_engine_that_goes_away(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        var faults = story.Services.Host.Faults;
        faults.PullSlowness = story.Between(1, 30);
        await story.Services.RollAsync(ServiceWorld.Better);
        await story.WaitAsync(20);
        if (story.OneIn(3)) faults.DiskFull = true;
        faults.EngineAway(story.Within(40), containersDie: story.OneIn(3));
        await story.WaitAsync(60);
        faults.DiskFull = false;
        faults.PullSlowness = 1;
        await story.EndAsync();
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 40)]
    public void A_rolling_update_survives_a_clock_that_is_set_back_and_forth(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        var world = story.Services.World;
        await story.Services.RollAsync(ServiceWorld.Better);
        // A crash may forget that the clock was set forward a moment ago.
        var (crashes, forward) = story.OneIn(2) ? (true, 0) : (false, 30);
        for (var jumps = story.Between(1, 4); jumps > 0; jumps--)
        {
            await story.WaitAsync(15);
            world.Time.SetClock(TimeSpan.FromMinutes(story.Between(-30, forward)));
            if (crashes) await world.RestartAsync(story.Within(5));
            if (story.OneIn(3)) await story.KillContainersAsync(1, within: 5);
        }

        var before = world.Time.Elapsed;
        await story.EndAsync();
        (world.Time.Elapsed - before).ShouldBeLessThan(TimeSpan.FromMinutes(15), "no wait grows by what the clock was set back");
        var events = (await story.Services.DescribeAsync()).Events ?? [];
        events.ShouldContain(e => (e.Message ?? "").EndsWith("has reached a steady state.", StringComparison.Ordinal));
        await story.DeleteAsync();
    });
}
