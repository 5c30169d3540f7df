using System.Collections.Immutable;
using System.Diagnostics;
using Minato.Contracts.Ecs;

namespace Minato.Bench;

/// <summary>Tasks a second onto 5,000 instances by RunTask, from empty to full.</summary>
internal static class PlacementBench
{
    private const int Instances = 5000;
    private const int OnEach = 16;
    private const int WarmUp = 2000;

    public static async Task<object> RunAsync()
    {
        await MeasureAsync("", [], 10); // What is measured next is compiled by then.
        var rows = new List<object>();
        foreach (var (name, strategies) in Strategies)
            foreach (var count in new[] { 10, 1 }) rows.Add(await MeasureAsync(name, strategies, count));
        return new { Instances, rows };
    }

    private static (string Name, ImmutableArray<PlacementStrategy> Strategies)[] Strategies =>
    [
        ("spread over zones, then instances",
        [
            new() { Type = PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" },
            new() { Type = PlacementStrategyType.Spread, Field = "instanceId" },
        ]),
        ("binpack by memory", [new() { Type = PlacementStrategyType.Binpack, Field = "memory" }]),
    ];

    private static async Task<object> MeasureAsync(string name, ImmutableArray<PlacementStrategy> strategies, int count)
    {
        await using var fleet = new Fleet();
        await fleet.AddAsync(Instances, OnEach * 128, OnEach * 256);
        await fleet.DefineAsync();
        const int all = Instances * OnEach;
        var placed = await FillAsync(fleet, strategies, count, 0, WarmUp);
        var (empty, atStart) = await TimeAsync(fleet, strategies, count, placed, placed + (all / 10));
        placed = await FillAsync(fleet, strategies, 10, atStart, all * 9 / 10);
        var (full, end) = await TimeAsync(fleet, strategies, count, placed, all);
        return new { name, count, empty, full, placed = end, refused = (await fleet.RunAsync(1, strategies)).Failures?.Length };
    }

    private static async Task<(double Rate, int Placed)> TimeAsync(Fleet fleet, ImmutableArray<PlacementStrategy> strategies, int count, int from, int to)
    {
        var watch = Stopwatch.StartNew();
        var placed = await FillAsync(fleet, strategies, count, from, to);
        return ((placed - from) / watch.Elapsed.TotalSeconds, placed);
    }

    private static async Task<int> FillAsync(Fleet fleet, ImmutableArray<PlacementStrategy> strategies, int count, int from, int to)
    {
        while (from < to)
        {
            var made = (await fleet.RunAsync(Math.Min(count, to - from), strategies)).Tasks?.Length ?? 0;
            if (made == 0) throw new InvalidOperationException($"The fleet is full at {from} of {to} tasks.");
            from += made;
        }

        return from;
    }
}
