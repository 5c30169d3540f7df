using System.Text;
using Minato.Ecs.Planning.Tasks;

namespace Minato.Ecs.Tests.Planning;

/// <summary>Lines that belong together become one event.</summary>
public sealed class LogEventsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static string[] Join(Dictionary<string, string> options, params string[] lines)
    {
        var (start, problem) = LogEvents.Read(options);
        problem.ShouldBeNull();
        var events = new LogEvents(start.ShouldNotBeNull());
        var joined = new List<JoinedEvent?>();
        for (var i = 0; i < lines.Length; i++) joined.Add(events.Add(Noon.AddSeconds(i), Encoding.UTF8.GetBytes(lines[i])));
        joined.Add(events.Take());
        return [.. joined.OfType<JoinedEvent>().Select(e => $"{(e.Time - Noon).TotalSeconds}-{(e.LastTime - Noon).TotalSeconds} {Encoding.UTF8.GetString(e.Text)}")];
    }

    [Fact]
    public void A_pattern_starts_an_event() => Join(new() { ["awslogs-multiline-pattern"] = "^INFO" }, "INFO a", " at x", " at y", "INFO b")
        .ShouldBe(["0-2 INFO a\n at x\n at y", "3-3 INFO b"]);

    [Fact]
    public void A_date_starts_an_event() => Join(new() { ["awslogs-datetime-format"] = "[%b %d, %Y %H:%M:%S]" },
        "[May 01, 2026 19:00:01] one", "more", "[May 01, 2026 19:00:04] two").ShouldBe(["0-1 [May 01, 2026 19:00:01] one\nmore", "2-2 [May 01, 2026 19:00:04] two"]);

    [Fact]
    public void An_event_that_grows_too_long_is_cut()
    {
        var line = new string('x', 200 * 1024);
        Join(new() { ["awslogs-multiline-pattern"] = "^INFO" }, "INFO", line, line).Length.ShouldBe(2);
    }

    [Fact]
    public void Two_ways_to_say_it_are_one_too_many()
    {
        LogEvents.Read(new Dictionary<string, string> { ["awslogs-multiline-pattern"] = "a", ["awslogs-datetime-format"] = "%Y" }).Problem
            .ShouldBe("you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time");
        LogEvents.Read(new Dictionary<string, string> { ["awslogs-multiline-pattern"] = "(" }).Problem.ShouldNotBeNull().ShouldStartWith("awslogs could not parse multiline pattern");
        LogEvents.Read(new Dictionary<string, string>()).ShouldBe((null, null));
    }
}
