using System.Collections.Immutable;
using System.Diagnostics;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Bench;

/// <summary>
/// Tasks a second onto 5,000 instances by RunTask, on a fleet that is nearly empty and on one that is nearly full. The two take turns, in
/// one process and with one heap, so that what else the machine does meets both; the median of the turns counts.
/// </summary>
internal static class PlacementBench
{
    private const int Instances = 5000;
    private const int OnEach = 16;
    private const int All = Instances * OnEach;
    private const int Turns = 15;
    private const int OfATurn = 500;
    private const int Low = All / 50;
    private const int High = (All * 9 / 10) - (Turns * OfATurn / 2); // The middle of its turns is at 90 %.
    private const int Dictionaries = 8;

    public static async Task<object> RunAsync()
    {
        await MeasureAsync("", [], 10); // What is measured next is compiled by then.
        var rows = new List<object>();
        foreach (var (name, strategies) in Strategies)
            foreach (var count in new[] { 10, 1 }) rows.Add(await MeasureAsync(name, strategies, count));
        rows.Add(await MeasurePeerAsync());
        return new { Instances, Turns, OfATurn, rows };
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
        await using var low = await OpenAsync(strategies, Low);
        await using var high = await OpenAsync(strategies, High);
        return await CompareAsync(name, count, () => TimeAsync(low, strategies, count), () => TimeAsync(high, strategies, count));
    }

    /// <summary>As many records in plain dictionaries as a task is in, and no instances at all: what it loses with more of them, the machine takes.</summary>
    private static Task<object> MeasurePeerAsync()
    {
        var (low, high) = (Plain(Low), Plain(High));
        return CompareAsync("peer: eight plain dictionaries", 1, () => Task.FromResult(Time(low)), () => Task.FromResult(Time(high)));
    }

    private static async Task<object> CompareAsync(string name, int count, Func<Task<double>> low, Func<Task<double>> high)
    {
        List<double> empty = [], full = [], ratios = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            // Whoever comes second finds what the first has left behind: they change about.
            var isLowFirst = turn % 2 == 0;
            var before = await (isLowFirst ? low : high)();
            var after = await (isLowFirst ? high : low)();
            var (e, f) = isLowFirst ? (before, after) : (after, before);
            empty.Add(e);
            full.Add(f);
            ratios.Add(f / e);
        }

        return new { name, count, empty = Median(empty), full = Median(full), ratio = Median(ratios), least = ratios.Min(), most = ratios.Max() };
    }

    private static Dictionary<string, object>[] Plain(int records)
    {
        var all = Enumerable.Range(0, Dictionaries).Select(_ => new Dictionary<string, object>(records + (Turns * OfATurn), StringComparer.Ordinal)).ToArray();
        for (var i = 0; i < records; i++) Add(all, Key());
        return all;
    }

    private static void Add(Dictionary<string, object>[] all, string key)
    {
        foreach (var one in all) one.Add(key, new object());
    }

    private static string Key() => Guid.NewGuid().ToString("N");

    private static double Time(Dictionary<string, object>[] all)
    {
        string[] keys = [.. Enumerable.Range(0, OfATurn).Select(_ => Key())];
        Settle();
        var watch = Stopwatch.StartNew();
        foreach (var key in keys) Add(all, key);
        return OfATurn / watch.Elapsed.TotalSeconds;
    }

    private static async Task<Fleet> OpenAsync(ImmutableArray<PlacementStrategy> strategies, int tasks)
    {
        var fleet = new Fleet();
        await fleet.AddAsync(Instances, OnEach * 128, OnEach * 256);
        await fleet.DefineAsync();
        await FillAsync(fleet, strategies, 10, tasks);
        return fleet;
    }

    private static async Task<double> TimeAsync(Fleet fleet, ImmutableArray<PlacementStrategy> strategies, int count)
    {
        Settle();
        var watch = Stopwatch.StartNew();
        await FillAsync(fleet, strategies, count, OfATurn);
        return OfATurn / watch.Elapsed.TotalSeconds;
    }

    /// <summary>What was left behind by somebody else is not cleaned up in the middle of a turn.</summary>
    private static void Settle()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        GC.WaitForPendingFinalizers();
    }

    private static async Task FillAsync(Fleet fleet, ImmutableArray<PlacementStrategy> strategies, int count, int tasks)
    {
        while (tasks > 0)
        {
            var made = (await fleet.RunAsync(Math.Min(count, tasks), strategies)).Tasks?.Length ?? 0;
            if (made == 0) throw new InvalidOperationException($"The fleet is full, and {tasks} tasks are left.");
            tasks -= made;
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
