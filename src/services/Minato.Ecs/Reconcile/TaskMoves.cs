using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Inside;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Makes the moves of a plan. Each answers how the progress changes by it.</summary>
internal sealed partial class TaskMoves(
    Store store, TaskBoard board, TaskNetwork network, TaskLogStreams logs, TaskInputsResolver inputs, InsideNetworks inside, ImagePuller images, EcsOptions options, TaskEngines engines, HostedTaskMoves hosted,
    IWorkQueue<TaskKey> queue, TargetHints hints, TimeProvider clock, ILogger<TaskMoves> log, IElasticLoadBalancingV2? elb = null)
{
    private static readonly Func<TaskProgress, TaskProgress> s_same = p => p;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    public async Task<Func<TaskProgress, TaskProgress>> ApplyAsync(TaskMove move, TaskWork work, CancellationToken ct) => move switch
    {
        TaskMove.ReadInputs => await ReadInputsAsync(work, ct),
        TaskMove.AttachInterface => await network.AttachAsync(work, ct),
        TaskMove.MakePause => await network.MakePauseAsync(work, ct),
        TaskMove.StartPause => await network.StartPauseAsync(work, ct),
        TaskMove.DetachInterface => await network.DetachAsync(work, ct),
        TaskMove.Pull pull => BeginPull(pull, work),
        TaskMove.PrepareLogs => await PrepareLogsAsync(work, ct),
        TaskMove.Make make => await MakeAheadAsync(make.Container, work, ct),
        TaskMove.Run run => await RunAsync(run, work, ct),
        TaskMove.Restart restart => await RestartAsync(restart, work, ct),
        TaskMove.Stop stop => BeginStop(stop, work),
        TaskMove.RegisterTargets => await RegisterAsync(work, ct),
        TaskMove.DeregisterTargets => await DeregisterAsync(work, ct),
        TaskMove.RemoveContainers => await RemoveAsync(work, ct),
        TaskMove.HandOver => hosted.HandOver(work),
        TaskMove.OrderStop => hosted.OrderStop(work),
        TaskMove.RenewKeys => hosted.RenewKeys(work),
        TaskMove.Forget => await ForgetAsync(work, ct),
        _ => throw new InvalidOperationException($"No way to make the move {move}."),
    };

    /// <summary>The task is gone from the store (a reset): so is what it left on the engine.</summary>
    public async Task RemoveTracesAsync(TaskKey key, CancellationToken ct)
    {
        if (board.Find(key) is not { } entry) return;
        board.Forget(key);
        if (entry.HostArn is { } host)
        {
            hosted.Abandon(key, host);
            return;
        }

        foreach (var engine in engines.All)
        {
            foreach (var container in await engine.ListAsync(ct))
                if (ContainerNames.TaskOf(container.Labels) == key) await engine.RemoveAsync(container.Id, ct);
        }
    }

    private Func<TaskProgress, TaskProgress> BeginPull(TaskMove.Pull pull, TaskWork work)
    {
        work.Entry.Pulls = work.Entry.Pulls.SetItem(pull.Container, new PullState.InFlight());
        var definition = Definition(work, pull.Container);
        _ = PullAsync(work.Task, definition, InputsOf(work, pull.Container).Registry, work.Entry);
        return s_same;
    }

    // Pulls take as long as they take: they run beside the reconciler and bring the task back when they end.
    private async Task PullAsync(TaskState task, ContainerDefinition definition, RegistryAccount? account, TaskEntry entry)
    {
        var name = definition.Name ?? "";
        PullState? result = null;
        try
        {
            result = await images.PullAsync(task, definition, account, board.Stopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (EngineUnavailableException)
        {
            await Task.Delay(s_retry, clock, board.Stopping);
        }
        catch (Exception e)
        {
            LogPullFailed(e, task.Key, name);
            await Task.Delay(s_retry, clock, board.Stopping);
        }

        entry.Post(e => e.Pulls = result is null ? e.Pulls.Remove(name) : e.Pulls.SetItem(name, result));
        queue.Enqueue(task.Key);
    }

    private async Task<Func<TaskProgress, TaskProgress>> ReadInputsAsync(TaskWork work, CancellationToken ct)
    {
        switch (await inputs.ResolveAsync(work.Task, work.Definition, ct))
        {
            case InputsOutcome.Failed failed:
                return FailedToStart(work, failed.Reason);
            case InputsOutcome.Ready ready:
                work.Entry.Inputs = ready.Inputs;
                break;
        }

        return s_same;
    }

    private async Task<Func<TaskProgress, TaskProgress>> PrepareLogsAsync(TaskWork work, CancellationToken ct)
    {
        if (await logs.PrepareAsync(work.Task, work.Definition, ct) is { } problem)
            return p => p.StopCode is null ? p with { StopCode = TaskStopCode.TaskFailedToStart, StoppedReason = problem } : p;
        work.Entry.LogsReady = true;
        return s_same;
    }

    // The pause container may be made afresh meanwhile: what could not be made ahead is made when it is to start, and told then.
    private async Task<Func<TaskProgress, TaskProgress>> MakeAheadAsync(string name, TaskWork work, CancellationToken ct)
    {
        var made = await MakeAsync(name, work, ct);
        return made(work.Progress).Container(name).RuntimeId is null ? s_same : made;
    }

    private async Task<Func<TaskProgress, TaskProgress>> MakeAsync(string name, TaskWork work, CancellationToken ct)
    {
        var definition = Definition(work, name);
        if (await PrepareVolumesAsync(work, definition, ct) is { } problem) return Failed(name, null, StopReasons.Named("CannotCreateVolumeError", problem));
        LogRouter? router = null;
        if (Firelens.RouterOf(work.Definition) is not null)
        {
            if (await engines.Of(work.Task).EnsureVolumeAsync(Firelens.VolumeOf(work.Task), ct) is not VolumeOutcome.Ready { Path: { } socket })
                return Failed(name, null, StopReasons.Named("ResourceInitializationError", "unable to create the directory of the FireLens socket"));
            router = new(socket, work.Instance?.Ec2InstanceId, work.Entry.Inputs ?? TaskInputs.None);
        }

        var engine = engines.Of(work.Task);
        if (work.Instance?.Engine is null) await inside.OpenAsync(work.Task, ct);
        var image = images.Source(work.Task, definition).Reference;
        var resolver = engines.NameOf(work.Task) is null ? inside.ResolverOfBridge : null;
        var created = await engine.CreateAsync(
            ContainerSpecs.Of(work.Task, work.Definition, definition, InputsOf(work, name), image, options.FileSystemDirectory, resolver, router).On(work.Instance), ct);
        return created is CreateOutcome.Created { ContainerId: var id }
            ? p => p.With(p.Container(name) with { RuntimeId = id })
            : Failed(name, null, StopReasons.Of(created));
    }

    private async Task<Func<TaskProgress, TaskProgress>> RunAsync(TaskMove.Run run, TaskWork work, CancellationToken ct)
    {
        var engine = engines.Of(work.Task);
        var id = work.Progress.Container(run.Container).RuntimeId;
        var started = id is null ? new StartOutcome.Gone() : await engine.StartAsync(id, ct);
        if (started is StartOutcome.Gone or StartOutcome.NetworkGone)
        {
            // Made ahead, it may have been bound to a pause container that did not start and was made afresh since.
            if (started is StartOutcome.NetworkGone && id is not null) await engine.RemoveAsync(id, ct);
            var made = await MakeAsync(run.Container, work, ct);
            id = made(work.Progress).Container(run.Container).RuntimeId;
            if (id is null) return made;
            started = await engine.StartAsync(id, ct);
        }

        if (started is not StartOutcome.Started) return Failed(run.Container, id, StopReasons.Of(started));
        // Address and published ports are the engine's choice: look before a target is registered with them.
        if (work.Definition.NetworkMode == NetworkMode.Bridge) work.Entry.IsStale = true;
        var now = clock.GetUtcNow();
        return p => p.With(p.Container(run.Container) with
        {
            RuntimeId = id, LastStatus = ContainerLastStatus.Running, HasRun = true, StartedAt = now, Reason = null,
        });
    }

    /// <returns>Why the container cannot have its volumes, or null.</returns>
    private async Task<string?> PrepareVolumesAsync(TaskWork work, ContainerDefinition definition, CancellationToken ct)
    {
        if (TaskVolumes.Refusal(work.Definition) is { } refusal) return refusal;
        foreach (var volume in TaskVolumes.NeededBy(work.Task, work.Definition, definition))
        {
            if (await engines.Of(work.Task).EnsureVolumeAsync(volume, ct) is VolumeOutcome.Refused refused) return refused.Reason;
        }

        return null;
    }

    private async Task<Func<TaskProgress, TaskProgress>> RestartAsync(TaskMove.Restart restart, TaskWork work, CancellationToken ct)
    {
        if (work.Progress.Container(restart.Container).RuntimeId is not { } id) return s_same;
        var started = await engines.Of(work.Task).StartAsync(id, ct);
        return started is StartOutcome.Started ? s_same : Failed(restart.Container, id, StopReasons.Of(started));
    }

    private Func<TaskProgress, TaskProgress> BeginStop(TaskMove.Stop stop, TaskWork work)
    {
        var container = work.Progress.Container(stop.Container);
        if (container.RuntimeId is not { } id) return p => p.With(container with { LastStatus = ContainerLastStatus.Stopped });
        work.Entry.Stopping = work.Entry.Stopping.Add(stop.Container);
        _ = StopAsync(work.Task, stop, id, work.Entry);
        return s_same;
    }

    private async Task StopAsync(TaskState task, TaskMove.Stop stop, string id, TaskEntry entry)
    {
        try
        {
            if (await engines.Of(task).StopAsync(id, stop.Grace, board.Stopping) is StopOutcome.Refused refused)
            {
                LogStopRefused(task.Key, stop.Container, refused.Reason);
                await Task.Delay(s_retry, clock, board.Stopping);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            LogStopRefused(task.Key, stop.Container, e.Message);
            await Task.Delay(s_retry, clock, board.Stopping);
        }

        entry.Post(e =>
        {
            e.Stopping = e.Stopping.Remove(stop.Container);
            e.IsStale = true;
        });
        queue.Enqueue(task.Key);
    }

    private async Task<Func<TaskProgress, TaskProgress>> RegisterAsync(TaskWork work, CancellationToken ct)
    {
        foreach (var (group, target) in TaskTargets.Of(work))
        {
            try
            {
                if (elb is not null) await elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [target] }, Caller(work), ct);
            }
            catch (TargetGroupNotFoundException e)
            {
                LogNotRegistered(work.Task.Key, group, e.Message); // The task runs; its service tells that it is not healthy there.
            }
        }

        return p => p with { TargetsRegistered = true };
    }

    private async Task<Func<TaskProgress, TaskProgress>> DeregisterAsync(TaskWork work, CancellationToken ct)
    {
        foreach (var (group, target) in TaskTargets.Of(work))
        {
            hints.Wait(work.Task.Key, group);
            try
            {
                if (elb is not null) await elb.DeregisterTargetsAsync(new() { TargetGroupArn = group, Targets = [target] }, Caller(work), ct);
            }
            catch (AwsException e) when (e.IsClientFault)
            {
                LogNotDeregistered(work.Task.Key, group, e.Message); // The target group is gone: so is the target.
            }
        }

        work.Entry.Targets = elb is null ? TargetsState.Gone : TargetsState.Draining;
        return s_same;
    }

    private async Task<Func<TaskProgress, TaskProgress>> RemoveAsync(TaskWork work, CancellationToken ct)
    {
        var engine = engines.Of(work.Task);
        foreach (var container in work.Progress.Containers)
        {
            if (container.RuntimeId is { } id) await engine.RemoveAsync(id, ct);
        }

        foreach (var volume in TaskVolumes.OwnedBy(work.Task, work.Definition)) await engine.RemoveVolumeAsync(volume, ct);
        return p => p with { IsCleanedUp = true };
    }

    private async Task<Func<TaskProgress, TaskProgress>> ForgetAsync(TaskWork work, CancellationToken ct)
    {
        await store.UpdateAsync(ecs =>
        {
            ecs.Delete(EcsTables.Tasks, work.Task.Key);
            foreach (var container in work.Progress.Containers) ecs.Delete(EcsTables.LogCursors, new LogCursorKey(work.Task.Key, container.Name));
        }, ct);
        board.Forget(work.Task.Key);
        inputs.Forget(work.Task, work.Definition);
        work.IsForgotten = true;
        return s_same;
    }

    private static Func<TaskProgress, TaskProgress> Failed(string container, string? id, string? reason) =>
        p => p.With(p.Container(container) with { RuntimeId = id, LastStatus = ContainerLastStatus.Stopped, Reason = reason });

    // AWS: on Fargate the task says why, on EC2 its containers do.
    private static Func<TaskProgress, TaskProgress> FailedToStart(TaskWork work, string reason) => p => p.StopCode is not null ? p : p with
    {
        StopCode = TaskStopCode.TaskFailedToStart,
        StoppedReason = work.Task.LaunchType == LaunchType.Fargate ? reason : StopReasons.TaskFailedToStart,
        Containers = [.. p.Containers.Select(c => work.Task.LaunchType == LaunchType.Fargate || c.HasRun ? c : c with { Reason = reason })],
    };

    private static ContainerInputs InputsOf(TaskWork work, string container) => (work.Entry.Inputs ?? TaskInputs.None).Of(container);

    private static ContainerDefinition Definition(TaskWork work, string container) =>
        work.Definition.Containers.First(c => c.Name == container);

    private static Caller Caller(TaskWork work) => work.Task.Key.Cluster.Scope.AsService();

    [LoggerMessage(2110, LogLevel.Error, "Pulling the image of container {Container} of task {Task} failed")]
    private partial void LogPullFailed(Exception cause, TaskKey task, string container);

    [LoggerMessage(2111, LogLevel.Warning, "Container {Container} of task {Task} did not stop: {Reason}")]
    private partial void LogStopRefused(TaskKey task, string container, string reason);

    [LoggerMessage(2113, LogLevel.Warning, "Task {Task} was not registered in {TargetGroup}: {Reason}")]
    private partial void LogNotRegistered(TaskKey task, string targetGroup, string reason);

    [LoggerMessage(2112, LogLevel.Information, "Task {Task} was not deregistered from {TargetGroup}: {Reason}")]
    private partial void LogNotDeregistered(TaskKey task, string targetGroup, string reason);
}
