using System.Collections.Immutable;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using static Minato.Migration.Tests.Given;

namespace Minato.Migration.Tests;

/// <summary>A gate fails when it is shown, passes when the contrary is, and says so when it cannot tell.</summary>
public sealed class GateTests
{
    private static readonly Stage s_canary = new(StageKind.Weight, 10, TimeSpan.FromMinutes(10), false);

    [Theory]
    [InlineData(0.5, 0), InlineData(0.975, 1.959964), InlineData(0.999, 3.090232), InlineData(0.001, -3.090232), InlineData(0.99999, 4.264891)]
    public void Quantiles_are_those_of_the_tables(double p, double z) => Statistics.NormalQuantile(p).ShouldBe(z, 1e-5);

    [Theory]
    [InlineData(10, 10, 0.0009765625), InlineData(0, 5, 1), InlineData(7, 10, 0.171875), InlineData(3, 3, 0.125)]
    public void Coins_are_fair(int heads, int tosses, double chance) => Statistics.AtLeast(heads, tosses).ShouldBe(chance, 1e-12);

    // Newcombe 1998, table II, method 10: 56/70 and 48/80, 9/10 and 3/10, 5/56 and 0/29.
    [Theory]
    [InlineData(48, 80, 56, 70, 0.0524, 0.3339), InlineData(3, 10, 9, 10, 0.1705, 0.8090), InlineData(0, 29, 5, 56, -0.0381, 0.1926)]
    public void Differences_of_shares_are_those_of_the_literature(long first, long firstOf, long second, long secondOf, double lower, double upper)
    {
        var (l, u) = Statistics.Difference(first, firstOf, second, secondOf, 1.959964);
        l.ShouldBe(lower, 0.0002);
        u.ShouldBe(upper, 0.0002);
    }

    [Theory]
    [InlineData(10_000, 10, 1_500, 2, "Pass")]
    [InlineData(10_000, 10, 1_500, 150, "Fail")]
    [InlineData(10_000, 10, 200, 100, "Fail")]
    [InlineData(10_000, 10, 99, 99, "Unclear")] // Fewer than are needed, whatever they say.
    [InlineData(99, 0, 5_000, 0, "Unclear")] // Nothing to compare with.
    [InlineData(10_000, 10, 150, 0, "Unclear")] // None failed, and yet two in a hundred might.
    [InlineData(10_000, 500, 10_000, 500, "Pass")] // As bad as before is no worse.
    [InlineData(10_000, 10, 1_000, 20, "Unclear")] // Two points more: it might be chance, over ten looks.
    public void Error_rates_are_compared_as_far_as_their_numbers_carry(long old, long oldErrors, long @new, long newErrors, string verdict) =>
        Errors([Sample(0, Side(old, oldErrors), Side(@new, newErrors))]).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void A_verdict_names_its_numbers() => Errors([Sample(0, Side(1000), Side(500, 100)), Sample(1, Side(1000, 2), Side(500, 100))]).Words.ShouldStartWith(
        "200 of 1000 failed on the new side (20 %), 2 of 2000 on the old one (0.1 %) in the same minutes: worse by 1");

    [Fact]
    public void With_all_traffic_on_the_new_side_the_old_one_of_before_is_compared_and_that_is_said()
    {
        var judged = Errors([Sample(20, SideSample.None, Side(5000, 5))], [Sample(0, Side(5000, 5), SideSample.None)]);
        judged.Verdict.ShouldBe(Verdict.Pass);
        judged.Words.ShouldContain("earlier, when it had traffic");
    }

    [Fact]
    public void Looking_often_does_not_make_failures_of_chance()
    {
        var chance = new Random(7);
        var failures = 0;
        for (var run = 0; run < 400; run++)
        {
            var window = ImmutableArray<Sample>.Empty;
            for (var minute = 0; minute < 10; minute++)
            {
                window = window.Add(Sample(minute, Side(900, Draw(900)), Side(100, Draw(100))));
                if (Errors(window, margin: 0).Verdict is not Verdict.Fail) continue;
                failures++;
                break;
            }
        }

        failures.ShouldBeLessThan(16, "one in a hundred is what the confidence allows; both sides are equally bad here");

        long Draw(int of) => Enumerable.Range(0, of).Count(_ => chance.NextDouble() < 0.02);
    }

    [Theory]
    [InlineData(10, 10, "Fail")] // Slower in every one of ten minutes.
    [InlineData(10, 9, "Unclear")]
    [InlineData(10, 5, "Pass")]
    [InlineData(2, 2, "Unclear")]
    public void Latency_is_compared_minute_by_minute(int minutes, int slower, string verdict) => Latency(
        [.. Enumerable.Range(0, minutes).Select(m => Sample(m, Side(100, 0, 100), Side(100, 0, m < slower ? 150 : 100)))]).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void A_little_slower_in_milliseconds_is_not_slower() => Latency(
        [.. Enumerable.Range(0, 10).Select(m => Sample(m, Side(100, 0, 4), Side(100, 0, 8)))], new(AtLeast: TimeSpan.FromMilliseconds(20))).Verdict.ShouldBe(Verdict.Pass);

    [Theory]
    [InlineData(3, "Fail"), InlineData(2, "Unclear")]
    public void A_bound_of_its_own_fails_after_three_periods_above_it(int above, string verdict) => Latency(
        [.. Enumerable.Range(0, above).Select(m => Sample(m, Side(100, 0, 3000), Side(100, 0, 3000)))], new(AtMost: TimeSpan.FromSeconds(2))).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void Minutes_with_few_requests_do_not_count() => Latency([.. Enumerable.Range(0, 10).Select(m => Sample(m, Side(100, 0, 10), Side(19, 0, 900)))]).Verdict.ShouldBe(Verdict.Unclear);

    [Theory]
    [InlineData("OK", "Pass"), InlineData("INSUFFICIENT_DATA", "Pass"), InlineData("ALARM", "Fail"), InlineData(null, "Unclear")]
    public void Alarms_speak_for_themselves(string? state, string verdict)
    {
        var plan = Plan("gates: { alarms: [web-5xx] }");
        GateJudge.Judge(plan, plan.Stages[0], new() { Alarms = ImmutableSortedDictionary<string, string?>.Empty.Add("web-5xx", state) }).ShouldHaveSingleItem().Verdict.ToString().ShouldBe(verdict);
    }

    [Theory]
    [InlineData(3, "Pass"), InlineData(0, "Fail"), InlineData(null, "Unclear")]
    public void A_new_side_without_a_healthy_target_fails(int? healthy, string verdict) =>
        GateJudge.Judge(Plan(), s_canary, new() { HealthyNew = healthy }).Single(j => j.Gate == "health").Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void Numbers_that_are_shown_are_those_of_now_though_a_verdict_is_written_down_when_it_changes()
    {
        var plan = Plan();
        var state = State([.. Inside(plan, 2), new Judged(new("errors", Verdict.Unclear, "the new side had 0 requests, of 100 that are needed")), new Judged(new("health", Verdict.Pass, "the new side has 2 healthy targets")), new Sampled(Sample(1, Side(900), Side(60)))]);
        GateJudge.Refresh(plan, state).Select(g => g.Words).ShouldBe(["the new side had 60 requests, of 100 that are needed", "the new side has 2 healthy targets"]);
    }

    private static Judgement Errors(ImmutableArray<Sample> window, ImmutableArray<Sample> before = default, double margin = 1) => GateJudge.Judge(
        Plan() with { Gates = new() { Errors = new(margin) } }, s_canary, new() { Window = window, Before = before.IsDefault ? [] : before }).Single(j => j.Gate == "errors");

    private static Judgement Latency(ImmutableArray<Sample> window, LatencyGate? gate = null) => GateJudge.Judge(
        Plan() with { Gates = new() { Latency = gate ?? new() } }, s_canary, new() { Window = window }).Single(j => j.Gate == "latency");
}
