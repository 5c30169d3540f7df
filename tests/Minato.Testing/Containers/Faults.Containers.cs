using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Testing;

public sealed partial class Faults
{
    /// <summary>What can be done to the machine's containers and their engine at once.</summary>
    public SimContainerFaults Containers => _world.Host.Faults;

    /// <summary>Kills running containers, one at each of some random moments.</summary>
    public async Task KillContainers(int times, TimeSpan within, Func<SimContainerInfo, bool>? which = null)
    {
        foreach (var wait in Moments(times, within))
        {
            await _world.RunFor(wait);
            var alive = _world.Host.Containers.Where(c => c.Phase is ContainerPhase.Running && which?.Invoke(c) != false).ToList();
            if (alive.Count > 0) Containers.Kill(alive[_world.Chance.Next(alive.Count)].Id);
        }
    }

    /// <summary>Takes the engine away at random moments; containers go on, unless they die with it.</summary>
    public async Task TakeEngineAway(int times, TimeSpan within, TimeSpan lasting, bool containersDie = false)
    {
        foreach (var wait in Moments(times, within))
        {
            await _world.RunFor(wait);
            Containers.EngineAway(lasting, containersDie);
        }
    }
}
