using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Reconcile;

internal sealed record DeliveryKey(string Id);

/// <summary>Takes one event to one target: as often as its retry policy allows, until it has arrived.</summary>
internal sealed partial class DeliveryReconciler(
    Store store, TargetDispatcher targets, Ids ids, TimeProvider clock, ILogger<DeliveryReconciler> log, ICloudWatch? metrics = null) : IReconciler<DeliveryKey>
{
    public async ValueTask<Next> ReconcileAsync(DeliveryKey key, CancellationToken ct)
    {
        if (store.Current.Find(EventTables.Deliveries, key.Id) is not { } delivery) return Next.Done;
        if (delivery.RetryAt is { } due && due > clock.GetUtcNow()) return Next.At(due);
        var outcome = await targets.DeliverAsync(delivery, ct);
        var step = DeliveryPlanner.Next(delivery, outcome, clock.GetUtcNow(), ids.NextDouble());
        await store.UpdateAsync(tx =>
        {
            if (step is DeliveryStep.Retry retry && tx.Find(EventTables.Deliveries, key.Id) is { } same)
                tx.Put(EventTables.Deliveries, same with { Attempts = same.Attempts + 1, RetryAt = retry.At, LastError = (outcome as DeliveryOutcome.Failed)?.Message });
            else tx.Delete(EventTables.Deliveries, key.Id);
        }, ct);
        if (step is DeliveryStep.GiveUp given && outcome is DeliveryOutcome.Failed failed) await GiveUpAsync(delivery, failed, given, ct);
        return step is DeliveryStep.Retry next ? Next.At(next.At) : Next.Done;
    }

    // There are no queues in this installation, so no dead letter can be kept: the metric and the log say what was lost.
    private async ValueTask GiveUpAsync(DeliveryState delivery, DeliveryOutcome.Failed failed, DeliveryStep.GiveUp given, CancellationToken ct)
    {
        LogGivenUp(delivery.Rule.Arn, delivery.Target.Arn, failed.Code, failed.Message, given.Condition ?? "none", delivery.Attempts);
        if (metrics is null) return;
        var home = delivery.Rule.Bus.Home;
        MetricDatum Count(string name) => new() { MetricName = name, Value = 1, Unit = StandardUnit.Count, Dimensions = [new() { Name = "RuleName", Value = delivery.Rule.Name }] };
        try
        {
            await metrics.PutMetricDataAsync(
                new() { Namespace = "AWS/Events", MetricData = delivery.Target.DeadLetterConfig is null ? [Count("FailedInvocations")] : [Count("FailedInvocations"), Count("InvocationsFailedToBeSentToDlq")] },
                Caller.ForService(home.AccountId, home.Region, TargetDispatcher.Principal), ct);
        }
        catch (AwsException e)
        {
            LogNoMetric(delivery.Rule.Arn, e.Message);
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "Rule {Rule} could not reach {Target}: {Code}, {Reason} (condition {Condition}, after {Retries} retries)")]
    private partial void LogGivenUp(string rule, string target, string code, string reason, string condition, int retries);

    [LoggerMessage(3102, LogLevel.Warning, "The failure of rule {Rule} could not be counted: {Reason}")]
    private partial void LogNoMetric(string rule, string reason);
}
