using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Sends a registry's events to EventBridge, in order. AWS: best effort; what EventBridge refuses is dropped.</summary>
internal sealed partial class OutboxReconciler(Store store, IServiceProvider rooms, ILogger<OutboxReconciler> log) : IReconciler<OutboxKey>
{
    private const int MostAtATime = 10; // PutEvents takes no more.

    public async ValueTask<Next> ReconcileAsync(OutboxKey key, CancellationToken ct)
    {
        var events = store.Current.Where(EcrTables.Outbox, key).Take(MostAtATime).ToList();
        if (events.Count == 0) return Next.Done;
        if (rooms.GetService<IEventbridge>() is { } bridge) await SendAsync(bridge, key, events, ct);
        await store.UpdateAsync(
            tx =>
            {
                foreach (var sent in events) tx.Delete(EcrTables.Events, sent.Key);
            },
            ct);
        return Next.Soon;
    }

    private async ValueTask SendAsync(IEventbridge bridge, OutboxKey key, List<EventState> events, CancellationToken ct)
    {
        try
        {
            var answer = await bridge.PutEventsAsync(
                new()
                {
                    Entries = [.. events.Select(e => new PutEventsRequestEntry
                    {
                        Time = e.Time, Source = e.Source, DetailType = e.DetailType, Detail = e.Detail, Resources = e.Resources,
                    })],
                },
                Caller.ForService(key.AccountId, key.Region, "ecr.amazonaws.com"), ct);
            if (answer.FailedEntryCount > 0) LogRefused(key.AccountId, key.Region, $"{answer.FailedEntryCount} of {events.Count} events");
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            LogRefused(key.AccountId, key.Region, e.Message);
        }
    }

    [LoggerMessage(6010, LogLevel.Warning, "Events of the registry of {AccountId} in {Region} were refused: {Reason}")]
    private partial void LogRefused(string accountId, string region, string reason);
}
