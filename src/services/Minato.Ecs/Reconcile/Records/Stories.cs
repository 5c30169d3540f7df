using System.Collections.Immutable;
using System.Text.Json;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Records;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Tells from records, and from what still is, why something is as it is.</summary>
internal sealed class Stories(Store store, IAppendLog log, TaskEvidence evidence, DeploymentDiary diary, TimeProvider clock)
{
    /// <summary>Failed tasks told with a deployment or service.</summary>
    private const int TasksTold = 10;

    public async ValueTask<Story?> OfTaskAsync(TaskKey key, CancellationToken ct)
    {
        if (await TaskAsync(key, ct) is not { } task) return null;
        var (isFailure, verdict) = Verdicts.Of(task, clock.GetUtcNow());
        return new()
        {
            Kind = "task", Name = key.Id, Verdict = verdict, IsFailure = isFailure, Timeline = task.Timeline, Tasks = [task],
            Next = isFailure ? NextSteps.For([task]) : [],
        };
    }

    public async ValueTask<Story?> OfDeploymentAsync(ServiceDeploymentKey key, CancellationToken ct)
    {
        if (await diary.ReadAsync(RecordKey.Of(key), ct) is not { } deployment) return null;
        var failed = await FailedTasksAsync(key.Service, t => t.DeploymentId == deployment.DeploymentId && IsDuring(t, deployment), ct);
        var (isFailure, verdict) = Verdicts.Of(deployment, failed, clock.GetUtcNow());
        return new()
        {
            Kind = "deployment", Name = key.Id, Verdict = verdict, IsFailure = isFailure, Deployment = deployment, Tasks = [.. failed.Take(TasksTold)],
            Timeline = DeploymentTimeline.Of(deployment), Next = NextSteps.For(failed),
        };
    }

    /// <summary>The story of its newest deployment, and of what failed since.</summary>
    public async ValueTask<Story?> OfServiceAsync(ServiceKey key, CancellationToken ct)
    {
        var ecs = store.Current;
        if (Newest(ecs, key) is not { } newest || await OfDeploymentAsync(newest, ct) is not { Deployment: { } deployment } story) return null;
        var service = ecs.Find(ServiceTables.Services, key);
        if (service is { Status: ServiceStatus.Active, SteadySince: null, Deployments: [{ Rollout: DeploymentRolloutState.Completed } primary, ..] } && story is { IsFailure: false })
        {
            var failed = await FailedTasksAsync(key, t => t.EndedAt >= (deployment.FinishedAt ?? deployment.CreatedAt), ct);
            var why = Verdicts.Blame(TaskRecords.NameOf(primary.Spec.TaskDefinition), failed) ?? "it is being brought to its desired count";
            story = story with
            {
                Verdict = FormattableString.Invariant($"not steady, {primary.RunningCount} of {service.DesiredCount} tasks run: {why}"), IsFailure = failed.Length > 0,
                Tasks = [.. failed.Take(TasksTold)], Next = NextSteps.For(failed),
            };
        }

        return story with { Kind = "service", Name = key.Name };
    }

    /// <summary>Of a service's deployments, those that are on record included.</summary>
    public ServiceDeploymentKey? FindDeployment(ClusterKey cluster, string id)
    {
        foreach (var service in store.Current.Where(ServiceTables.ActiveByCluster, cluster))
        {
            var key = new ServiceDeploymentKey(service.Key, id);
            if (store.Current.Find(ServiceTables.ServiceDeployments, key) is not null || store.Current.IsRecorded(RecordKey.Of(key))) return key;
        }

        return null;
    }

    /// <summary>What fails long after a deployment succeeded is not its story; what one leaves behind when it is given up is.</summary>
    private static bool IsDuring(RecordState task, DeploymentRecord deployment) => task.EndedAt >= deployment.CreatedAt
        && !(deployment.Status == ServiceDeploymentStatus.Successful.ToWire() && task.EndedAt > deployment.FinishedAt);

    private static ServiceDeploymentKey? Newest(Snapshot ecs, ServiceKey key)
    {
        if (ecs.Where(ServiceTables.ServiceDeploymentsByService, key).MaxBy(d => d.CreatedAt) is { } live) return live.Key;
        return ecs.Where(RecordTables.RecordsByOwner, (key.Cluster, RecordKind.Deployment, key.Name)).MaxBy(r => r.EndedAt)?.Key.Deployment;
    }

    /// <summary>Newest first; those that still stop are told as they stand.</summary>
    private async ValueTask<ImmutableArray<TaskRecord>> FailedTasksAsync(ServiceKey service, Func<RecordState, bool> which, CancellationToken ct)
    {
        var ecs = store.Current;
        var tasks = new List<TaskRecord>();
        foreach (var row in ecs.Where(RecordTables.RecordsByOwner, (service.Cluster, RecordKind.Task, service.Name)).Where(which).OrderByDescending(r => r.EndedAt).Take(RecordTables.TasksKept))
            if (row.Key.Task is { } key && await TaskAsync(key, ct) is { } known) tasks.Add(known);
        foreach (var task in ecs.Where(EcsTables.TasksByService, service).Where(t => t.IsStopWanted && !ecs.IsRecorded(RecordKey.Of(t.Key))))
        {
            var row = new RecordState { Key = RecordKey.Of(task.Key), Owner = service.Name, DeploymentId = task.DeploymentId, EndedAt = clock.GetUtcNow(), ExpiresAt = default };
            if (which(row)) tasks.Insert(0, await evidence.DescribeAsync(task, ct));
        }

        return [.. tasks.Where(t => t.IsFailure)];
    }

    private async ValueTask<TaskRecord?> TaskAsync(TaskKey key, CancellationToken ct)
    {
        var entries = await log.ReadAsync(RecordKey.Of(key).Partition, new() { Limit = 1 }, ct);
        if (entries.Count > 0) return JsonSerializer.Deserialize(entries[0].Entry.Payload.Span, RecordJson.Default.TaskRecord);
        return store.Current.Find(EcsTables.Tasks, key) is { } task ? await evidence.DescribeAsync(task, ct) : null;
    }
}
