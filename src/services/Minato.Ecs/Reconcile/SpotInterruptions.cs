using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Takes back capacity of FARGATE_SPOT, as AWS does when it needs it elsewhere: here somebody has to ask for it.</summary>
internal sealed class SpotInterruptions(Store store, TimeProvider clock, Ids ids)
{
    private const string Reason = "Your Spot Task was interrupted.";

    /// <param name="cluster">Whose tasks.</param>
    /// <param name="service">Of this service only; null for any.</param>
    /// <param name="count">As many, by chance; null for all.</param>
    /// <returns>ARNs of the tasks that were given notice.</returns>
    public ValueTask<ImmutableArray<string>> InterruptAsync(ClusterKey cluster, string? service, int? count, CancellationToken ct) =>
        store.UpdateAsync(ecs =>
        {
            var candidates = ecs.Where(EcsTables.TasksByLaunchType, (cluster, LaunchType.Fargate, DesiredStatus.Running))
                .Where(t => t.CapacityProviderName == CapacityProviderState.FargateSpot && (service is null || t.ServiceName == service)).ToList();
            var chosen = ImmutableArray.CreateBuilder<string>();
            while (candidates.Count > 0 && chosen.Count < (count ?? int.MaxValue))
            {
                var task = candidates[ids.Next(candidates.Count)];
                candidates.Remove(task);
                ecs.Put(EcsTables.Tasks, task.RequestStop(TaskStopCode.SpotInterruption, Reason, clock.GetUtcNow()));
                chosen.Add(task.Key.Arn);
            }

            return chosen.ToImmutable();
        }, ct);
}
