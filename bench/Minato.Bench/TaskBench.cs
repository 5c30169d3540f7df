using System.Collections.Immutable;
using System.Diagnostics;
using Minato.Contracts.Ecs;
using EcsTask = Minato.Contracts.Ecs.Task;
using Task = System.Threading.Tasks.Task;

namespace Minato.Bench;

/// <summary>
/// Whether the number of task records is felt: latency of reads, and memory of a record with all its indexes. A fleet with few and one
/// with many take turns in one process, so that what else the machine does meets both; the median of the turns counts.
/// </summary>
internal static class TaskBench
{
    private const int Few = 1000;
    private const int Many = 100_000;
    private const int Turns = 11;
    private const int OfATurn = 2000;
    private static EcsTask? s_last; // So that nothing is left out because nobody looks.

    public static async Task<object> RunAsync()
    {
        var (few, fewTasks) = await OpenAsync(Few);
        var (many, manyTasks) = await OpenAsync(Few);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await AddAsync(many, manyTasks, Many);
        // The ARNs kept here are the measurement's own.
        var own = (manyTasks.Count - Few) * ((manyTasks[0].Length * sizeof(char)) + 24L);
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before - own) / (Many - Few);
        var rows = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, call) in Calls)
            rows[name] = await CompareAsync(() => call(few, fewTasks), () => call(many, manyTasks));
        var (plainFew, plainMany) = (await PlainAsync(few, fewTasks), await PlainAsync(many, manyTasks));
        var at = 0;
        rows["plain"] = await CompareAsync(() => Copy(plainFew, Some(fewTasks, at += 7919)), () => Copy(plainMany, Some(manyTasks, at += 7919)));
        await few.DisposeAsync();
        await many.DisposeAsync();
        return new { Few, Many, bytes, rows };
    }

    private static (string Name, Func<Fleet, List<string>, Task> Call)[] Calls
    {
        get
        {
            var at = 0;
            return
            [
                ("describe", (fleet, tasks) => fleet.Ecs.DescribeTasksAsync(new() { Tasks = Some(tasks, at += 7919) }, fleet.Caller, default)),
                ("again", (fleet, tasks) => fleet.Ecs.DescribeTasksAsync(new() { Tasks = Some(tasks, 0) }, fleet.Caller, default)),
                ("list", (fleet, _) => fleet.Ecs.ListTasksAsync(new(), fleet.Caller, default)),
                ("family", (fleet, _) => fleet.Ecs.ListTasksAsync(new() { Family = "web", MaxResults = 10 }, fleet.Caller, default)),
            ];
        }
    }

    private static async Task<(Fleet Fleet, List<string> Tasks)> OpenAsync(int count)
    {
        var fleet = new Fleet();
        await fleet.AddAsync(1000, 1_000_000, 1_000_000);
        await fleet.DefineAsync();
        var tasks = new List<string>(Many);
        await AddAsync(fleet, tasks, count);
        return (fleet, tasks);
    }

    private static async Task AddAsync(Fleet fleet, List<string> tasks, int until)
    {
        while (tasks.Count < until)
            tasks.AddRange(((await fleet.RunAsync(10, [])).Tasks ?? []).Select(t => t.TaskArn ?? ""));
    }

    /// <summary>The peer: the same answers in a plain dictionary. What it loses with more of them, the machine takes.</summary>
    private static async Task<Dictionary<string, EcsTask>> PlainAsync(Fleet fleet, List<string> tasks)
    {
        var plain = new Dictionary<string, EcsTask>(tasks.Count, StringComparer.Ordinal);
        foreach (var some in tasks.Chunk(100))
            foreach (var task in (await fleet.Ecs.DescribeTasksAsync(new() { Tasks = [.. some] }, fleet.Caller, default)).Tasks ?? []) plain[task.TaskArn ?? ""] = task;
        return plain;
    }

    private static Task Copy(Dictionary<string, EcsTask> all, ImmutableArray<string> arns)
    {
        foreach (var arn in arns)
        {
            var task = all[arn];
            s_last = task with { Containers = [.. (task.Containers ?? []).Select(c => c with { NetworkInterfaces = c.NetworkInterfaces })], Overrides = task.Overrides is { } o ? o with { } : null };
        }

        return Task.CompletedTask;
    }

    private static ImmutableArray<string> Some(List<string> tasks, int from) =>
        [.. Enumerable.Range(0, 10).Select(i => tasks[(from + (i * 101)) % tasks.Count])];

    private static async Task<object> CompareAsync(Func<Task> few, Func<Task> many)
    {
        List<(double Half, double Most)> ofFew = [], ofMany = [];
        for (var turn = 0; turn <= Turns; turn++)
        {
            GC.Collect();
            var (a, b) = turn % 2 == 0 ? (await TimeAsync(few), await TimeAsync(many)) : Swap(await TimeAsync(many), await TimeAsync(few));
            if (turn == 0) continue; // It compiles what the others run.
            ofFew.Add(a);
            ofMany.Add(b);
        }

        return new { few = Median(ofFew, t => t.Half), many = Median(ofMany, t => t.Half), p99 = Median(ofMany, t => t.Most) };
    }

    private static (T, T) Swap<T>(T a, T b) => (b, a);

    private static double Median(List<(double Half, double Most)> turns, Func<(double Half, double Most), double> which) =>
        turns.Select(which).Order().ElementAt(turns.Count / 2);

    private static async Task<(double Half, double Most)> TimeAsync(Func<Task> call)
    {
        var times = new double[OfATurn];
        for (var i = 0; i < OfATurn; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await call();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        return (times[OfATurn / 2], times[OfATurn * 99 / 100]);
    }
}
