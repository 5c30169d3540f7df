namespace Minato.Testing;

/// <summary>Bad luck on order. Each simulated part adds its own in a partial file beside it.</summary>
public sealed partial class Faults
{
    private readonly World _world;

    internal Faults(World world) => _world = world;

    /// <summary>Kills and restarts the process at random moments, a number of times, and returns after the last start.</summary>
    public async Task RestartProcess(int times, TimeSpan within, TimeSpan away = default)
    {
        foreach (var wait in Moments(times, within))
        {
            await _world.RunFor(wait);
            await _world.RestartAsync(away);
        }
    }

    /// <summary>The disk is full for a while.</summary>
    public async Task FillDisk(TimeSpan lasting)
    {
        _world.Disk.IsFull = true;
        await _world.RunFor(lasting);
        _world.Disk.IsFull = false;
    }

    /// <summary>Waits between random moments of a span.</summary>
    public IEnumerable<TimeSpan> Moments(int times, TimeSpan within)
    {
        var last = TimeSpan.Zero;
        foreach (var at in Enumerable.Range(0, times).Select(_ => within * _world.Chance.NextDouble()).Order().ToList())
        {
            yield return at - last;
            last = at;
        }
    }
}
