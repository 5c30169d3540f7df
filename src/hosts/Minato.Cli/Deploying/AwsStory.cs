using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;
using Task = Minato.Contracts.Ecs.Task;

namespace Minato.Cli.Deploying;

/// <summary>
/// Why a service, task or deployment is as it is, by what AWS APIs alone still know: AWS keeps stopped tasks for an hour and no answers
/// of probes. Minato's own record knows more.
/// </summary>
internal sealed class AwsStory(AwsAccess aws, string cluster)
{
    private const int TaskIdLength = 32;
    private const int MostTasks = 5;
    private const int LastLines = 8;
    private const string DeploymentArn = ":service-deployment/";

    /// <returns>Null when there is no such thing.</returns>
    public async Task<JsonObject?> TellAsync(string of, CancellationToken ct)
    {
        if (of.Contains(DeploymentArn, StringComparison.Ordinal)) return await DeploymentAsync(of, ct);
        var id = of[(of.LastIndexOf('/') + 1)..];
        if (id.Length == TaskIdLength && id.All(char.IsAsciiHexDigitLower) && await TaskAsync(of, ct) is { } task) return task;
        return await ServiceAsync(id, ct);
    }

    private async Task<JsonObject?> TaskAsync(string id, CancellationToken ct)
    {
        if ((await aws.Ecs.DescribeTasksAsync(new() { Cluster = cluster, Tasks = [id] }, aws.Caller, ct)).Tasks is not [var task, ..]) return null;
        return new()
        {
            ["kind"] = "task", ["name"] = task.TaskArn?.Split('/')[^1], ["verdict"] = task.StopCode is null ? task.LastStatus : FailureReasons.Words(task, []),
            ["isFailure"] = IsFailure(task), ["timeline"] = Timeline(task), ["tasks"] = new JsonArray(await ToJsonAsync(task, [], ct)),
        };
    }

    private async Task<JsonObject?> ServiceAsync(string name, CancellationToken ct)
    {
        if ((await aws.Ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = [name] }, aws.Caller, ct)).Services is not [var service, ..]) return null;
        var deployments = await aws.Ecs.ListServiceDeploymentsAsync(new() { Cluster = cluster, Service = name }, aws.Caller, ct);
        var newest = (deployments.ServiceDeployments ?? []).MaxBy(d => d.CreatedAt)?.ServiceDeploymentArn;
        return newest is null ? await StoryAsync("service", service, null, ct) : await DeploymentAsync(newest, ct);
    }

    private async Task<JsonObject?> DeploymentAsync(string arn, CancellationToken ct)
    {
        if ((await aws.Ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [arn] }, aws.Caller, ct)).ServiceDeployments is not [var deployment, ..]) return null;
        var name = deployment.ServiceArn?.Split('/')[^1] ?? "";
        var services = await aws.Ecs.DescribeServicesAsync(new() { Cluster = deployment.ClusterArn, Services = [name] }, aws.Caller, ct);
        return services.Services is [var service, ..] ? await StoryAsync("deployment", service, deployment, ct) : null;
    }

    private async Task<JsonObject> StoryAsync(string kind, Service service, ServiceDeployment? deployment, CancellationToken ct)
    {
        var name = service.ServiceName ?? "";
        string[] events = [.. (service.Events ?? []).Select(e => e.Message ?? "")];
        var stopped = await FailureReasons.StoppedAsync(aws, service.ClusterArn ?? cluster, name, ct);
        var failed = stopped.Where(t => IsFailure(t) && (deployment?.StartedAt is not { } since || t.StoppedAt >= since)).OrderByDescending(t => t.StoppedAt).ToList();
        var why = failed.GroupBy(t => FailureReasons.Words(t, events), StringComparer.Ordinal).MaxBy(g => g.Count());
        var tasks = new JsonArray();
        foreach (var task in failed.Take(MostTasks)) tasks.Add(await ToJsonAsync(task, events, ct));
        var blame = why is null ? deployment?.StatusReason : $"{why.Count()} of its tasks: {why.Key}";
        return new()
        {
            ["kind"] = kind, ["name"] = name,
            ["verdict"] = $"{deployment?.Status?.ToWire() ?? service.Status}{(blame is null ? "" : $": {blame}")}",
            ["isFailure"] = deployment?.Status is not (null or ServiceDeploymentStatus.Successful or ServiceDeploymentStatus.InProgress or ServiceDeploymentStatus.Pending),
            ["timeline"] = new JsonArray([.. (service.Events ?? []).Reverse().Where(e => deployment?.CreatedAt is not { } begin || e.CreatedAt >= begin)
                .Select(e => (JsonNode)new JsonObject { ["at"] = Time(e.CreatedAt), ["what"] = e.Message })]),
            ["deployment"] = deployment is null ? null : new JsonObject
            {
                ["deploymentId"] = deployment.ServiceDeploymentArn?.Split('/')[^1], ["status"] = deployment.Status?.ToWire(), ["statusReason"] = deployment.StatusReason,
                ["taskDefinition"] = TaskDefinitionRevision.Short(service.TaskDefinition),
            },
            ["tasks"] = tasks,
        };
    }

    private async Task<JsonObject> ToJsonAsync(Task task, string[] events, CancellationToken ct)
    {
        var definition = await DefinitionAsync(task.TaskDefinitionArn, ct);
        var containers = new JsonArray();
        foreach (var container in task.Containers ?? [])
        {
            containers.Add(new JsonObject
            {
                ["name"] = container.Name, ["exitCode"] = container.ExitCode, ["reason"] = container.Reason, ["image"] = container.Image,
                ["imageDigest"] = container.ImageDigest, ["lastLines"] = await LastLinesAsync(task, definition.FirstOrDefault(d => d.Name == container.Name), ct),
            });
        }

        return new()
        {
            ["taskArn"] = task.TaskArn, ["taskDefinition"] = TaskDefinitionRevision.Short(task.TaskDefinitionArn), ["lastStatus"] = task.LastStatus,
            ["cause"] = task.StopCode is null ? null : FailureReasons.Words(task, events), ["stopCode"] = task.StopCode?.ToWire(), ["stoppedReason"] = task.StoppedReason,
            ["stoppedAt"] = Time(task.StoppedAt), ["containers"] = containers,
        };
    }

    private async Task<ImmutableArray<ContainerDefinition>> DefinitionAsync(string? arn, CancellationToken ct)
    {
        try
        {
            return (await aws.Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = arn ?? "" }, aws.Caller, ct)).TaskDefinition?.ContainerDefinitions ?? [];
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return []; // It was deleted since.
        }
    }

    private async Task<JsonArray> LastLinesAsync(Task task, ContainerDefinition? container, CancellationToken ct)
    {
        if (container?.LogConfiguration is not { LogDriver: LogDriver.Awslogs, Options: { } options }
            || options.GetValueOrDefault("awslogs-group") is not { } group || options.GetValueOrDefault("awslogs-stream-prefix") is not { } prefix) return [];
        try
        {
            var found = await aws.Logs.GetLogEventsAsync(
                new() { LogGroupName = group, LogStreamName = $"{prefix}/{container.Name}/{task.TaskArn?.Split('/')[^1]}", Limit = LastLines }, aws.Caller, ct);
            return new([.. (found.Events ?? []).Select(e => (JsonNode)new JsonObject { ["at"] = Time(e.Timestamp), ["text"] = e.Message })]);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return []; // It wrote nothing, or nobody may read it.
        }
    }

    private static JsonArray Timeline(Task task)
    {
        (DateTimeOffset? At, string What)[] moments =
        [
            (task.CreatedAt, "asked for"), (task.PullStartedAt, "images are pulled"), (task.PullStoppedAt, "images are there"), (task.StartedAt, "runs"),
            (task.StoppingAt, "is stopped"), (task.ExecutionStoppedAt, "a container that is essential ended"), (task.StoppedAt, "has stopped"),
        ];
        return new([.. moments.Where(m => m.At is not null).OrderBy(m => m.At).Select(m => (JsonNode)new JsonObject { ["at"] = Time(m.At), ["what"] = m.What })]);
    }

    /// <summary>What the scheduler stops to make room is no failure.</summary>
    private static bool IsFailure(Task task) => task.StopCode is not null && task.StoppedReason?.StartsWith("Scaling activity", StringComparison.Ordinal) is not true;

    private static string? Time(DateTimeOffset? at) => at?.ToString("O");

    private static string? Time(long? milliseconds) => milliseconds is { } ms ? Time(DateTimeOffset.FromUnixTimeMilliseconds(ms)) : null;
}
