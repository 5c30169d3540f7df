using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

internal sealed record StackKey(string Id);

/// <summary>
/// Leads a stack through its operation: gives its resources steps, and turns from phase to phase. Everything it decides, it decides and
/// writes in one transaction on the newest state.
/// </summary>
internal sealed partial class StackReconciler(
    Store store, Blueprints blueprints, Zones zones, Teller teller, Ids ids, TimeProvider clock, ILogger<StackReconciler> log) : IReconciler<StackKey>
{
    public async ValueTask<Next> ReconcileAsync(StackKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudFormationTables.Stacks, key.Id) is not { } seen) return Next.Done;
        if (seen.DeletedAt is { } deleted) return await ForgetAsync(seen, deleted + Forgetting.After, ct);
        if (seen.Operation is null) return Next.Done;
        // Reading a template is long work: it is done before the transaction, which then finds it done.
        var blueprint = blueprints.Of(store.Current, seen);
        var known = await zones.ForAsync(blueprint.Template, seen.CallerFor(seen.Inputs), ct);
        return await store.UpdateAsync(tx => Advance(tx, key.Id, known), ct);
    }

    private Next Advance(Transaction tx, string id, Func<string, IReadOnlyList<string>?> known)
    {
        if (tx.Find(CloudFormationTables.Stacks, id) is not { Operation: { } operation } stack) return Next.Done;
        if (operation is { Phase: Phase.Delete, IsRollback: false, Kind: OperationKind.Delete } && ExportInUse(tx, stack) is { } inUse) return FailDeletion(tx, stack, inUse);
        var blueprint = blueprints.Of(tx, stack);
        var view = ViewOf(tx, stack, operation, blueprint);
        var now = clock.GetUtcNow();
        var plan = StackPlanner.Plan(view, now);
        foreach (var resource in plan.Begin) Begin(tx, stack, operation, blueprint, resource, plan.Action, now);
        foreach (var resource in plan.Cancel) Cancel(tx, id, resource);
        if (plan.Turn is not Turn.None) Take(tx, stack, operation, blueprint, plan.Turn, known);
        return plan.LookAt is { } at ? Next.At(at) : Next.Done;
    }

    private static StackView ViewOf(IReadState state, StackState stack, OperationState operation, Blueprint blueprint)
    {
        var records = state.Where(CloudFormationTables.ResourcesByStack, stack.Id).ToDictionary(r => r.LogicalId);
        var wanted = operation.Phase is Phase.Forward or Phase.Cleanup ? blueprint.Graph.Resources : [];
        var views = records.Values.Select(r => ViewOf(r, operation, blueprint))
            .Concat(wanted.Where(id => !records.ContainsKey(id)).Select(id => new ResourceView { Id = id, IsWanted = true, Needs = blueprint.Graph.Needs(id) }));
        return new()
        {
            Operation = operation, Resources = [.. views.OrderBy(v => v.Id, StringComparer.Ordinal)],
            IsToBeWatched = stack.Inputs.MonitoringMinutes > 0 && operation is { Kind: OperationKind.Create or OperationKind.Update },
        };
    }

    private static ResourceView ViewOf(ResourceState resource, OperationState operation, Blueprint blueprint)
    {
        var wanted = blueprint.IsActive(resource.LogicalId);
        var forward = operation.Phase is Phase.Forward;
        return new()
        {
            Id = resource.LogicalId,
            IsWanted = wanted && operation.Phase is Phase.Forward or Phase.Cleanup,
            Needs = forward && wanted ? blueprint.Graph.Needs(resource.LogicalId) : [.. resource.Needs],
            IsSettled = resource.SettledIn == operation.Id,
            IsFailed = resource.FailedIn == ResourceState.PhaseOf(operation),
            MustGoBack = resource is { IsTouched: true, Before: not null },
            MustGo = MustGo(resource, operation, wanted),
            Doing = resource.Step?.Action,
            IsCancelled = resource.Step?.IsCancelled is true,
        };
    }

    private static bool MustGo(ResourceState resource, OperationState operation, bool wanted) => operation.Phase switch
    {
        Phase.Delete => resource.Current is not null || resource.Leftovers.Length > 0,
        Phase.Cleanup => resource.Leftovers.Length > 0
            || (resource.Current is not null && (operation.IsRollback ? resource is { IsTouched: true, Before: null } : !wanted)),
        _ => false,
    };

    private static void Cancel(Transaction tx, string stackId, string id)
    {
        if (tx.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stackId, id)) is { Step: { } step } resource)
            tx.Put(CloudFormationTables.Resources, resource with { Step = step with { IsCancelled = true } });
    }

    private void Begin(Transaction tx, StackState stack, OperationState operation, Blueprint blueprint, string id, StepAction action, DateTimeOffset now)
    {
        var resource = tx.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, id)) ?? new ResourceState
        {
            StackId = stack.Id, LogicalId = id, Home = stack.Home, Type = blueprint.Template.Resources[id].Type, Status = ResourceStatus.CreateInProgress, ChangedAt = now,
        };
        var step = new StepState { Action = action, Token = ids.Uuid(), Since = now };
        if (action is StepAction.Delete) BeginDeletion(tx, stack, operation, resource, step);
        else if (action is StepAction.Restore && operation.Skip.Contains(id)) SkipRestore(tx, stack, resource, now);
        else tx.Put(CloudFormationTables.Resources, resource with { Step = step });
    }

    // AWS: a skipped resource is said to be what it should be, whatever it is.
    private void SkipRestore(Transaction tx, StackState stack, ResourceState resource, DateTimeOffset now)
    {
        tx.Put(CloudFormationTables.Resources, resource with { Status = ResourceStatus.UpdateComplete, StatusReason = null, ChangedAt = now, IsTouched = false, Before = null });
        teller.Tell(tx, stack, resource, ResourceStatus.UpdateComplete, null, resource.PhysicalId);
    }

    private void BeginDeletion(Transaction tx, StackState stack, OperationState operation, ResourceState resource, StepState step)
    {
        var (victim, isLeftover) = resource.Leftovers is [var first, ..] ? (first, true) : (resource.Current ?? throw new InvalidOperationException("Nothing is left to delete."), false);
        if (IsRetained(operation, resource, victim, isLeftover))
        {
            teller.Tell(tx, stack, resource, ResourceStatus.DeleteSkipped, null, victim.PhysicalId);
            tx.Put(CloudFormationTables.Resources, isLeftover ? resource with { Leftovers = resource.Leftovers.RemoveAt(0) }
                : resource with { Current = null, Status = ResourceStatus.DeleteSkipped, StatusReason = null, ChangedAt = step.Since });
            return;
        }
        teller.Tell(tx, stack, resource, ResourceStatus.DeleteInProgress, null, victim.PhysicalId);
        var begun = resource with { Step = step with { Victim = victim } };
        tx.Put(CloudFormationTables.Resources, isLeftover ? begun : begun with { Status = ResourceStatus.DeleteInProgress, StatusReason = null, ChangedAt = step.Since });
    }

    private static bool IsRetained(OperationState operation, ResourceState resource, Incarnation victim, bool isLeftover)
    {
        if (isLeftover) return victim.IsReplaced && !operation.IsRollback && resource.UpdateReplacePolicy is Policies.Retain;
        if (operation.Retain.Contains(resource.LogicalId)) return true;
        return resource.DeletionPolicy switch
        {
            Policies.Retain => !(operation.IsRollback && operation.RetainExceptOnCreate),
            Policies.RetainExceptOnCreate => !operation.IsRollback && operation.Kind is not OperationKind.Create,
            _ => false,
        };
    }
}
