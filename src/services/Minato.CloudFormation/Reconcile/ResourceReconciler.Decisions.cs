using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

// What was decided is written, and told.
internal sealed partial class ResourceReconciler
{
    private const string HenceNew = "Requested update requires the creation of a new physical resource; hence creating one.";

    private void Decided(Transaction tx, StackState stack, ResourceState resource, StepState step, Decision decision)
    {
        if (step.IsCancelled) return; // The next run ends it.
        switch (decision)
        {
            case Decision.Work work:
                Start(tx, stack, resource, step, work);
                break;
            case Decision.Nothing { Settings: var settings }:
                tx.Put(CloudFormationTables.Resources, With(resource, settings) with { Step = null, SettledIn = stack.Operation?.Id });
                break;
            case Decision.TakeBack:
                TakeBack(tx, stack, resource, step);
                break;
            case Decision.Impossible { Reason: var reason }:
                Fail(tx, stack, resource, step, reason, null);
                break;
        }
    }

    private void Start(Transaction tx, StackState stack, ResourceState resource, StepState step, Decision.Work work)
    {
        var (status, reason) = work.Way switch
        {
            StepWay.Create => (ResourceStatus.CreateInProgress, null),
            StepWay.Import => (ResourceStatus.ImportInProgress, "Resource import started."),
            StepWay.Replace => (ResourceStatus.UpdateInProgress, HenceNew),
            _ => (ResourceStatus.UpdateInProgress, (string?)null),
        };
        // What an operation before this one failed to make goes, and is made anew.
        if (work.Way is StepWay.Create && resource.Current is { } broken)
            resource = resource with { Leftovers = resource.Leftovers.Add(broken), Current = null };
        var touched = resource.IsTouched ? resource : resource with { IsTouched = true, Before = resource.Current };
        if (work.Settings is { } settings) touched = With(touched, settings);
        tx.Put(CloudFormationTables.Resources, touched with
        {
            Status = status, StatusReason = reason, ChangedAt = clock.GetUtcNow(),
            Step = step with { Way = work.Way, Target = work.Target, Shown = work.Shown, PhysicalId = work.PhysicalId },
        });
        teller.Tell(tx, stack, resource, status, reason, resource.PhysicalId ?? work.PhysicalId, work.Shown);
    }

    private static ResourceState With(ResourceState resource, Settings settings) => resource with
    {
        DeletionPolicy = settings.DeletionPolicy, UpdateReplacePolicy = settings.UpdateReplacePolicy, Metadata = settings.Metadata, Needs = [.. settings.Needs],
    };

    private void TakeBack(Transaction tx, StackState stack, ResourceState resource, StepState step)
    {
        if (resource is not { Before: { } before, Current: { } current }) return;
        var leftovers = resource.Leftovers.RemoveAll(l => l.PhysicalId == before.PhysicalId).Add(current with { IsReplaced = false });
        Restored(tx, stack, resource with { Current = before, Leftovers = leftovers }, step);
    }
}
