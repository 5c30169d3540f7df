using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Engines.Alarms;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.Reconcile;

/// <summary>Takes what alarms do to scaling policies: the target is looked at again, and its reconciler reads the alarms itself.</summary>
internal sealed class PolicyActions(Store store, IWorkQueue<TargetKey> targets) : IAlarmActionTaker
{
    public bool Takes(string actionArn) => TargetOf(actionArn) is not null;

    public ValueTask<string?> TakeAsync(AlarmNotice notice, CancellationToken ct)
    {
        if (TargetOf(notice.ActionArn) is not { } target || store.Current.Find(Tables.Targets, target) is null) return ValueTask.FromResult<string?>($"There is no scaling policy {notice.ActionArn}.");
        targets.Enqueue(target);
        return ValueTask.FromResult<string?>(null);
    }

    private static TargetKey? TargetOf(string action) => Arn.TryParse(action, out var arn) ? AlarmReconciler.TargetOf(new(arn.AccountId, arn.Region), action) : null;
}
