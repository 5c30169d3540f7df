using System.Collections.Immutable;
using System.Diagnostics;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Bench;

/// <summary>Whether the number of task records is felt: latency of reads, and memory of a record with all its indexes.</summary>
internal static class TaskBench
{
    private const int Few = 1000;
    private const int Many = 100_000;
    private const int Rounds = 20_000;

    public static async Task<object> RunAsync()
    {
        await using var fleet = new Fleet();
        await fleet.AddAsync(1000, 1_000_000, 1_000_000);
        await fleet.DefineAsync();
        var tasks = new List<string>(Many);
        await AddAsync(fleet, tasks, Few);
        await MeasureAsync(fleet, tasks);
        var few = await MeasureAsync(fleet, tasks);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await AddAsync(fleet, tasks, Many);
        // The ARNs kept here are the measurement's own.
        var own = (tasks.Count - Few) * ((tasks[0].Length * sizeof(char)) + 24L);
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before - own) / (Many - Few);
        var many = await MeasureAsync(fleet, tasks);
        return new { Few, Many, bytes, few, many };
    }

    private static async Task AddAsync(Fleet fleet, List<string> tasks, int until)
    {
        while (tasks.Count < until)
            tasks.AddRange(((await fleet.RunAsync(10, [])).Tasks ?? []).Select(t => t.TaskArn ?? ""));
    }

    private static async Task<object> MeasureAsync(Fleet fleet, List<string> tasks)
    {
        var at = 0;
        return new
        {
            describe = await TimeAsync(() => fleet.Ecs.DescribeTasksAsync(new() { Tasks = Some(tasks, at += 7919) }, fleet.Caller, default)),
            list = await TimeAsync(() => fleet.Ecs.ListTasksAsync(new(), fleet.Caller, default)),
            family = await TimeAsync(() => fleet.Ecs.ListTasksAsync(new() { Family = "web", MaxResults = 10 }, fleet.Caller, default)),
        };
    }

    private static ImmutableArray<string> Some(List<string> tasks, int from) =>
        [.. Enumerable.Range(0, 10).Select(i => tasks[(from + (i * 101)) % tasks.Count])];

    private static async Task<object> TimeAsync<T>(Func<Task<T>> call)
    {
        var times = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await call();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        return new { p50 = times[Rounds / 2], p99 = times[Rounds * 99 / 100] };
    }
}
