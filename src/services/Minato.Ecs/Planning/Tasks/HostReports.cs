using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Puts together what an agent says of a task, change by change. It only goes forward, and only containers of the task count.</summary>
internal static class HostReports
{
    private const int LongestReason = 1024;
    private const int LongestId = 256;
    private const int MostBindings = 200;

    /// <returns>Null for a word that is none.</returns>
    public static ReportedStatus? Status(string? word) => word switch
    {
        "PENDING" => ReportedStatus.Pending,
        "RUNNING" => ReportedStatus.Running,
        "STOPPED" => ReportedStatus.Stopped,
        _ => null,
    };

    /// <param name="containers">Of the task's definition.</param>
    public static HostReport Fold(HostReport known, SubmitTaskStateChangeRequest change, ImmutableArray<ContainerDefinition> containers)
    {
        if (known.Status == ReportedStatus.Stopped) return known;
        // AWS: a container may come twice in one change, RUNNING and then STOPPED: the order counts.
        foreach (var container in change.Containers ?? [])
        {
            if (containers.Any(c => c.Name == container.ContainerName)) known = Fold(known, container);
        }

        return known with
        {
            Status = Later(known.Status, Status(change.Status)),
            Reason = string.IsNullOrEmpty(change.Reason) ? known.Reason : Bounded(change.Reason, LongestReason),
            PullStartedAt = known.PullStartedAt ?? change.PullStartedAt,
            PullStoppedAt = known.PullStoppedAt ?? change.PullStoppedAt,
            ExecutionStoppedAt = known.ExecutionStoppedAt ?? change.ExecutionStoppedAt,
        };
    }

    public static HostReport WithHealth(HostReport known, string container, HealthStatus health) =>
        known.Containers.FirstOrDefault(c => c.Name == container) is { Status: ReportedStatus.Running } report && report.Health != health
            ? Put(known, report with { Health = health }) : known;

    private static HostReport Fold(HostReport known, ContainerStateChange change)
    {
        var name = change.ContainerName ?? "";
        var before = known.Containers.FirstOrDefault(c => c.Name == name) ?? new ContainerReport { Name = name };
        if (before.Status == ReportedStatus.Stopped) return known;
        var status = Status(change.Status) ?? before.Status;
        return Put(known, before with
        {
            Status = Later(before.Status, status) ?? status,
            HasRun = before.HasRun || status == ReportedStatus.Running || change.ExitCode is not null,
            RuntimeId = string.IsNullOrEmpty(change.RuntimeId) ? before.RuntimeId : Bounded(change.RuntimeId, LongestId),
            ExitCode = change.ExitCode ?? before.ExitCode,
            Reason = string.IsNullOrEmpty(change.Reason) ? before.Reason : Bounded(change.Reason, LongestReason),
            ImageDigest = string.IsNullOrEmpty(change.ImageDigest) ? before.ImageDigest : Bounded(change.ImageDigest, LongestId),
            NetworkBindings = change.NetworkBindings is { Length: > 0 and <= MostBindings } bindings ? bindings : before.NetworkBindings,
        });
    }

    private static HostReport Put(HostReport known, ContainerReport container) => known with
    {
        Containers = known.Containers.Any(c => c.Name == container.Name)
            ? [.. known.Containers.Select(c => c.Name == container.Name ? container : c)] : known.Containers.Add(container),
    };

    private static ReportedStatus? Later(ReportedStatus? known, ReportedStatus? said) => said is null || known >= said ? known : said;

    private static string Bounded(string text, int longest) => text.Length <= longest ? text : text[..longest];
}
