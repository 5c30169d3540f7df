using Minato.CloudFormation.State;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>Takes everything of a stack out of the store.</summary>
internal static class Forgetting
{
    public static readonly TimeSpan After = TimeSpan.FromDays(90);

    public static void Forget(Transaction tx, StackState stack)
    {
        foreach (var resource in tx.Where(CloudFormationTables.ResourcesByStack, stack.Id).ToList())
        {
            foreach (var signal in tx.Where(CloudFormationTables.SignalsByResource, resource.Key).ToList()) tx.Delete(CloudFormationTables.Signals, signal.Key);
            tx.Delete(CloudFormationTables.Resources, resource.Key);
        }
        foreach (var told in tx.Where(CloudFormationTables.EventsByStack, stack.Id).ToList()) tx.Delete(CloudFormationTables.Events, told.Key);
        foreach (var set in tx.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).ToList())
        {
            tx.Delete(CloudFormationTables.Templates, set.Inputs.TemplateId);
            tx.Delete(CloudFormationTables.ChangeSets, set.Id);
        }
        foreach (var detection in tx.Where(CloudFormationTables.DetectionsByStack, stack.Id).ToList()) tx.Delete(CloudFormationTables.Detections, detection.Id);
        foreach (var drift in tx.Where(CloudFormationTables.DriftsByStack, stack.Id).ToList()) tx.Delete(CloudFormationTables.Drifts, drift.ResourceKey);
        tx.Delete(CloudFormationTables.Templates, stack.Inputs.TemplateId);
        tx.Delete(CloudFormationTables.Stacks, stack.Id);
    }
}
