using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

public sealed class ScaleInTests
{
    [Fact]
    public void Without_a_strategy_zones_and_then_instances_are_kept_even() =>
        Choose([], 3, "a1", "a1", "a2", "b3", "b4").ShouldBe(["a1", "b4", "a2"]);

    [Fact]
    public void A_packed_service_empties_the_instance_with_the_most_left() => // a1 has 100 left, a2 has 500, b3 300
        Choose([new() { Type = PlacementStrategyType.Binpack, Field = "memory" }], 3, "a1:100", "a1:100", "a2:500", "a2:500", "b3:300").ShouldBe(["a2", "a2", "b3"]);

    [Fact]
    public void Of_several_strategies_the_first_counts_first() => Choose(
    [
        new() { Type = PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" }, new() { Type = PlacementStrategyType.Binpack, Field = "cpu" },
    ], 2, "a1:100", "a1:100", "a2:200", "b3:900").ShouldBe(["a2", "a1"]);

    /// <param name="tasks">Zone and instance, and how much is left there; the oldest first.</param>
    private static string[] Choose(ImmutableArray<PlacementStrategy> strategies, int count, params string[] tasks)
    {
        var all = tasks.Select((t, i) =>
        {
            var (place, left) = (t.Split(':')[0], int.Parse(t.Split(':').ElementAtOrDefault(1) ?? "0", null));
            return new JudgedTask(Given.Task(1, 'H', i) with { Zone = place[..1], Instance = place, Room = new(50, left, 50, left) }, TaskVerdict.Healthy);
        }).ToArray();
        return [.. ScaleIn.Choose(all, count, strategies).Select(t => t.Task.Instance ?? "")];
    }
}
