using System.Text;
using Minato.Ecs.Planning.Tasks;

namespace Minato.Ecs.Tests.Planning;

/// <summary>Lines become requests within the limits of PutLogEvents.</summary>
public sealed class LogPackerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_line_beyond_256_KiB_is_cut_and_nothing_of_it_is_lost()
    {
        var text = string.Concat(Enumerable.Repeat("aä€", 200_000)); // 1.2 MB with characters of one, two and three bytes.
        var packer = new LogPacker();
        packer.Add(s_noon, Encoding.UTF8.GetBytes(text));
        var packs = Packs(packer);
        var events = packs.SelectMany(p => p.Events).ToArray();
        string.Concat(events.Select(e => e.Message)).ShouldBe(text);
        events.All(e => Encoding.UTF8.GetByteCount(e.Message) + 26 <= 256 * 1024).ShouldBeTrue();
        packs.All(p => p.Events.Sum(e => Encoding.UTF8.GetByteCount(e.Message) + 26) <= 1024 * 1024).ShouldBeTrue();
        packs[^1].Last.ShouldBe(s_noon);
        packs[..^1].All(p => p.Last is null).ShouldBeTrue(); // The line is not acknowledged before its end is.
    }

    [Fact]
    public void A_request_has_at_most_10000_events()
    {
        var packer = new LogPacker();
        for (var i = 0; i < 25_000; i++) packer.Add(s_noon.AddMilliseconds(i), "x"u8);
        Packs(packer).Select(p => p.Events.Length).ShouldBe([10_000, 10_000, 5_000]);
    }

    [Fact]
    public void A_request_spans_less_than_a_day_and_is_in_order()
    {
        var packer = new LogPacker();
        packer.Add(s_noon.AddMilliseconds(5), "second"u8);
        packer.Add(s_noon, "first"u8);
        packer.Add(s_noon.AddHours(25), "third"u8);
        var packs = Packs(packer);
        packs.Length.ShouldBe(2);
        packs[0].Events.Select(e => e.Message).ShouldBe(["first", "second"]);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_count_as_what_goes_in_their_place()
    {
        var packer = new LogPacker();
        for (var i = 0; i < 8; i++) packer.Add(s_noon, Enumerable.Repeat((byte)0xE9, 200 * 1024).ToArray()); // é in Latin-1.
        var packs = Packs(packer);
        packs.SelectMany(p => p.Events).Sum(e => e.Message.Length).ShouldBe(8 * 200 * 1024);
        packs.SelectMany(p => p.Events).ShouldAllBe(e => Encoding.UTF8.GetByteCount(e.Message) + 26 <= 256 * 1024);
        packs.ShouldAllBe(p => p.Events.Sum(e => Encoding.UTF8.GetByteCount(e.Message) + 26) <= 1024 * 1024);
    }

    [Fact]
    public void Empty_lines_are_left_out()
    {
        var packer = new LogPacker();
        packer.Add(s_noon, []);
        packer.Take().ShouldBeNull();
    }

    private static LogPack[] Packs(LogPacker packer)
    {
        var packs = new List<LogPack>();
        while (packer.Take() is { } pack) packs.Add(pack);
        return [.. packs];
    }
}
