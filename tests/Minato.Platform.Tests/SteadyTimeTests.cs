using Minato.Engines.Simulated;

namespace Minato.Platform.Tests;

public sealed class SteadyTimeTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly SimTime _wall = new();
    private readonly SteadyTime _steady;

    public SteadyTimeTests() => _steady = new(new SimProcessTime(_wall, new(new(_wall))));

    private TimeSpan Ahead => _steady.GetUtcNow() - _wall.MachineClock;

    [Fact]
    public void It_shows_the_time_of_the_machine()
    {
        _wall.Advance(s_minute);
        Ahead.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void It_follows_a_clock_that_is_set_forward()
    {
        _wall.SetClock(TimeSpan.FromDays(3));
        Ahead.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void It_never_moves_back_and_goes_on_while_the_machine_catches_up()
    {
        var before = _steady.GetUtcNow();
        _wall.SetClock(-s_minute);
        _steady.GetUtcNow().ShouldBe(before);
        _wall.Advance(s_minute);
        (_steady.GetUtcNow() - before).ShouldBe(s_minute * 0.9);
        for (var i = 0; i < 9; i++)
        {
            _wall.Advance(s_minute);
            _steady.GetUtcNow();
        }
        Ahead.ShouldBe(TimeSpan.Zero);
    }
}
