using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

// What a resource becomes by what its handler says.
internal sealed partial class ResourceReconciler
{
    private const string CreationCancelled = "Resource creation cancelled";
    private const string UpdateCancelled = "Resource update cancelled";

    /// <summary>AWS: a deletion that fails in the cleanup is tried this often.</summary>
    private const int MostCleanupAttempts = 3;

    private async ValueTask<Next> TakeAsync(ResourceState seen, StepState step, ResourceProgress progress, CancellationToken ct) =>
        await store.UpdateAsync(tx =>
        {
            if (!IsSame(tx, seen, step, out var stack, out var resource) || resource.Step is not { } newest) return Next.Done;
            if (progress is ResourceProgress.Pending pending) return Later(tx, stack, resource, newest, pending);
            if (newest.Action is StepAction.Delete) EndDeletion(tx, stack, resource, newest, progress);
            else if (progress is ResourceProgress.Done done) Made(tx, stack, resource, newest, done);
            else if (progress is ResourceProgress.Failed failed) Fail(tx, stack, resource, newest, ReasonOf(failed, newest), failed.PhysicalResourceId ?? newest.PhysicalId);
            return Next.Done;
        }, ct);

    private static string ReasonOf(ResourceProgress.Failed failed, StepState step) => failed.Code.Length == 0 ? failed.Message
        : $"Resource handler returned message: \"{failed.Message}\" (RequestToken: {step.Token}, HandlerErrorCode: {failed.Code})";

    private Next Later(Transaction tx, StackState stack, ResourceState resource, StepState step, ResourceProgress.Pending pending)
    {
        var known = pending.PhysicalResourceId ?? step.PhysicalId;
        var now = clock.GetUtcNow();
        // Who was woken and has nothing new to tell writes nothing: that would wake him again, at once and for ever.
        if (step.DueAt is { } due && due > now && step.PhysicalId == known && step.Context == pending.Context) return Next.At(due);
        var next = Initiate(tx, stack, resource, step with { PhysicalId = known, Context = pending.Context, DueAt = now + pending.After }, known);
        tx.Put(CloudFormationTables.Resources, resource with { Step = next });
        return Next.After(pending.After);
    }

    // AWS: a second event of the same status tells the physical id.
    private StepState Initiate(Transaction tx, StackState stack, ResourceState resource, StepState step, string? physicalId)
    {
        if (step.IsInitiated || physicalId is null || step.Way is not (StepWay.Create or StepWay.Replace)) return step;
        teller.Tell(tx, stack, resource, step.Way is StepWay.Create ? ResourceStatus.CreateInProgress : ResourceStatus.UpdateInProgress, "Resource creation Initiated", physicalId, step.Shown);
        return step with { IsInitiated = true };
    }

    private void Made(Transaction tx, StackState stack, ResourceState resource, StepState step, ResourceProgress.Done done)
    {
        var physicalId = done.PhysicalResourceId ?? step.PhysicalId ?? resource.PhysicalId ?? "";
        step = Initiate(tx, stack, resource, step with { PhysicalId = physicalId }, physicalId);
        var next = Become(resource, step, physicalId, done.Model);
        if (step.IsCancelled) Cancelled(tx, stack, next, step);
        else if (step.Action is StepAction.Restore) Restored(tx, stack, next, step);
        else if (step.Way is StepWay.Create or StepWay.Replace && Waiting.Of(PolicyOf(tx, stack, resource, d => d.CreationPolicy), next.Key) is not null)
            tx.Put(CloudFormationTables.Resources, next with { Step = step with { Way = StepWay.Signals, Since = clock.GetUtcNow(), Context = step.Way.ToString() } });
        else Complete(tx, stack, next, step);
    }

    private ResourceState Become(ResourceState resource, StepState step, string physicalId, ResourceModel model)
    {
        var target = vault.Open(resource.Key, step.Target ?? throw new InvalidOperationException("The step has no target."));
        var old = step.Way is StepWay.Update ? vault.Open(resource.Key, resource.Current)?.Attributes : null;
        // An update may leave out what did not change.
        var attributes = old is null ? model.Attributes : Merge(old, model.Attributes);
        var made = new Incarnation(resource.Type, physicalId, vault.Seal(resource.Key, target with { Attributes = attributes }));
        var replaced = resource.Current is { } current && current.PhysicalId != physicalId ? resource.Leftovers.Add(current with { IsReplaced = true }) : resource.Leftovers;
        return resource with { Current = made, Leftovers = replaced };
    }

    private static JsonObject Merge(JsonObject old, JsonObject changed)
    {
        foreach (var (name, value) in changed) old[name] = value?.DeepClone();
        return old;
    }

    private void Complete(Transaction tx, StackState stack, ResourceState resource, StepState step)
    {
        ForgetSignals(tx, resource, step);
        var status = step.Way switch
        {
            StepWay.Create => ResourceStatus.CreateComplete,
            StepWay.Signals when step.Context is nameof(StepWay.Create) => ResourceStatus.CreateComplete,
            StepWay.Import => ResourceStatus.ImportComplete,
            _ => ResourceStatus.UpdateComplete,
        };
        var reason = step.Way is StepWay.Import ? "Resource import completed." : null;
        tx.Put(CloudFormationTables.Resources, resource with
        {
            Step = null, Status = status, StatusReason = reason, ChangedAt = clock.GetUtcNow(), SettledIn = stack.Operation?.Id, FailedIn = null,
        });
        teller.Tell(tx, stack, resource, status, reason, resource.PhysicalId, step.Shown);
    }

    private void Restored(Transaction tx, StackState stack, ResourceState resource, StepState step)
    {
        ForgetSignals(tx, resource, step);
        tx.Put(CloudFormationTables.Resources, resource with
        {
            Step = null, Status = ResourceStatus.UpdateComplete, StatusReason = null, ChangedAt = clock.GetUtcNow(), IsTouched = false, Before = null, FailedIn = null,
        });
        teller.Tell(tx, stack, resource, ResourceStatus.UpdateComplete, null, resource.PhysicalId, step.Shown);
    }

    private void Fail(Transaction tx, StackState stack, ResourceState resource, StepState step, string reason, string? physicalId)
    {
        ForgetSignals(tx, resource, step);
        // What was made all the same is remembered, to be deleted.
        var partial = physicalId is not null && step.Target is { } target ? new Incarnation(resource.Type, physicalId, target, IsUncertain: true) : null;
        var isUpdate = step.Way is StepWay.Update;
        resource = step.Way switch
        {
            StepWay.Create => resource with { Current = partial },
            StepWay.Replace when partial is not null && partial.PhysicalId != resource.PhysicalId => resource with { Leftovers = resource.Leftovers.Add(partial) },
            StepWay.Update when resource.Current is { } current => resource with
            {
                Current = current with { IsUncertain = true, Tried = step.Action is StepAction.Restore ? current.Tried : step.Target },
            },
            _ => resource,
        };
        var isCreate = step.Way is StepWay.Create || (step.Way is StepWay.Undecided && resource.Current is null) || (step.Way is StepWay.Signals && step.Context is nameof(StepWay.Create));
        var status = step.Way is StepWay.Import ? ResourceStatus.ImportFailed : isCreate && !isUpdate ? ResourceStatus.CreateFailed : ResourceStatus.UpdateFailed;
        tx.Put(CloudFormationTables.Resources, resource with
        {
            Step = null, Status = status, StatusReason = reason, ChangedAt = clock.GetUtcNow(),
            FailedIn = FailurePhase(stack),
        });
        teller.Tell(tx, stack, resource, status, reason, physicalId ?? resource.PhysicalId, step.Shown);
    }

    private async ValueTask<Next> EndCancelledAsync(ResourceState seen, StepState step, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            if (!IsSame(tx, seen, step, out var stack, out var resource) || resource.Step is not { } newest) return;
            if (newest.Way is StepWay.Undecided) Unbegin(tx, resource);
            else Fail(tx, stack, resource, newest, CancellationOf(resource, newest), newest.PhysicalId);
        }, ct);
        return Next.Done;
    }

    // Nothing was told of it, and nothing was done.
    private static void Unbegin(Transaction tx, ResourceState resource)
    {
        if (resource is { Current: null, IsTouched: false }) tx.Delete(CloudFormationTables.Resources, resource.Key);
        else tx.Put(CloudFormationTables.Resources, resource with { Step = null });
    }

    // It is made: only nobody wants it any more.
    private void Cancelled(Transaction tx, StackState stack, ResourceState resource, StepState step)
    {
        var reason = CancellationOf(resource, step);
        var status = step.Way is StepWay.Create ? ResourceStatus.CreateFailed : ResourceStatus.UpdateFailed;
        tx.Put(CloudFormationTables.Resources, resource with
        {
            Step = null, Status = status, StatusReason = reason, ChangedAt = clock.GetUtcNow(), IsTouched = true,
            FailedIn = FailurePhase(stack),
        });
        teller.Tell(tx, stack, resource, status, reason, resource.PhysicalId, step.Shown);
    }

    // What a deletion interrupts has not failed to be deleted.
    private static string? FailurePhase(StackState stack) => stack.Operation is { Phase: not Phase.Delete } operation ? ResourceState.PhaseOf(operation) : null;

    private static string CancellationOf(ResourceState resource, StepState step) =>
        step.Way is StepWay.Update or StepWay.Replace || (step.Way is StepWay.Undecided && resource.Current is not null) ? UpdateCancelled : CreationCancelled;

    private void EndDeletion(Transaction tx, StackState stack, ResourceState resource, StepState step, ResourceProgress progress)
    {
        var isLeftover = resource.Leftovers is [var first, ..] && first.PhysicalId == step.Victim?.PhysicalId;
        var operation = stack.Operation ?? throw new InvalidOperationException("Nobody asked for this deletion.");
        var failed = progress as ResourceProgress.Failed;
        if (failed is { Code: "NotFound" }) failed = null;
        if (failed is not null && operation.IsForced) failed = null;
        var status = failed is null ? ResourceStatus.DeleteComplete : ResourceStatus.DeleteFailed;
        var reason = failed is null ? null : ReasonOf(failed, step);
        teller.Tell(tx, stack, resource, status, reason, step.Victim?.PhysicalId);
        resource = resource with { Step = null, ChangedAt = clock.GetUtcNow() };
        var attempts = operation.Phase is Phase.Cleanup && failed is not null ? resource.CleanupAttempts + 1 : 0;
        // AWS: what cannot be cleaned up after some attempts is given up.
        if (failed is null || (operation.Phase is Phase.Cleanup && attempts >= MostCleanupAttempts))
            resource = isLeftover ? resource with { Leftovers = resource.Leftovers.RemoveAt(0) } : resource with { Current = null };
        if (!isLeftover) resource = resource with { Status = status, StatusReason = reason };
        tx.Put(CloudFormationTables.Resources, resource with
        {
            CleanupAttempts = attempts,
            HasRemains = resource.HasRemains || attempts >= MostCleanupAttempts,
            FailedIn = failed is not null && operation.Phase is not Phase.Cleanup ? ResourceState.PhaseOf(operation) : resource.FailedIn,
        });
    }
}
