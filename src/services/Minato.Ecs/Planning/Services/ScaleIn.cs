using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Services;

/// <summary>Which tasks go when there are too many.</summary>
internal static class ScaleIn
{
    // AWS: what is not placed otherwise is spread over zones, and there over instances.
    private static readonly ImmutableArray<PlacementStrategy> s_spread =
        [new() { Type = PlacementStrategyType.Spread }, new() { Type = PlacementStrategyType.Spread, Field = "instanceId" }];

    /// <summary>
    /// Those that serve nobody yet first; then what each strategy of the service would have go: of a spread, from the zone (or instance)
    /// with the most, of a binpack, from the instance with the most left; then the newest, so that what stays has proved itself.
    /// </summary>
    public static IEnumerable<JudgedTask> Choose(IReadOnlyCollection<JudgedTask> tasks, int count, ImmutableArray<PlacementStrategy> strategies = default)
    {
        var left = tasks.Where(t => !t.Task.IsProtected).ToList();
        var levels = (strategies.IsDefaultOrEmpty ? s_spread : strategies).Select(s => Level.Of(s, tasks)).ToArray();
        for (var i = 0; i < count && left.Count > 0; i++)
        {
            var next = left.OrderBy(t => Worth(t.Verdict)).ThenByDescending(t => t, Comparer<JudgedTask>.Create((a, b) => Compare(levels, a, b)))
                .ThenByDescending(t => t.Task.CreatedAt).ThenBy(t => t.Task.Id, StringComparer.Ordinal).First();
            left.Remove(next);
            foreach (var level in levels) level.Take(next);
            yield return next;
        }
    }

    private static int Compare(Level[] levels, JudgedTask a, JudgedTask b)
    {
        foreach (var level in levels)
            if (level.Of(a).CompareTo(level.Of(b)) is not 0 and var order) return order;
        return 0;
    }

    private static int Worth(TaskVerdict verdict) => verdict switch
    {
        TaskVerdict.Unhealthy => 0,
        TaskVerdict.Pending => 1,
        TaskVerdict.Starting => 2,
        _ => 3,
    };

    /// <summary>What one strategy says of each place: from where it says most, a task goes first.</summary>
    /// <param name="step">By how much a task that goes changes what is said.</param>
    private sealed class Level(Func<JudgedTask, string> place, Dictionary<string, int> said, Func<JudgedTask, int> step)
    {
        public static Level Of(PlacementStrategy strategy, IEnumerable<JudgedTask> tasks) => strategy switch
        {
            { Type: PlacementStrategyType.Binpack, Field: var field } => Packed(tasks, string.Equals(field, "cpu", StringComparison.OrdinalIgnoreCase)),
            { Type: PlacementStrategyType.Spread, Field: "instanceId" or "host" } => Spread(tasks, Instance),
            { Type: PlacementStrategyType.Spread } => Spread(tasks, Zone),
            _ => new(_ => "", [], _ => 0),
        };

        public int Of(JudgedTask task) => said.GetValueOrDefault(place(task));

        public void Take(JudgedTask task) => said[place(task)] = Of(task) + step(task);

        private static Level Spread(IEnumerable<JudgedTask> tasks, Func<JudgedTask, string> at) =>
            new(at, tasks.GroupBy(at, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal), _ => -1);

        private static Level Packed(IEnumerable<JudgedTask> tasks, bool isCpu) => new(Instance,
            tasks.GroupBy(Instance, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Max(t => isCpu ? t.Task.Room.CpuLeft : t.Task.Room.MemoryLeft), StringComparer.Ordinal),
            t => isCpu ? t.Task.Room.Cpu : t.Task.Room.Memory);
    }

    private static string Zone(JudgedTask task) => task.Task.Zone ?? "";

    private static string Instance(JudgedTask task) => task.Task.Instance ?? "";
}
