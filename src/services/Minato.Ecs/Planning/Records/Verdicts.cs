using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Records;

/// <summary>One line that says how something ended, or how it stands, and why.</summary>
internal static class Verdicts
{
    /// <param name="failed">Records of its tasks that failed.</param>
    public static (bool IsFailure, string Verdict) Of(DeploymentRecord deployment, IReadOnlyCollection<TaskRecord> failed, DateTimeOffset now)
    {
        var why = Blame(deployment.TaskDefinition, failed);
        return deployment.Status switch
        {
            "SUCCESSFUL" => (false, $"{deployment.TaskDefinition} is out, after {Span(deployment.FinishedAt - deployment.CreatedAt)}{But(why)}"),
            "ROLLBACK_SUCCESSFUL" => (true, $"rolled back to {deployment.RolledBackTo}: {why ?? deployment.StatusReason}"),
            "ROLLBACK_FAILED" => (true, $"{deployment.TaskDefinition} failed, and so did the way back to {deployment.RolledBackTo}: {why ?? deployment.StatusReason}"),
            "ROLLBACK_IN_PROGRESS" or "ROLLBACK_REQUESTED" => (true, $"rolling back to {deployment.RolledBackTo ?? "what was before"}: {why ?? deployment.StatusReason}"),
            "STOPPED" => (IsOwnFault(deployment), $"{deployment.TaskDefinition} was given up: {(IsOwnFault(deployment) ? why : null) ?? deployment.StatusReason}"),
            _ => (false, $"{deployment.TaskDefinition} has been on its way for {Span(now - deployment.CreatedAt)}: {Standing(deployment)}{But(why)}"),
        };
    }

    /// <summary>"3 tasks of web:7 failed the health check /health on port 80 with 500", by the most frequent cause; null without failures.</summary>
    public static string? Blame(string taskDefinition, IReadOnlyCollection<TaskRecord> failed)
    {
        var causes = failed.Where(t => t.IsFailure && t.Cause is not null).GroupBy(t => t.Cause, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ToList();
        if (causes.Count == 0) return null;
        var others = failed.Count - causes[0].Count();
        var rest = others > 0 ? $" ({Number(others)} more failed otherwise)" : "";
        return $"{Tasks(causes[0].Count())} of {taskDefinition} {causes[0].Key}{rest}";
    }

    public static (bool IsFailure, string Verdict) Of(TaskRecord task, DateTimeOffset now)
    {
        var life = task.StoppedAt is { } stopped ? $"after {Span(stopped - (task.StartedAt ?? task.CreatedAt))}" : "";
        if (task.StopCode is null) return (false, $"{task.LastStatus} for {Span(now - (task.StartedAt ?? task.CreatedAt))}{Waits(task)}");
        return (task.IsFailure, $"{task.Cause} {(task.StartedAt is null ? "" : life)}".Trim());
    }

    public static string Span(TimeSpan? span) => span switch
    {
        null => "some time",
        { TotalSeconds: < 10 } s => $"{s.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        { TotalMinutes: < 2 } s => $"{s.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s",
        { TotalHours: < 2 } s => $"{s.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} min",
        { TotalDays: < 2 } s => $"{s.TotalHours.ToString("0", CultureInfo.InvariantCulture)} h",
        { } s => $"{s.TotalDays.ToString("0", CultureInfo.InvariantCulture)} days",
    };

    private static bool IsOwnFault(DeploymentRecord deployment) => deployment.StatusReason == Services.RolloutReasons.FailedToStart
        || deployment.StatusReason?.Contains("alarm", StringComparison.OrdinalIgnoreCase) is true;

    private static string Standing(DeploymentRecord deployment) =>
        deployment.Moments is [.., { Revisions: var revisions, Stage: var stage }] && revisions.FirstOrDefault(r => r.DeploymentId == deployment.DeploymentId) is { } mine
            ? $"{(stage is null ? "" : stage + ", ")}{Number(mine.Healthy)} of {Number(mine.Desired)} healthy, {Number(mine.Running)} running, {Number(mine.Pending)} pending"
            : "no task yet";

    private static string Waits(TaskRecord task) => task.Containers.Select(c => c.Reason).FirstOrDefault(r => r is not null) is { } reason ? $": {reason}" : "";

    private static string But(string? why) => why is null ? "" : $"; {why}";

    private static string Tasks(int count) => count == 1 ? "1 task" : $"{Number(count)} tasks";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
