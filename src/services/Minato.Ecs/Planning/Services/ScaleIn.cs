namespace Minato.Ecs.Planning.Services;

/// <summary>Which tasks go when there are too many.</summary>
internal static class ScaleIn
{
    /// <summary>
    /// Those that serve nobody yet first; then from the zone with the most tasks, the instance with the most, and the newest, so
    /// that what stays is spread evenly and has proved itself.
    /// </summary>
    public static IEnumerable<JudgedTask> Choose(IReadOnlyCollection<JudgedTask> tasks, int count)
    {
        var left = tasks.Where(t => !t.Task.IsProtected).ToList();
        var zones = Counts(tasks, Zone);
        var instances = Counts(tasks, Instance);
        for (var i = 0; i < count && left.Count > 0; i++)
        {
            var next = left.MinBy(t => (Worth(t.Verdict), -zones[Zone(t)], -instances[Instance(t)], -t.Task.CreatedAt.UtcTicks, t.Task.Id));
            if (next is null) yield break;
            left.Remove(next);
            zones[Zone(next)]--;
            instances[Instance(next)]--;
            yield return next;
        }
    }

    private static int Worth(TaskVerdict verdict) => verdict switch
    {
        TaskVerdict.Unhealthy => 0,
        TaskVerdict.Pending => 1,
        TaskVerdict.Starting => 2,
        _ => 3,
    };

    private static string Zone(JudgedTask task) => task.Task.Zone ?? "";

    private static string Instance(JudgedTask task) => task.Task.Instance ?? "";

    private static Dictionary<string, int> Counts(IEnumerable<JudgedTask> tasks, Func<JudgedTask, string> at) =>
        tasks.GroupBy(at, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
}
