using System.Text.Json.Nodes;
using Minato.AutoScaling.Planning;

namespace Minato.AutoScaling.Tests;

public sealed class RollingUpdateTests
{
    private static RollingUpdate Of(string policy) => RollingUpdate.Of(JsonNode.Parse(policy) as JsonObject) ?? throw new InvalidOperationException("There is none.");

    [Fact]
    public void A_policy_without_numbers_replaces_one_at_a_time() => Of("""{"AutoScalingRollingUpdate":{}}""").ShouldBe(new RollingUpdate(1, 0, TimeSpan.Zero));

    [Fact]
    public void Numbers_may_be_texts() => Of("""{"AutoScalingRollingUpdate":{"MaxBatchSize":"3","MinInstancesInService":2,"PauseTime":"PT5M"}}""")
        .ShouldBe(new RollingUpdate(3, 2, TimeSpan.FromMinutes(5)));

    [Fact]
    public void Who_waits_for_signals_waits_five_minutes_unless_told() => Of("""{"AutoScalingRollingUpdate":{"WaitOnResourceSignals":"true","MinSuccessfulInstancesPercent":75}}""")
        .ShouldBe(new RollingUpdate(1, 0, TimeSpan.FromMinutes(5), true, 75));

    [Theory]
    [InlineData("+", 0, false, "ready 0")] // All said that they work.
    [InlineData("+?", 0, false, "waits 0")]
    [InlineData("+", 1, false, "waits 0")] // Another is to come.
    [InlineData("+-", 0, false, "ready 1")]
    [InlineData("--", 0, false, "hopeless 2")]
    [InlineData("+-?", 0, false, "waits 1")]
    [InlineData("+-?", 0, true, "hopeless 2")] // Silence is failure in the end.
    [InlineData("+", 2, true, "hopeless 2")]
    public void A_batch_is_ready_when_all_of_it_have_spoken(string made, int coming, bool isLate, string expected)
    {
        var signals = made.Select((c, i) => (Id: $"{i}", Sign: c)).Where(m => m.Sign != '?').ToDictionary(m => m.Id, m => m.Sign == '+');
        var state = new RollingUpdate(2, 2, TimeSpan.FromMinutes(5), true, 75).StateOf([.. made.Select((_, i) => $"{i}")], coming, signals, desired: 4, isLate);
        $"{(state.IsHopeless ? "hopeless" : state.IsReady ? "ready" : "waits")} {state.Failures}".ShouldBe(expected);
    }

    [Fact]
    public void How_far_it_is_is_kept_in_a_note()
    {
        var begun = new RollingProgress(null, 4);
        RollingProgress.Read(begun.Write()).ShouldBe(begun);
        var rolling = begun with { Last = DateTimeOffset.UnixEpoch.AddHours(1) };
        RollingProgress.Read(rolling.Write()).ShouldBe(rolling);
        var again = rolling with { There = "i-1,i-2" };
        RollingProgress.Read(again.Write()).ShouldBe(again);
        (again.WasThere("i-2"), again.WasThere("i-3"), begun.WasThere("i-1")).ShouldBe((true, false, false));
        RollingProgress.Read(null).ShouldBeNull();
    }

    [Fact]
    public void Other_policies_roll_nothing() => RollingUpdate.Of(new() { ["AutoScalingReplacingUpdate"] = new JsonObject { ["WillReplace"] = true } }).ShouldBeNull();

    [Theory]
    [InlineData(4, 4, 4, 2)] // A whole batch.
    [InlineData(1, 4, 4, 1)] // What is left.
    [InlineData(4, 3, 4, 0)] // The last batch is not made up for.
    [InlineData(0, 4, 4, 0)]
    public void A_batch_goes_when_the_one_before_is_made_up_for(int old, int inService, int desired, int batch) =>
        new RollingUpdate(2, 1, TimeSpan.Zero).BatchOf(old, inService, desired).ShouldBe(batch);

    [Fact]
    public void So_many_as_must_stay_in_service_stay() => new RollingUpdate(3, 3, TimeSpan.Zero).BatchOf(4, 4, 4).ShouldBe(1);

    [Fact]
    public void Where_all_must_stay_in_service_there_are_more_for_a_while()
    {
        new RollingUpdate(2, 4, TimeSpan.Zero).CapacityFor(desired: 4, most: 10).ShouldBe(6);
        new RollingUpdate(2, 4, TimeSpan.Zero).CapacityFor(desired: 4, most: 5).ShouldBe(5);
        new RollingUpdate(2, 3, TimeSpan.Zero).CapacityFor(desired: 4, most: 10).ShouldBe(4);
    }
}
