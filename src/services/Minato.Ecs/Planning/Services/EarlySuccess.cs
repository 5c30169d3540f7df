using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>A deployment that may end before all of its tasks are healthy.</summary>
/// <param name="HealthyPercent">Of the desired count, in the target revision.</param>
/// <param name="IsDeferred">The tasks of the source revision may go afterwards.</param>
internal sealed record EarlySuccess(int HealthyPercent, bool IsDeferred)
{
    private const int AllOfThem = 100;

    public static EarlySuccess? Of(DeploymentConfiguration configuration) => configuration.EarlySuccessCriteria is { Enable: true } asked
        ? new(asked.HealthyPercent ?? AllOfThem, asked.SourceServiceRevisionCleanup == ServiceRevisionCleanup.Deferred) : null;

    /// <summary>Whether the primary deployment, and no rollback, has come far enough.</summary>
    public static bool IsReached(ServiceDraft draft)
    {
        var primary = draft.Primary;
        if (draft.View.EarlySuccess is not { } asked || draft.IsRolledBack) return false;
        if (primary is not { Rollout: DeploymentRolloutState.InProgress, RollingBackServiceDeployment: null }) return false;
        var healthy = draft.Tasks.Count(t => t.Verdict == TaskVerdict.Healthy && t.Task.DeploymentId == primary.Id);
        if (healthy < RollingUpdate.LowerBound(draft.View.DesiredCount, asked.HealthyPercent)) return false;
        return asked.IsDeferred || !draft.Tasks.Any(t => t.IsOccupying && t.Task.DeploymentId != primary.Id);
    }
}
