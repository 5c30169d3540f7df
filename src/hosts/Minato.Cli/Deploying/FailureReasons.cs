using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Deploying;

/// <summary>Why the tasks of a deployment did not stay, by what AWS says of stopped tasks and in events.</summary>
internal static class FailureReasons
{
    private const int Most = 5;
    private const int DescribedAtOnce = 100;
    private const string Unhealthy = "is unhealthy in (target-group";
    private const string ReasonBegins = "due to (reason ";

    public static async Task<IReadOnlyList<string>> OfAsync(AwsAccess aws, string cluster, string service, string deploymentId, CancellationToken ct)
    {
        var stopped = await StoppedAsync(aws, cluster, service, ct);
        var mine = stopped.Where(t => t.StartedBy == deploymentId && t.StoppedReason?.StartsWith("Scaling activity", StringComparison.Ordinal) is false).ToList();
        var events = (await aws.Ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = [service] }, aws.Caller, ct)).Services?.FirstOrDefault()?.Events ?? [];
        return
        [
            .. mine.GroupBy(t => Words(t, [.. events.Select(e => e.Message ?? "")]), StringComparer.Ordinal).OrderByDescending(g => g.Count()).Take(Most)
                .Select(g => $"{g.Count()} {(g.Count() == 1 ? "task" : "tasks")}: {g.Key}"),
        ];
    }

    /// <summary>The reason, exit codes, and for a target the load balancer's last words.</summary>
    public static string Words(Contracts.Ecs.Task task, IReadOnlyList<string> events)
    {
        var words = task.StoppedReason ?? task.StopCode?.ToString() ?? "stopped";
        var id = task.TaskArn?.Split('/')[^1] ?? "?";
        var probe = events.FirstOrDefault(e => e.Contains(id, StringComparison.Ordinal) && e.Contains(Unhealthy, StringComparison.Ordinal));
        if (probe is not null && probe.IndexOf(ReasonBegins, StringComparison.Ordinal) is > 0 and var at)
            return $"{words}: {probe[(at + ReasonBegins.Length)..].TrimEnd(')')}";
        var containers = (task.Containers ?? []).Where(c => c.ExitCode is not (null or 0) || c.Reason is not null)
            .Select(c => $"{c.Name}{(c.ExitCode is { } code ? $" exited with code {code}" : "")}{(c.Reason is { } reason && reason != words ? $" {reason}" : "")}");
        var detail = string.Join(", ", containers);
        return detail.Length == 0 ? words : $"{words} ({detail})";
    }

    /// <summary>Those that are still described.</summary>
    public static async Task<List<Contracts.Ecs.Task>> StoppedAsync(AwsAccess aws, string cluster, string service, CancellationToken ct)
    {
        var tasks = new List<Contracts.Ecs.Task>();
        string? next = null;
        do
        {
            var page = await aws.Ecs.ListTasksAsync(
                new() { Cluster = cluster, ServiceName = service, DesiredStatus = DesiredStatus.Stopped, NextToken = next, MaxResults = DescribedAtOnce }, aws.Caller, ct);
            if (page.TaskArns is { IsEmpty: false } arns)
                tasks.AddRange((await aws.Ecs.DescribeTasksAsync(new() { Cluster = cluster, Tasks = arns }, aws.Caller, ct)).Tasks ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return tasks;
    }
}
