using Minato.Engines.Simulated;

namespace Minato.Platform.Tests;

public sealed class SteadyTimeTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly SimTime _wall = new();
    private readonly SimProcessTime _wallOfProcess;
    private readonly SteadyTime _steady;

    public SteadyTimeTests()
    {
        _wallOfProcess = new(_wall, new(new(_wall)));
        _steady = new(_wallOfProcess);
    }

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

    [Theory]
    [InlineData(0), InlineData(50)] // Minutes before the clock is set back.
    public void A_restart_while_it_is_behind_goes_on_where_the_process_before_was(int minutes)
    {
        var note = _steady.Note();
        _wall.Advance(s_minute * minutes);
        _steady.GetUtcNow();
        _wall.SetClock(-TimeSpan.FromHours(1));
        _steady.GetUtcNow();
        _wall.Advance(s_minute * 10);
        var before = _steady.GetUtcNow();
        var next = new SteadyTime(_wallOfProcess, note);
        next.GetUtcNow().ShouldBeGreaterThanOrEqualTo(before);
        (next.GetUtcNow() - before).ShouldBeLessThanOrEqualTo(s_minute, "what it lost by its slower pace, and no more");
    }

    [Fact]
    public void The_time_away_counts_as_well()
    {
        _wall.SetClock(-TimeSpan.FromHours(1));
        var (note, before) = (_steady.Note(), _steady.GetUtcNow());
        _wall.Advance(s_minute * 10);
        new SteadyTime(_wallOfProcess, note).GetUtcNow().ShouldBe(before + (s_minute * 10));
    }

    [Fact]
    public void After_a_start_of_the_machine_it_is_not_before_the_note()
    {
        var note = _steady.Note() with { Boot = "before", Stamp = long.MaxValue };
        _wall.SetClock(-TimeSpan.FromHours(1));
        new SteadyTime(_wallOfProcess, note, "now").GetUtcNow().ShouldBe(note.Time);
    }

    [Fact]
    public void A_clock_that_is_right_is_followed_whatever_was_noted()
    {
        var note = _steady.Note();
        _wall.Advance(s_minute);
        new SteadyTime(_wallOfProcess, note).Ahead.ShouldBe(TimeSpan.Zero);
        new SteadyTime(_wallOfProcess, note with { Stamp = note.Stamp + TimeSpan.FromDays(1).Ticks }).Ahead.ShouldBe(TimeSpan.Zero, "a stamp of the future is of another start");
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
