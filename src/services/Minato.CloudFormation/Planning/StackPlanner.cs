using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Planning;

/// <summary>What a stack in an operation does next: as much at a time as its dependencies allow.</summary>
internal static class StackPlanner
{
    public static StackPlan Plan(StackView view, DateTimeOffset now) => view.Operation.Phase switch
    {
        Phase.Forward => Forward(view, now),
        Phase.Back => Back(view),
        Phase.Cleanup => Cleanup(view),
        _ => Delete(view),
    };

    private static StackPlan Forward(StackView view, DateTimeOffset now)
    {
        var (operation, resources) = (view.Operation, view.Resources);
        var isLate = operation.Deadline <= now;
        var failed = resources.Any(r => r.IsFailed);
        var gives = operation.IsCancelled || isLate || operation.Alarmed is not null || (failed && operation.OnFailure is not OnFailure.DoNothing);
        var active = resources.Any(r => r.Doing is not null);
        if (gives)
        {
            if (active) return new() { Cancel = [.. resources.Where(r => r is { Doing: not null, IsCancelled: false }).Select(r => r.Id)] };
            return StackPlan.Take(operation.OnFailure is OnFailure.DoNothing && !operation.IsCancelled ? Turn.Stop : Turn.GoBack);
        }
        var settled = resources.Where(r => r.IsSettled).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var ready = resources.Where(r => r is { IsWanted: true, IsSettled: false, IsFailed: false, Doing: null } && r.Needs.All(settled.Contains)).Select(r => r.Id).ToList();
        if (ready.Count > 0) return new() { Begin = [.. ready], Action = StepAction.Apply, LookAt = operation.Deadline };
        // AWS: where failures stay, what does not depend on them is made all the same.
        if (active) return new() { LookAt = operation.Deadline };
        if (!resources.All(r => !r.IsWanted || r.IsSettled)) return StackPlan.Take(Turn.Stop);
        if (view.IsToBeWatched && operation.WatchedUntil is null) return StackPlan.Take(Turn.Watch);
        return operation.WatchedUntil > now ? new() { LookAt = operation.WatchedUntil } : StackPlan.Take(Turn.Forward);
    }

    private static StackPlan Back(StackView view)
    {
        var pending = view.Resources.Where(r => r is { MustGoBack: true, IsFailed: false }).ToDictionary(r => r.Id);
        var active = view.Resources.Any(r => r.Doing is not null);
        var failed = view.Resources.Any(r => r.IsFailed);
        var ready = failed ? [] : pending.Values.Where(r => r.Doing is null && !r.Needs.Any(pending.ContainsKey)).Select(r => r.Id).ToList();
        if (ready.Count > 0) return new() { Begin = [.. ready], Action = StepAction.Restore };
        if (active) return StackPlan.Wait;
        if (failed) return StackPlan.Take(Turn.BackFailed);
        // Needs of two templates may run in a circle: nothing is lost by going on in any order.
        return pending.Count > 0 ? new() { Begin = [.. pending.Keys], Action = StepAction.Restore } : StackPlan.Take(Turn.Back);
    }

    private static StackPlan Cleanup(StackView view)
    {
        var (ready, active, pending) = Deletable(view);
        if (ready.Count > 0) return new() { Begin = [.. ready], Action = StepAction.Delete };
        if (active) return StackPlan.Wait;
        return pending.Count > 0 ? new() { Begin = [.. pending], Action = StepAction.Delete } : StackPlan.Take(Turn.Clean);
    }

    private static StackPlan Delete(StackView view)
    {
        // A deletion may come into the middle of a creation: what is being made is let go first.
        var making = view.Resources.Where(r => r.Doing is StepAction.Apply or StepAction.Restore).ToList();
        if (making.Count > 0) return new() { Cancel = [.. making.Where(r => !r.IsCancelled).Select(r => r.Id)] };
        var (ready, active, pending) = Deletable(view);
        if (ready.Count > 0) return new() { Begin = [.. ready], Action = StepAction.Delete };
        if (active) return StackPlan.Wait;
        if (view.Resources.Any(r => r is { IsFailed: true, MustGo: true })) return StackPlan.Take(Turn.DeleteFailed);
        return pending.Count > 0 ? new() { Begin = [.. pending], Action = StepAction.Delete } : StackPlan.Take(Turn.Deleted);
    }

    // What somebody needs goes after him; one who cannot be deleted keeps what he needs.
    private static (List<string> Ready, bool Active, List<string> Pending) Deletable(StackView view)
    {
        var going = view.Resources.Where(r => r.MustGo).ToList();
        var needed = going.SelectMany(r => r.Needs.Where(n => n != r.Id)).ToHashSet(StringComparer.Ordinal);
        var pending = going.Where(r => r is { IsFailed: false, Doing: null }).ToList();
        return ([.. pending.Where(r => !needed.Contains(r.Id)).Select(r => r.Id)], view.Resources.Any(r => r.Doing is not null), [.. pending.Select(r => r.Id)]);
    }
}
