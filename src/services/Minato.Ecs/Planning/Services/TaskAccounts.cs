using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>Takes notice of what became of the tasks: each fact is counted and told once.</summary>
internal static class TaskAccounts
{
    public static void Settle(ServiceDraft draft)
    {
        foreach (var task in draft.Tasks.OrderBy(t => t.Task.CreatedAt).ThenBy(t => t.Task.Id, StringComparer.Ordinal))
        {
            NoteStart(draft, task.Task);
            NoteHealth(draft, task);
            NoteEnd(draft, task.Task);
        }

        TellTargets(draft, t => t.TargetsRegistered, m => m.ToldRegistered, m => m with { ToldRegistered = true }, ServiceEvents.Registered);
        TellDraining(draft);
        TellTargets(draft, t => t is { TargetsRegistered: true, TargetsDeregistered: true }, m => m.ToldDeregistered,
            m => m with { ToldDeregistered = true }, ServiceEvents.Deregistered);
        TellStopped(draft);
        foreach (var task in draft.View.Tasks)
            if (task.Status == TaskLastStatus.Stopped) draft.Forget(task);
    }

    private static void NoteStart(ServiceDraft draft, TaskInService task)
    {
        var memory = draft.MemoryOf(task);
        ImageResolution.NoteImages(draft, task);
        if (task.StartedAt is null || memory.HasRun) return;
        draft.Remember(memory with { HasRun = true });
        draft.Change(task.DeploymentId, d => d with
        {
            Backoff = d.Backoff.Level == 0 ? d.Backoff : new StartBackoff(),
            Breaker = d.Breaker with { HasReachedRunning = true },
        });
    }

    private static void NoteHealth(ServiceDraft draft, JudgedTask judged)
    {
        var memory = draft.MemoryOf(judged.Task);
        if (judged.Verdict == TaskVerdict.Healthy && (!memory.WasHealthy || memory.ToldUnhealthy))
        {
            draft.Remember(memory with { WasHealthy = true, ToldUnhealthy = false });
            if (!memory.WasHealthy) draft.Change(judged.Task.DeploymentId, d => CircuitBreaker.CountHealthy(d, draft.View.Breaker));
        }
        else if (judged.Verdict == TaskVerdict.Unhealthy && !memory.ToldUnhealthy)
        {
            draft.Remember(memory with { ToldUnhealthy = true });
            draft.Tell(TaskVerdicts.FailingTarget(judged.Task) is { } target
                ? ServiceEvents.TargetUnhealthy(draft.View.Name, judged.Task.Id, target)
                : ServiceEvents.ContainerUnhealthy(draft.View.Name, judged.Task.Id));
        }
    }

    private static void NoteEnd(ServiceDraft draft, TaskInService task)
    {
        var memory = draft.MemoryOf(task);
        var endedByItself = task.StopCode is TaskStopCode.TaskFailedToStart or TaskStopCode.EssentialContainerExited;
        if (!endedByItself || memory.StoppedByScheduler || memory.CountedFailure) return;
        draft.Remember(memory with { CountedFailure = true });
        if (task.StartedAt is { } started)
        {
            draft.Change(task.DeploymentId, d => d with { Backoff = StartBackoffs.AfterCrash(d.Backoff, draft.Now - started, draft.Now) });
            return;
        }

        ImageResolution.NoteFailure(draft, task);
        draft.Change(task.DeploymentId, CircuitBreaker.CountFailedStart);
        draft.Change(task.DeploymentId, d => d with { Backoff = StartBackoffs.AfterFailure(d.Backoff, draft.Now) });
        if (task.Reason is { Length: > 0 } reason) draft.Tell(ServiceEvents.UnableToPlace(draft.View.Name, reason), repeatable: false);
        if (draft.Find(task.DeploymentId)?.Backoff.Level >= StartBackoffs.ImpairedFrom)
            draft.Tell(ServiceEvents.UnableToStartConsistently(draft.View.Name), repeatable: false);
    }

    private static void TellTargets(
        ServiceDraft draft, Func<TaskInService, bool> isSo, Func<ServiceTaskState, bool> isTold,
        Func<ServiceTaskState, ServiceTaskState> told, Func<string, int, string, string> message)
    {
        var news = draft.View.Tasks.Where(t => !t.Targets.IsEmpty && isSo(t) && !isTold(draft.MemoryOf(t))).ToList();
        foreach (var task in news) draft.Remember(told(draft.MemoryOf(task)));
        foreach (var group in news.SelectMany(t => t.Targets).GroupBy(t => t.TargetGroupArn, StringComparer.Ordinal))
            draft.Tell(message(draft.View.Name, group.Count(), group.Key));
    }

    private static void TellDraining(ServiceDraft draft)
    {
        var news = draft.View.Tasks.Where(t =>
            t is { Status: TaskLastStatus.Deactivating, TargetsRegistered: true, Targets.IsEmpty: false } && !draft.MemoryOf(t).ToldDraining).ToList();
        foreach (var task in news) draft.Remember(draft.MemoryOf(task) with { ToldDraining = true });
        foreach (var group in news.GroupBy(t => t.DeploymentId, StringComparer.Ordinal))
            draft.Tell(ServiceEvents.Draining(draft.View.Name, group.Key, group.Count()));
    }

    private static void TellStopped(ServiceDraft draft)
    {
        var news = draft.View.Tasks.Where(t =>
            t is { Status: >= TaskLastStatus.Stopping, StartedAt: not null }
            && draft.MemoryOf(t) is { StoppedByScheduler: true, ToldStopped: false }).ToList();
        foreach (var task in news) draft.Remember(draft.MemoryOf(task) with { ToldStopped = true });
        foreach (var some in news.Select(t => t.Id).Chunk(ServiceEvents.TasksInOneEvent))
            draft.Tell(ServiceEvents.Stopped(draft.View.Name, some));
    }
}
