using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Writes a plan down, in one transaction: what was counted, told, started and stopped holds together or not at all.</summary>
internal sealed class ServiceApplication(ServiceReading reading, ServicePlan plan, PlacementBook placement, Ids ids, DateTimeOffset now)
{
    private static readonly TimeSpan s_notRepeatedFor = TimeSpan.FromHours(6);
    private long _nextEvent = reading.Service.NextEvent;

    private ServiceState Before => reading.Service;

    /// <summary>Whether there is anything to write.</summary>
    public static bool IsNews(IReadState ecs, ServiceState before, ServicePlan plan, DateTimeOffset now) =>
        plan.Starts.Length + plan.Stops.Length + plan.Remember.Length + plan.Forget.Length + plan.Outcomes.Length > 0
        || plan.SteadySince != before.SteadySince || plan.Status != before.Status
        || plan.Deployments.Length != before.Deployments.Length
        || plan.Deployments.Where((d, i) => !ReferenceEquals(d, before.Deployments[i])).Any()
        || plan.Events.Any(e => !IsRepeated(ecs, before.Key, e, now));

    /// <returns>Whether a container instance is wanting.</returns>
    public bool Apply(Transaction ecs)
    {
        ecs.Expect(ServiceTables.Services, Before.Key, Before);
        // Stopping a task is right only as long as those that stay are what they were when the plan was made.
        if (plan.Stops.Length > 0)
            foreach (var task in reading.Tasks) ecs.Expect(EcsTables.Tasks, task.Key, task);

        foreach (var memory in plan.Remember) ecs.Put(ServiceTables.ServiceTasks, memory);
        foreach (var key in plan.Forget) ecs.Delete(ServiceTables.ServiceTasks, key);
        foreach (var stop in plan.Stops) Stop(ecs, stop);
        foreach (var planned in plan.Events.Where(e => !IsRepeated(ecs, Before.Key, e, now)).Distinct()) Tell(ecs, planned.Message);
        var launches = new ServiceLaunches(ecs, Before, plan, placement, ids, now);
        foreach (var start in plan.Starts) launches.Start(start);
        TellStarted(ecs, launches.Started);
        foreach (var (zone, task) in launches.Rebalanced) Tell(ecs, ServiceEvents.StartedToRebalance(Before.Key.Name, zone, task));
        if (launches.Refusal is { } refusal && !IsRepeated(ecs, Before.Key, new(refusal, false), now)) Tell(ecs, refusal);
        foreach (var outcome in plan.Outcomes) Record(ecs, outcome);
        PinImages(ecs);
        Put(ecs, launches.Unplaced);
        return launches.Unplaced.Count > 0;
    }

    private static bool IsRepeated(IReadState ecs, ServiceKey service, PlannedEvent planned, DateTimeOffset now) =>
        !planned.IsRepeatable && ecs.Where(ServiceTables.EventsByService, service)
            .Any(e => e.Message == planned.Message && now - e.CreatedAt < s_notRepeatedFor);

    private void Stop(Transaction ecs, TaskStop stop)
    {
        if (ecs.Find(EcsTables.Tasks, new TaskKey(Before.Key.Cluster, stop.TaskId)) is { } task)
            ecs.Put(EcsTables.Tasks, task.RequestStop(TaskStopCode.ServiceSchedulerInitiated, stop.Reason, now));
    }

    private void TellStarted(Transaction ecs, List<string> started)
    {
        var replaced = plan.Replaced;
        foreach (var some in started.Chunk(ServiceEvents.TasksInOneEvent))
        {
            Tell(ecs, ServiceEvents.Started(Before.Key.Name, some, Math.Min(replaced, some.Length)));
            replaced -= Math.Min(replaced, some.Length);
        }
    }

    private void Tell(Transaction ecs, string message)
    {
        ecs.Put(ServiceTables.Events, new ServiceEventState
        {
            Key = new(Before.Key, _nextEvent++), Id = ids.Uuid(), CreatedAt = now, Message = message,
        });
        var oldest = _nextEvent - 1 - ServiceTables.EventsKept;
        if (oldest > 0) ecs.Delete(ServiceTables.Events, new ServiceEventKey(Before.Key, oldest));
    }

    private void Record(Transaction ecs, ServiceDeploymentChange change)
    {
        if (ecs.Find(ServiceTables.ServiceDeployments, new(Before.Key, change.ServiceDeploymentId)) is not { } record) return;
        var deployment = plan.Deployments.FirstOrDefault(d => d.Id == record.DeploymentId)
            ?? Before.Deployments.FirstOrDefault(d => d.Id == record.DeploymentId);
        ecs.Put(ServiceTables.ServiceDeployments, ServiceDeploymentRecords.Apply(record, change, deployment, Before.DesiredCount, now));
        if (ecs.Count(ServiceTables.ServiceDeploymentsByService, Before.Key) <= ServiceTables.ServiceDeploymentsKept) return;
        var oldest = ecs.Where(ServiceTables.ServiceDeploymentsByService, Before.Key).Where(d => d.IsOver).MinBy(d => d.CreatedAt);
        if (oldest is null) return;
        ServiceHistoryReconciler.Forget(ecs, oldest);
    }

    private void PinImages(Transaction ecs)
    {
        foreach (var deployment in plan.Deployments.Where(d => !d.ImageDigests.IsEmpty))
        {
            if (Before.Deployments.Any(d => d.Id == deployment.Id && !d.ImageDigests.IsEmpty)) continue;
            if (ecs.Find(ServiceTables.ServiceRevisions, new(Before.Key, deployment.RevisionId)) is not { } revision) continue;
            ecs.Put(ServiceTables.ServiceRevisions, revision with
            {
                Images = [.. revision.Images.Select(i => i with { ImageDigest = deployment.ImageDigests.GetValueOrDefault(i.ContainerName ?? "") })],
            });
        }
    }

    private void Put(Transaction ecs, IReadOnlyDictionary<string, int> unplaced)
    {
        var primary = plan.Deployments.FirstOrDefault();
        var isRollbackOpen = Before.RollbackRequested is { } asked
            && primary is { Rollout: DeploymentRolloutState.InProgress } && primary.ServiceDeploymentId == asked;
        ImmutableArray<DeploymentState> deployments = [.. plan.Deployments.Select(d => Corrected(d, unplaced.GetValueOrDefault(d.Id)))];
        var after = Before with
        {
            Deployments = deployments.SequenceEqual(Before.Deployments) ? Before.Deployments : deployments,
            Spec = plan.RolledBackTo?.Spec ?? Before.Spec,
            SteadySince = plan.SteadySince,
            Status = plan.Status,
            NextEvent = _nextEvent,
            RollbackRequested = isRollbackOpen ? Before.RollbackRequested : null,
            AbortRequested = null,
            HookDecisions = Undone(primary),
            InactiveAt = plan.Status == ServiceStatus.Inactive ? now : null,
        };
        // Without a difference nothing is written: what could not be placed would otherwise wake its service for ever.
        if (after != Before) ecs.Put(ServiceTables.Services, after);
        if (plan.Status != ServiceStatus.Inactive) return;
        // AWS: the history of deployments goes with the service. What is not on record yet stays until it is.
        foreach (var key in ecs.Keys(ServiceTables.ServiceDeploymentsByService, Before.Key).Where(k => ecs.IsRecorded(RecordKey.Of(k))).ToArray()) ecs.Delete(ServiceTables.ServiceDeployments, key);
        foreach (var key in ecs.Keys(ServiceTables.ServiceRevisionsByService, Before.Key).ToArray()) ecs.Delete(ServiceTables.ServiceRevisions, key);
    }

    /// <summary>Decisions for hooks that still wait for them.</summary>
    private ImmutableArray<HookDecision> Undone(DeploymentState? primary) => Before.HookDecisions.IsEmpty ? Before.HookDecisions
        : [.. Before.HookDecisions.Where(d => primary?.Traffic?.Hooks.Any(h => h.Id == d.HookId && h.IsOpen) == true)];

    /// <summary>Without the tasks that found no place; the very record it was when that leaves no difference.</summary>
    private DeploymentState Corrected(DeploymentState deployment, int unplaced)
    {
        if (unplaced == 0) return deployment;
        var corrected = deployment with { PendingCount = deployment.PendingCount - unplaced };
        return Before.Deployments.FirstOrDefault(d => d == corrected with { UpdatedAt = d.UpdatedAt }) ?? corrected;
    }
}
