using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

// From phase to phase, with AWS's statuses and words.
internal sealed partial class StackReconciler
{
    private static readonly (ResourceStatus Status, string Verb)[] s_failures =
    [
        (ResourceStatus.CreateFailed, "create"), (ResourceStatus.UpdateFailed, "update"), (ResourceStatus.DeleteFailed, "delete"), (ResourceStatus.ImportFailed, "import"),
    ];

    private void Take(Transaction tx, StackState stack, OperationState operation, Blueprint blueprint, Turn turn, Func<string, IReadOnlyList<string>?> known)
    {
        switch (turn)
        {
            case Turn.Forward:
                Forward(tx, stack, operation, blueprint, known);
                break;
            case Turn.Watch:
                tx.Put(CloudFormationTables.Stacks, stack with { Operation = operation with { WatchedUntil = clock.GetUtcNow().AddMinutes(stack.Inputs.MonitoringMinutes ?? 0), Deadline = null } });
                break;
            case Turn.GoBack:
                GoBack(tx, stack, operation, operation.IsCancelled ? "User Initiated" : null);
                break;
            case Turn.Stop:
                End(tx, stack, operation.Kind is OperationKind.Create ? StackStatus.CreateFailed : StackStatus.UpdateFailed, operation.Alarmed ?? FailuresOf(tx, stack, operation));
                break;
            case Turn.Back:
                var clean = stack with { Operation = operation with { Phase = Phase.Cleanup, IsRollback = true } };
                teller.Turn(tx, clean, StackStatus.UpdateRollbackCompleteCleanupInProgress);
                break;
            case Turn.BackFailed:
                RestoreSettings(tx, stack, blueprint, keepsNeeds: true);
                End(tx, stack, StackStatus.UpdateRollbackFailed, FailuresOf(tx, stack, operation));
                break;
            case Turn.Clean:
                Clean(tx, stack, operation, blueprint);
                break;
            case Turn.Deleted:
                Deleted(tx, stack, operation);
                break;
            default:
                End(tx, stack, operation.IsRollback ? StackStatus.RollbackFailed : StackStatus.DeleteFailed, FailuresOf(tx, stack, operation));
                break;
        }
    }

    private void Forward(Transaction tx, StackState stack, OperationState operation, Blueprint blueprint, Func<string, IReadOnlyList<string>?> known)
    {
        try
        {
            stack = Exporting.Apply(tx, stack, blueprint, blueprints.Resources(tx, stack.Id), known);
        }
        catch (AwsException e)
        {
            // What was made is right, but its outputs are not to be had.
            if (operation.OnFailure is OnFailure.DoNothing) End(tx, stack, operation.Kind is OperationKind.Create ? StackStatus.CreateFailed : StackStatus.UpdateFailed, e.Message);
            else GoBack(tx, stack, operation, e.Message);
            return;
        }
        switch (operation.Kind)
        {
            case OperationKind.Create:
                Settle(tx, stack.Id, _ => true);
                End(tx, stack with { Before = null }, StackStatus.CreateComplete);
                break;
            case OperationKind.Import:
                Settle(tx, stack.Id, _ => true);
                End(tx, stack with { Before = null }, StackStatus.ImportComplete);
                break;
            default:
                teller.Turn(tx, stack with { Operation = operation with { Phase = Phase.Cleanup } }, StackStatus.UpdateCompleteCleanupInProgress);
                break;
        }
    }

    private void GoBack(Transaction tx, StackState stack, OperationState operation, string? reason)
    {
        reason ??= operation.Alarmed ?? (operation.Deadline <= clock.GetUtcNow() ? "Stack creation time exceeded the specified timeout. " : FailuresOf(tx, stack, operation));
        var back = operation with { IsRollback = true, Deadline = null };
        switch (operation.Kind)
        {
            case OperationKind.Create when operation.OnFailure is OnFailure.Delete:
                teller.Turn(tx, stack with { Operation = back with { Phase = Phase.Delete, IsRollback = false, Kind = OperationKind.Create } }, StackStatus.DeleteInProgress, Ending(reason, "Delete requested by user."));
                break;
            case OperationKind.Create:
                teller.Turn(tx, stack with { Operation = back with { Phase = Phase.Delete } }, StackStatus.RollbackInProgress, Ending(reason, "Rollback requested by user."));
                break;
            case OperationKind.Import:
                Forsake(tx, stack, operation, reason);
                break;
            default:
                if (stack.Before is { } before && before.TemplateId != stack.Inputs.TemplateId) tx.Delete(CloudFormationTables.Templates, stack.Inputs.TemplateId);
                teller.Turn(tx, stack with { Operation = back with { Phase = Phase.Back }, Inputs = stack.Before ?? stack.Inputs, Before = null }, StackStatus.UpdateRollbackInProgress, reason);
                break;
        }

        static string Ending(string reason, string end) => reason.EndsWith(' ') ? reason + end : $"{reason} {end}";
    }

    // AWS: what was to be imported is left as it is.
    private void Forsake(Transaction tx, StackState stack, OperationState operation, string reason)
    {
        var back = teller.Turn(tx, stack with { Inputs = stack.Before ?? stack.Inputs, Before = null }, StackStatus.ImportRollbackInProgress, reason);
        foreach (var resource in tx.Where(CloudFormationTables.ResourcesByStack, stack.Id).Where(r => operation.Import.ContainsKey(r.LogicalId)).ToList())
            tx.Delete(CloudFormationTables.Resources, resource.Key);
        Settle(tx, stack.Id, _ => true);
        End(tx, back, StackStatus.ImportRollbackComplete);
    }

    private void Clean(Transaction tx, StackState stack, OperationState operation, Blueprint blueprint)
    {
        var left = tx.Where(CloudFormationTables.ResourcesByStack, stack.Id).Any(r => r.HasRemains);
        Settle(tx, stack.Id, blueprint.IsActive);
        if (operation.IsRollback)
        {
            Exporting.Restore(tx, stack, blueprint);
            RestoreSettings(tx, stack, blueprint, keepsNeeds: false);
        }
        DropTemplates(tx, stack);
        End(tx, stack with { Before = null }, operation.IsRollback ? StackStatus.UpdateRollbackComplete : StackStatus.UpdateComplete,
            left && !operation.IsRollback ? "Update successful. One or more resources could not be deleted." : null);
    }

    private void Deleted(Transaction tx, StackState stack, OperationState operation)
    {
        if (operation.IsRollback)
        {
            End(tx, stack, StackStatus.RollbackComplete);
            return;
        }
        Exporting.Remove(tx, stack);
        foreach (var set in tx.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).ToList())
        {
            tx.Delete(CloudFormationTables.Templates, set.Inputs.TemplateId);
            tx.Delete(CloudFormationTables.ChangeSets, set.Id);
        }
        End(tx, stack with { DeletedAt = clock.GetUtcNow() }, StackStatus.DeleteComplete);
    }

    private void End(Transaction tx, StackState stack, StackStatus status, string? reason = null)
    {
        // The event still belongs to the operation.
        var ended = teller.Turn(tx, stack, status, reason);
        tx.Put(CloudFormationTables.Stacks, ended with { Operation = null });
        LogEnded(stack.Id, status, reason);
    }

    // The operation is over for good: what was is history, and what nobody wants any more is forgotten.
    private static void Settle(Transaction tx, string stackId, Func<string, bool> isWanted)
    {
        foreach (var resource in tx.Where(CloudFormationTables.ResourcesByStack, stackId).ToList())
        {
            if (!isWanted(resource.LogicalId) || resource is { Current: null, IsTouched: true }) tx.Delete(CloudFormationTables.Resources, resource.Key);
            else if (resource.IsTouched || resource.SettledIn is not null || resource.Leftovers.Length > 0 || resource.HasRemains)
                tx.Put(CloudFormationTables.Resources, resource with { IsTouched = false, Before = null, SettledIn = null, FailedIn = null, Leftovers = [], CleanupAttempts = 0, HasRemains = false });
        }
    }

    // What a resource needs, and how it goes, is as the old template says again.
    private static void RestoreSettings(Transaction tx, StackState stack, Blueprint blueprint, bool keepsNeeds)
    {
        var evaluator = new Evaluator(blueprint.Scope with { IsSymbolic = true });
        foreach (var resource in tx.Where(CloudFormationTables.ResourcesByStack, stack.Id).Where(r => blueprint.IsActive(r.LogicalId)).ToList())
        {
            var definition = blueprint.Template.Resources[resource.LogicalId];
            var needs = blueprint.Graph.Needs(resource.LogicalId);
            tx.Put(CloudFormationTables.Resources, resource with
            {
                // Where not everything went back, what is there may need what either template says.
                Needs = [.. keepsNeeds ? needs.Union(resource.Needs) : needs],
                DeletionPolicy = definition.DeletionPolicy is { } deletion ? evaluator.Text(deletion, "DeletionPolicy") : Policies.Delete,
                UpdateReplacePolicy = definition.UpdateReplacePolicy is { } replace ? evaluator.Text(replace, "UpdateReplacePolicy") : Policies.Delete,
            });
        }
    }

    private static void DropTemplates(Transaction tx, StackState stack)
    {
        if (stack.Before is { } before && before.TemplateId != stack.Inputs.TemplateId) tx.Delete(CloudFormationTables.Templates, before.TemplateId);
    }

    private static string FailuresOf(Transaction tx, StackState stack, OperationState operation)
    {
        var failed = tx.Where(CloudFormationTables.ResourcesByStack, stack.Id).Where(r => r.FailedIn == ResourceState.PhaseOf(operation)).ToList();
        return string.Concat(s_failures
            .Select(kind => (kind.Verb, Ids: failed.Where(r => r.Status == kind.Status).Select(r => r.LogicalId).ToList()))
            .Where(kind => kind.Ids.Count > 0)
            .Select(kind => $"The following resource(s) failed to {kind.Verb}: [{string.Join(", ", kind.Ids)}]. "));
    }

    private static string? ExportInUse(Transaction tx, StackState stack) => tx.Where(CloudFormationTables.ExportsByStack, stack.Id)
        .Select(e => Exporting.UserOf(tx, e) is { } user ? $"Export {e.Name} cannot be deleted as it is in use by {user}" : null).FirstOrDefault(m => m is not null);

    private Next FailDeletion(Transaction tx, StackState stack, string reason)
    {
        End(tx, stack, StackStatus.DeleteFailed, reason);
        return Next.Done;
    }

    // AWS: a deleted stack is found by its id for ninety days.
    private async ValueTask<Next> ForgetAsync(StackState stack, DateTimeOffset at, CancellationToken ct)
    {
        if (clock.GetUtcNow() < at) return Next.At(at);
        await store.UpdateAsync(tx => Forgetting.Forget(tx, stack), ct);
        return Next.Done;
    }

    [LoggerMessage(4001, LogLevel.Information, "Stack {Stack} is {Status} {Reason}")]
    private partial void LogEnded(string stack, StackStatus status, string? reason);
}
