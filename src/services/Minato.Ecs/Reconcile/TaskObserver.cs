using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Reconcile;

/// <summary>Asks the engine, and the load balancers, how a task is.</summary>
internal sealed class TaskObserver(TaskEngines engines, TimeProvider clock, TargetHints hints, IElasticLoadBalancingV2? elb = null)
{
    public async Task LookAsync(TaskWork work, CancellationToken ct)
    {
        try
        {
            var pause = PauseIsGoneAsync(work, ct);
            var seen = await Task.WhenAll(work.Definition.Containers.Select(c => LookAsync(work, c, ct)));
            var isPauseGone = await pause;
            foreach (var container in seen) work.Progress = work.Progress.With(container);
            if (isPauseGone) EndWithPause(work);
        }
        catch
        {
            work.Entry.IsStale = true; // Not seen: to be asked again.
            throw;
        }
    }

    /// <summary>While targets drain: whether they are gone.</summary>
    public async Task LookAtTargetsAsync(TaskWork work, CancellationToken ct)
    {
        if (work.Entry.Targets != TargetsState.Draining || elb is null) return;
        foreach (var (group, target) in TaskTargets.Of(work))
        {
            var health = await DescribeAsync(elb, work, group, target, ct);
            if (health.Any(h => h.TargetHealth?.State == TargetHealthStateEnum.Draining)) return;
            hints.Done(work.Task.Key, group);
        }

        work.Entry.Targets = TargetsState.Gone;
    }

    private static async Task<IEnumerable<TargetHealthDescription>> DescribeAsync(
        IElasticLoadBalancingV2 elb, TaskWork work, string group, TargetDescription target, CancellationToken ct)
    {
        try
        {
            var answer = await elb.DescribeTargetHealthAsync(
                new() { TargetGroupArn = group, Targets = [target] }, work.Task.Key.Cluster.Scope.AsService(), ct);
            return answer.TargetHealthDescriptions ?? [];
        }
        catch (Aws.AwsException e) when (e.IsClientFault)
        {
            return []; // The target group, or the target, is gone: nothing drains.
        }
    }

    private async Task<ContainerProgress> LookAsync(TaskWork work, ContainerDefinition definition, CancellationToken ct)
    {
        var known = work.Progress.Container(definition.Name ?? "");
        if (known.LastStatus == ContainerLastStatus.Stopped) return known;
        var seen = await engines.Of(work.Task).InspectAsync(known.RuntimeId ?? ContainerNames.Of(work.Task, known), ct);
        return ContainerObservation.Fold(known, definition, seen, clock.GetUtcNow());
    }

    private async Task<bool> PauseIsGoneAsync(TaskWork work, CancellationToken ct) =>
        work.Progress is { StopCode: null, Interface: { PauseId: { } pause, IsPauseUp: true, IsDeleted: false } }
        && await engines.Of(work.Task).InspectAsync(pause, ct) is not { Phase: ContainerPhase.Running };

    // AWS: the pause container counts as essential; without it the task has no network.
    private static void EndWithPause(TaskWork work) =>
        work.Progress = work.Progress with
        {
            StopCode = work.Progress.LastStatus >= TaskLastStatus.Running ? TaskStopCode.EssentialContainerExited : TaskStopCode.TaskFailedToStart,
            StoppedReason = work.Progress.LastStatus >= TaskLastStatus.Running ? StopReasons.EssentialContainerExited
                : StopReasons.Named("ContainerNetworkingError", "the container that holds the task's network namespace has gone"),
        };
}
