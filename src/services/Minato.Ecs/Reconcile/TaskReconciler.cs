using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Reads a task, plans, moves, and plans again until nothing is left to do now; then writes what came of it, once.</summary>
internal sealed partial class TaskReconciler(
    Store store, TaskBoard board, TaskMoves moves, HostedTaskMoves hosted, TaskObserver observer, TaskInputsResolver inputs, EcsOptions options, TimeProvider clock,
    ILogger<TaskReconciler> log) : IReconciler<TaskKey>
{
    private const int MostRounds = 64;
    private static readonly TimeSpan s_engineRetry = TimeSpan.FromSeconds(1);

    public async ValueTask<Next> ReconcileAsync(TaskKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcsTables.Tasks, key) is not { } task)
        {
            await moves.RemoveTracesAsync(key, ct);
            return Next.Done;
        }

        var work = new TaskWork(task, board.Entry(task));
        try
        {
            await PrepareAsync(work, ct);
            var next = await StepAsync(work, ct);
            await WriteAsync(work, ct);
            return next;
        }
        catch (EngineUnavailableException e)
        {
            // Nothing is lost: what the engine did before it went away is found by name.
            work.Entry.IsStale = true;
            work.Progress = WithAdvice(work.Progress, e.Message);
            await WriteAsync(work, ct);
            return Next.After(s_engineRetry);
        }
        catch
        {
            work.Entry.IsStale = true; // Half a move may have been made.
            throw;
        }
    }

    // What its host is told of must be on record before: a host that has taken a task keeps the ids it was given first.
    private async ValueTask PrepareAsync(TaskWork work, CancellationToken ct)
    {
        work.Instance = work.Task.InstanceKey is { } instance ? store.Current.Find(EcsTables.Instances, instance) : null;
        if (!work.IsHosted) return;
        work.Entry.HostArn = work.Instance?.Key.Arn;
        if (work.Progress.Hosted is not null) return;
        work.Progress = hosted.Prepare(work.Progress);
        await WriteAsync(work, ct);
    }

    private async Task<Next> StepAsync(TaskWork work, CancellationToken ct)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var ecs = store.Current;
            // Intent may have changed while the last moves were made.
            if (ecs.Find(EcsTables.Tasks, work.Task.Key) is not { } task) return Next.Soon;
            if (ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition) is not { } definition)
                throw new InvalidOperationException($"Task {task.Key} runs {task.TaskDefinition}, which is gone.");
            work.Task = task with { Progress = work.Progress };
            work.Definition = definition;
            work.Instance = task.InstanceKey is { } instance ? ecs.Find(EcsTables.Instances, instance) : null;
            work.Entry.ReadInbox();
            if (round == 0) await observer.LookAtTargetsAsync(work, ct);
            if (work.Entry.TakeStale() && !work.IsHosted) await observer.LookAsync(work, ct);

            var plan = TaskPlanner.Plan(View(ecs, work), clock.GetUtcNow());
            Report(work.Progress, plan.Progress, task.Key);
            if (work.IsHosted && plan.Progress.IsCleanedUp && !work.Progress.IsCleanedUp) inputs.Forget(task, definition);
            work.Progress = plan.Progress;
            work.Entry.Unwritten = work.Progress;
            // Others of its deployment wait to know what it has pulled; its containers take longer to start.
            if (work.Task is { DeploymentId: not null, ImageDigests.IsEmpty: true } && HasImages(work.Progress) && !HasImages(work.Written)) await WriteAsync(work, ct);
            if (plan.Moves.IsEmpty) return plan.Wake is { } wake ? Next.At(wake) : Next.Done;
            await MoveAsync(plan.Moves, work, ct);
            if (work.IsForgotten) return Next.Done;
        }

        return Next.Soon;
    }

    // What the other moves did is folded in even when one of them found the engine away.
    private async Task MoveAsync(ImmutableArray<TaskMove> planned, TaskWork work, CancellationToken ct)
    {
        EngineUnavailableException? away = null;
        var results = await Task.WhenAll(planned.Select(async move =>
        {
            try
            {
                return await moves.ApplyAsync(move, work, ct);
            }
            catch (EngineUnavailableException e)
            {
                away = e;
                return null;
            }
        }));
        foreach (var fold in results) work.Progress = fold?.Invoke(work.Progress) ?? work.Progress;
        if (away is not null) ExceptionDispatchInfo.Throw(away);
    }

    private TaskView View(Snapshot ecs, TaskWork work) => new()
    {
        Task = work.Task with { Progress = work.Progress },
        Definition = work.Definition,
        Pulls = work.Entry.Pulls,
        Stopping = work.Entry.Stopping,
        InputsReady = work.Entry.Inputs is not null || !inputs.AreNeeded(work.Task, work.Definition),
        LogsReady = work.Entry.LogsReady || !work.Definition.Containers.Any(ContainerNames.HasAwslogs),
        Targets = work.Entry.Targets,
        Host = work.Instance is { Agent: not null } host
            ? work.Entry.Host with { IsConnected = hosted.IsConnected(host.Key), IsActive = host.Status is not null } : null,
        Drained = work.Progress.LastStatus == TaskLastStatus.Stopped && !work.Progress.IsCleanedUp
            ? [.. work.Progress.Containers.Select(c => c.Name)
                .Where(name => ecs.Find(EcsTables.LogCursors, new LogCursorKey(work.Task.Key, name)) is { IsDrained: true })]
            : [],
        IsRecorded = ecs.IsRecorded(RecordKey.Of(work.Task.Key)),
        DefaultStopTimeout = options.DefaultStopTimeout,
        Retention = options.StoppedTaskRetention,
    };

    private async ValueTask WriteAsync(TaskWork work, CancellationToken ct)
    {
        if (work.IsForgotten || work.Progress == work.Written) return;
        await store.UpdateAsync(ecs =>
        {
            if (ecs.Find(EcsTables.Tasks, work.Task.Key) is not { } current) return;
            // Intent may have been written meanwhile; progress is ours alone.
            ecs.Put(EcsTables.Tasks, current with { Progress = work.Progress with { Version = current.Progress.Version + 1 } });
        }, ct);
        work.Written = work.Progress;
    }

    private static bool HasImages(TaskProgress progress) => progress.Containers.All(c => c.IsPulled);

    private static TaskProgress WithAdvice(TaskProgress progress, string advice)
    {
        var reason = StopReasons.EngineAway(advice);
        foreach (var container in progress.Containers.Where(c => c.LastStatus == ContainerLastStatus.Pending))
            progress = progress.With(container with { Reason = reason });
        return progress;
    }

    private void Report(TaskProgress before, TaskProgress after, TaskKey key)
    {
        if (before.LastStatus != after.LastStatus) LogStatus(key, after.LastStatus, after.StoppedReason);
    }

    [LoggerMessage(2101, LogLevel.Information, "Task {Task} is {Status} {Reason}")]
    private partial void LogStatus(TaskKey task, TaskLastStatus status, string? reason);
}

/// <summary>A task while the reconciler works on it.</summary>
internal sealed class TaskWork(TaskState task, TaskEntry entry)
{
    public TaskState Task { get; set; } = task;
    public TaskDefinitionState Definition { get; set; } = new() { Key = task.TaskDefinition, Definition = new() };
    public TaskEntry Entry { get; } = entry;
    public TaskProgress Progress { get; set; } = task.Progress;

    /// <summary>What the store has.</summary>
    public TaskProgress Written { get; set; } = task.Progress;

    /// <summary>Where it was placed; null on Fargate.</summary>
    public ContainerInstanceState? Instance { get; set; }
    public string? Ec2InstanceId => Instance?.Ec2InstanceId;

    /// <summary>The official agent runs it as a whole.</summary>
    public bool IsHosted => Instance is { Agent: not null };
    public bool IsForgotten { get; set; }
}
