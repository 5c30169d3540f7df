using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Planning.Records;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Gathers what proves how a task ended, before its containers are removed.</summary>
internal sealed class TaskEvidence(Store store, IAppendLog log, TaskEngines engines, TimeProvider clock, IServiceProvider rooms)
{
    /// <summary>Of each container.</summary>
    private const int LinesKept = 20;

    private const int LongestLine = 500;

    /// <summary>For output that only the engine has: a container that wrote without end is not read from its beginning.</summary>
    private static readonly TimeSpan s_lookBack = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <returns>Null when there is nothing to record (yet).</returns>
    public async ValueTask<RecordState?> RecordAsync(RecordKey key, CancellationToken ct)
    {
        var ecs = store.Current;
        if (key.Task is not { } taskKey || ecs.Find(EcsTables.Tasks, taskKey) is not { IsStopped: true, Progress.IsCleanedUp: false } task) return null;
        var definition = ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition);
        if (!IsOutputComplete(ecs, task, definition)) return null;
        var known = await log.ReadAsync(key.Partition, new() { Limit = 1 }, ct);
        if (known.Count == 0)
        {
            var record = await DescribeAsync(task, ct);
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            await log.AppendAsync(key.Partition, [new(now, now, JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Default.TaskRecord))], ct);
        }

        var ended = task.Progress.StoppedAt ?? clock.GetUtcNow();
        return new()
        {
            Key = key, Owner = task.ServiceName ?? task.Group, DeploymentId = task.DeploymentId, EndedAt = ended, ExpiresAt = ended + RecordTables.TasksKeptFor,
        };
    }

    /// <summary>The record as it would be written now.</summary>
    public async ValueTask<TaskRecord> DescribeAsync(TaskState task, CancellationToken ct)
    {
        var ecs = store.Current;
        var definition = ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition);
        var lines = ImmutableDictionary.CreateBuilder<string, ImmutableArray<LogLine>>(StringComparer.Ordinal);
        foreach (var container in task.Progress.Containers.Where(c => c is { RuntimeId: not null, HasRun: true }))
            lines[container.Name] = await LastLinesAsync(task, container, definition, ct);
        return TaskRecords.Of(task, definition, new()
        {
            Lines = lines.ToImmutable(),
            Probes = await ProbesAsync(task, ct),
            Events = task.ServiceKey is not { } service ? [] :
                [.. ecs.Where(ServiceTables.EventsByService, service).Select(e => new TimelineEntry(e.CreatedAt, e.Message))],
        });
    }

    /// <summary>What containers wrote is shipped to its end: it can be read where it was sent.</summary>
    private static bool IsOutputComplete(Snapshot ecs, TaskState task, TaskDefinitionState? definition) => task.Progress.Containers.All(c =>
        c is not { HasRun: true, RuntimeId: not null }
        || definition?.Containers.FirstOrDefault(d => d.Name == c.Name) is not { } asked || !ContainerNames.HasAwslogs(asked)
        || ecs.Find(EcsTables.LogCursors, new LogCursorKey(task.Key, c.Name)) is { IsDrained: true });

    private async ValueTask<ImmutableArray<LogLine>> LastLinesAsync(
        TaskState task, ContainerProgress container, TaskDefinitionState? definition, CancellationToken ct)
    {
        var asked = definition?.Containers.FirstOrDefault(d => d.Name == container.Name);
        var target = asked is null ? null : LogTarget.Of(task, asked, container.RuntimeId);
        return target is { Stream: not null } ? await FromLogsAsync(target, ct) : await FromEngineAsync(task, container, ct);
    }

    private async ValueTask<ImmutableArray<LogLine>> FromLogsAsync(LogTarget target, CancellationToken ct)
    {
        if (rooms.GetService<ICloudWatchLogs>() is not { } logs) return [];
        try
        {
            var answer = await logs.GetLogEventsAsync(
                new() { LogGroupName = target.Group, LogStreamName = target.Stream ?? "", Limit = LinesKept, StartFromHead = false }, target.Caller, ct);
            return [.. (answer.Events ?? []).TakeLast(LinesKept).Select(e => Line(DateTimeOffset.FromUnixTimeMilliseconds(e.Timestamp ?? 0), e.Message ?? ""))];
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return []; // Somebody deleted the stream.
        }
    }

    private async ValueTask<ImmutableArray<LogLine>> FromEngineAsync(TaskState task, ContainerProgress container, CancellationToken ct)
    {
        if (container is not { RuntimeId: { } id, LastStatus: ContainerLastStatus.Stopped }) return [];
        using var patience = new CancellationTokenSource(s_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        var last = new Queue<LogLine>();
        try
        {
            await foreach (var line in engines.Of(task).FollowLogsAsync(id, container.FinishedAt - s_lookBack, either.Token))
            {
                if (last.Count == LinesKept) last.Dequeue();
                last.Enqueue(Line(line.Time, Encoding.UTF8.GetString(line.Text.Span[..Math.Min(line.Text.Length, LongestLine)])));
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // What came in time is better than nothing; the task does not wait for more.
        }

        return [.. last];
    }

    private async ValueTask<ImmutableArray<ProbeRecord>> ProbesAsync(TaskState task, CancellationToken ct)
    {
        var probes = ImmutableArray.CreateBuilder<ProbeRecord>();
        foreach (var balancer in task.LoadBalancers)
            if (balancer.TargetGroupArn is { } arn) probes.Add(await ProbeAsync(arn, balancer.ContainerPort ?? 0, task.Key.Cluster.Scope, ct));
        return probes.ToImmutable();
    }

    private async ValueTask<ProbeRecord> ProbeAsync(string targetGroup, int port, AccountRegion scope, CancellationToken ct)
    {
        var bare = new ProbeRecord { TargetGroupArn = targetGroup, Port = port };
        if (rooms.GetService<IElasticLoadBalancingV2>() is not { } elb) return bare;
        try
        {
            var answer = await elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [targetGroup] }, scope.AsService(), ct);
            if (answer.TargetGroups is not [var group, ..]) return bare;
            return bare with
            {
                Protocol = group.HealthCheckProtocol?.ToWire(), Path = group.HealthCheckPath, Matcher = group.Matcher?.HttpCode ?? group.Matcher?.GrpcCode,
                Port = int.TryParse(group.HealthCheckPort, out var own) ? own : port,
            };
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return bare; // The target group was deleted meanwhile.
        }
    }

    private static LogLine Line(DateTimeOffset at, string text) => new(at, text.Length <= LongestLine ? text : text[..LongestLine]);
}
