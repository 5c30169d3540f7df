using Minato.Aws;
using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

internal sealed record TriggerKey(string StackId);

/// <summary>
/// Looks at the alarms that an operation is not to set off, from its beginning until it is over or its time of watching is. The stack's own
/// reconciler does the rest.
/// </summary>
internal sealed class TriggerReconciler(Store store, ICloudWatch? cloudWatch = null) : IReconciler<TriggerKey>
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    public async ValueTask<Next> ReconcileAsync(TriggerKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudFormationTables.Stacks, key.StackId) is not { } stack || !IsWatched(stack) || stack.Operation is not { Alarmed: null } operation) return Next.Done;
        if (await TroubleAsync(stack, ct) is not { } trouble) return Next.After(s_pause);
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(CloudFormationTables.Stacks, key.StackId) is { } now && IsWatched(now) && now.Operation?.Id == operation.Id)
                tx.Put(CloudFormationTables.Stacks, now with { Operation = now.Operation with { Alarmed = trouble } });
        }, ct);
        return Next.Done;
    }

    /// <summary>AWS: creations and updates, until they have succeeded or are given up.</summary>
    public static bool IsWatched(StackState stack) =>
        stack is { Operation: { Kind: OperationKind.Create or OperationKind.Update, Phase: Phase.Forward }, Inputs.Triggers.IsEmpty: false };

    /// <returns>Null when all is well.</returns>
    private async ValueTask<string?> TroubleAsync(StackState stack, CancellationToken ct)
    {
        foreach (var trigger in stack.Inputs.Triggers)
        {
            if (await StateAsync(trigger, stack, ct) is not { } state) return $"Rollback trigger {trigger.Arn} does not exist. ";
            if (state == StateValue.Alarm) return $"Rollback trigger {trigger.Arn} went to ALARM state. ";
        }
        return null;
    }

    private async ValueTask<StateValue?> StateAsync(TriggerState trigger, StackState stack, CancellationToken ct)
    {
        if (cloudWatch is null || !Arn.TryParse(trigger.Arn, out var arn)) return null;
        var name = arn.Resource["alarm:".Length..];
        var caller = stack.CallerFor(stack.Inputs) with { Region = arn.Region };
        var found = await cloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [name], AlarmTypes = [AlarmType.MetricAlarm, AlarmType.CompositeAlarm] }, caller, ct);
        return trigger.Type is "AWS::CloudWatch::CompositeAlarm" ? found.CompositeAlarms?.FirstOrDefault()?.StateValue : found.MetricAlarms?.FirstOrDefault()?.StateValue;
    }
}
