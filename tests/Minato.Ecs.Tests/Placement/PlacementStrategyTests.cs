using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Testing;

namespace Minato.Ecs.Tests.Placement;

/// <summary>Which of the fitting instances is taken.</summary>
public sealed class PlacementStrategyTests
{
    private static string Counts(SortedDictionary<string, int> placed) => string.Join(' ', placed.Select(p => $"{p.Key}:{p.Value}"));

    [Fact]
    public void Spread_over_instances_takes_the_one_with_fewest_tasks_of_the_service() =>
        Counts(Given.Task(cpu: 1, memory: 1, strategies: Given.Spread("instanceId")).Place(5,
            Given.Instance("a").With(2), Given.Instance("b").With(9, group: "service:other"), Given.Instance("c").With(1)))
            .ShouldBe("a:1 b:2 c:2");

    [Fact]
    public void Host_is_another_name_of_instanceId() =>
        Counts(Given.Task(strategies: Given.Spread("host")).Place(4, Given.Instance("a"), Given.Instance("b"))).ShouldBe("a:2 b:2");

    [Fact]
    public void Spread_over_zones_counts_full_instances_too() =>
        Counts(Given.Task(strategies: Given.Spread("attribute:ecs.availability-zone")).Place(2,
            Given.Instance("full", cpu: 0).With(3), Given.Instance("a", zone: "us-east-1a"), Given.Instance("b", zone: "us-east-1b")))
            .ShouldBe("b:2");

    [Fact]
    public void Binpack_memory_fills_the_fullest_instance_that_still_fits() =>
        Counts(Given.Task(cpu: 0, memory: 1000, strategies: Given.Binpack("memory")).Place(5,
            Given.Instance("a", memory: 4096), Given.Instance("b", memory: 2048), Given.Instance("c", memory: 900)))
            .ShouldBe("a:3 b:2");

    [Fact]
    public void Binpack_cpu_looks_at_cpu() =>
        Counts(Given.Task(cpu: 512, memory: 1, strategies: Given.Binpack("CPU")).Place(1,
            Given.Instance("a", cpu: 2048, memory: 100), Given.Instance("b", cpu: 1024, memory: 9000))).ShouldBe("b:1");

    [Fact]
    public void Strategies_narrow_in_their_order() =>
        Counts(Given.Task(cpu: 0, memory: 1000, strategies: [Given.Spread("attribute:ecs.availability-zone"), Given.Binpack("memory")]).Place(4,
            Given.Instance("a1", memory: 4096), Given.Instance("a2", memory: 3000),
            Given.Instance("b1", memory: 4096, zone: "us-east-1b"), Given.Instance("b2", memory: 1500, zone: "us-east-1b")))
            .ShouldBe("a2:2 b1:1 b2:1");

    [Fact]
    public void Services_spread_over_zones_and_then_instances_by_default()
    {
        var request = Given.Task() with { Strategies = PlacementRequest.DefaultOfServices };
        var placed = request.Place(6, Given.Instance("a1"), Given.Instance("a2"), Given.Instance("b1", zone: "us-east-1b"));
        placed["b1"].ShouldBe(3);
        placed["a1"].ShouldBeInRange(1, 2);
        placed["a2"].ShouldBe(3 - placed["a1"]);
    }

    [Fact]
    public void Random_uses_them_all()
    {
        var placed = Given.Task(cpu: 1, memory: 1, strategies: new PlacementStrategy { Type = PlacementStrategyType.Random }).Place(300,
            Given.Instance("a"), Given.Instance("b"), Given.Instance("c"));
        placed.Count.ShouldBe(3);
        placed.Values.Min().ShouldBeGreaterThan(60);
    }

    [Fact]
    public void Equals_are_not_taken_in_the_same_order_by_every_group()
    {
        InstanceView[] instances = [.. Enumerable.Range(0, 50).Select(i => Given.Instance($"i{i:00}"))];
        var first = Enumerable.Range(0, 20).Select(s => Given.Task(group: $"service:{s}", strategies: Given.Spread("instanceId")).Place(1, instances).Keys.Single());
        first.Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Nothing_is_placed_over_what_is_there() =>
        Counts(Given.Task(cpu: 512, memory: 100, strategies: Given.Spread("instanceId")).Place(10, Given.Instance("a"), Given.Instance("b", cpu: 600)))
            .ShouldBe(":5 a:4 b:1");

    /// <summary>The tree says what looking at all instances each time would say.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_ranking_that_is_kept_equals_one_made_anew(ulong seed)
    {
        var chance = new Minato.Platform.Ids(seed);
        PlacementStrategy[] strategies = [Given.Spread("attribute:ecs.availability-zone"), Given.Binpack("cpu"), Given.Spread("instanceId")];
        var request = Given.Task(cpu: 100, memory: 100, strategies: strategies[(int)(seed % 3)..]);
        var views = Enumerable.Range(0, 30).Select(i => Given.Instance($"i{i:00}", cpu: 300 + chance.Next(900), memory: 300 + chance.Next(900), zone: $"z{i % 3}")).ToArray();
        var kept = new Ranking(request);
        foreach (var view in views) kept.Put(view);
        for (var round = 0; round < 300; round++)
        {
            var fresh = new Ranking(request);
            foreach (var view in views) fresh.Put(view);
            (kept.Best(new(1))?.Instance.Key).ShouldBe(fresh.Best(new(1))?.Instance.Key);
            var changed = chance.Next(views.Length);
            views[changed] = chance.Next(4) == 0 ? Given.Instance(views[changed].Instance.Key.Id, cpu: 1200, memory: 1200, zone: $"z{changed % 3}")
                : views[changed].With(request.Demand, request.Group);
            kept.Put(views[changed]);
        }
    }

    /// <summary>Against a planner that looks at every instance each time, too simple to be wrong, until nothing fits any more.</summary>
    [Theory, Seeds(1, 30)]
    public void The_instance_that_is_taken_is_one_that_the_naive_planner_may_take(ulong seed)
    {
        var chance = new Minato.Platform.Ids(seed);
        PlacementStrategy[] known = [Given.Spread("attribute:ecs.availability-zone"), Given.Binpack("cpu"), Given.Binpack("memory"), Given.Spread("instanceId"), Given.Spread("attribute:ecs.instance-type")];
        PlacementStrategy[] strategies = [.. Enumerable.Range(0, chance.Next(4)).Select(_ => known[chance.Next(known.Length)])];
        var request = Given.Task(cpu: 128, memory: 256, strategies: strategies);
        var views = Enumerable.Range(0, 20 + chance.Next(40)).Select(i => Given.Instance(
            $"i{i:00}", cpu: 128 * chance.Next(8), memory: 256 * chance.Next(8), zone: $"z{chance.Next(3)}", type: $"t{chance.Next(2)}").With(chance.Next(3))).ToArray();
        var ranking = new Ranking(request);
        foreach (var view in views) ranking.Put(view);
        while (ranking.Best(chance) is { } best)
        {
            Naive(views, strategies, request).Select(v => v.Instance.Key.Id).ShouldContain(best.Instance.Key.Id);
            var at = Array.FindIndex(views, v => v.Instance.Key == best.Instance.Key);
            views[at].ShouldBeSameAs(best);
            ranking.Put(views[at] = best.With(request.Demand, request.Group));
        }

        Naive(views, strategies, request).ShouldBeEmpty();
    }

    private static IEnumerable<InstanceView> Naive(IEnumerable<InstanceView> views, ReadOnlySpan<PlacementStrategy> strategies, PlacementRequest request)
    {
        if (strategies.IsEmpty) return [.. views.Where(v => InstancePlacement.Explain(v, request) is null)];
        var first = strategies[0];
        var rest = strategies[1..];
        var isSpread = first.Type == PlacementStrategyType.Spread;
        var groups = views.GroupBy(v => isSpread ? ValueOf(v, first.Field ?? "") : $"{Left(v, first.Field)}")
            .Where(g => g.Any(v => InstancePlacement.Explain(v, request) is null)).Select(g => (Members: g.ToArray(), Order: isSpread ? g.Sum(v => v.TasksOf(request.Group)) : Left(g.First(), first.Field))).ToArray();
        var found = new List<InstanceView>();
        foreach (var (members, _) in groups.Where(g => g.Order == groups.Min(o => o.Order))) found.AddRange(Naive(members, rest, request));
        return found;
    }

    private static int Left(InstanceView view, string? field) => field == "cpu" ? view.CpuLeft : view.MemoryLeft;

    private static string ValueOf(InstanceView view, string field) => field == "instanceId" ? view.Instance.Key.Id
        : view.Instance.Attributes.First(a => field == $"attribute:{a.Name}").Value ?? "";
}
