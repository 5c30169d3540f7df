using System.Globalization;
using System.Text.Json.Nodes;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Reconcile;

internal sealed record CompositeKey(AlarmKey Alarm);

/// <summary>Evaluates a composite alarm whenever one of the alarms that its rule asks about has changed.</summary>
internal sealed class CompositeReconciler(Store store, AlarmBook book) : IReconciler<CompositeKey>
{
    public async ValueTask<Next> ReconcileAsync(CompositeKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Find(CloudWatchTables.Alarms, key.Alarm) is not { Composite: { } composite } alarm) return Next.Done;
        var rule = AlarmRuleExpression.Parse(composite.AlarmRule);
        var children = rule.Alarms.Distinct(StringComparer.Ordinal).ToDictionary(a => a, a => state.Find(CloudWatchTables.Alarms, AlarmKey.Of(key.Alarm.Home, a)), StringComparer.Ordinal);
        // AWS: never INSUFFICIENT_DATA but right after it was made.
        var next = rule.Holds(a => children[a]?.State) ? StateValue.Alarm : StateValue.Ok;
        if (next == alarm.State) return Next.Done;
        var newest = children.Values.OfType<AlarmState>().MaxBy(c => c.TransitionedAt);
        await book.SetAsync(key.Alarm, next, Reason(alarm, newest, next), Data(newest), ct);
        return Next.Done;
    }

    private static string Reason(AlarmState alarm, AlarmState? newest, StateValue next) =>
        alarm.State is StateValue.InsufficientData || newest is null ? $"{alarm.Key.Arn} was created and its alarm rule evaluates to {next.ToWire()}"
        : $"{newest.Key.Arn} transitioned to {newest.State.ToWire()} at {newest.TransitionedAt.UtcDateTime.ToString("dddd dd MMMM, yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}";

    private static string Data(AlarmState? newest) => new JsonObject
    {
        ["triggeringAlarms"] = new JsonArray([.. newest is null ? (JsonNode[])[] :
        [
            new JsonObject
            {
                ["arn"] = newest.Key.Arn,
                ["state"] = new JsonObject { ["value"] = newest.State.ToWire(), ["timestamp"] = newest.TransitionedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff+0000", CultureInfo.InvariantCulture) },
            },
        ]]),
    }.ToJsonString(AlarmMessages.Relaxed);
}

internal sealed record ChildKey(AlarmKey Alarm);

/// <summary>Wakes the composite alarms that ask about an alarm.</summary>
internal sealed class ChildReconciler(Store store, IWorkQueue<CompositeKey> composites) : IReconciler<ChildKey>
{
    public ValueTask<Next> ReconcileAsync(ChildKey key, CancellationToken ct)
    {
        foreach (var link in store.Current.Where(CloudWatchTables.LinksByChild, key.Alarm)) composites.Enqueue(new(link.Parent));
        return ValueTask.FromResult(Next.Done);
    }
}
