using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Gates;

namespace Minato.Ecs.Planning.Services;

/// <summary>The gate in front of a deployment: no task of it starts before its images were let through.</summary>
internal static class Admission
{
    /// <summary>Until a gate that waits for a scan is asked again.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    /// <summary>How long a deployment waits for the verdict. Then it is refused: nobody can tell what is in the image.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Only a deployment that begins is asked about: what runs already, and what is gone back to, was let through once.</summary>
    public static bool IsOpen(DeploymentState primary) =>
        primary is { IsAdmitted: false, Rollout: DeploymentRolloutState.InProgress, RollingBackServiceDeployment: null, TaskSet: null };

    /// <returns>False while the verdict is awaited: nothing of the service moves.</returns>
    public static bool Settle(ServiceDraft draft)
    {
        if (draft.View.Gate is not { } verdict || !IsOpen(draft.Primary)) return true;
        if (verdict.Outcome is GateOutcome.Waiting && draft.Now - draft.Primary.CreatedAt < Patience)
        {
            draft.WakeBy(draft.Now + s_look);
            return false;
        }

        if (verdict.Outcome is GateOutcome.Allowed) draft.Change(draft.Primary.Id, d => d with { IsAdmitted = true });
        else Rollouts.Refuse(draft, verdict.Reason);
        return true;
    }
}
