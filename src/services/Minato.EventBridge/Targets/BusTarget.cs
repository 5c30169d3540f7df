using System.Text.Json;
using Minato.Aws;
using Minato.EventBridge.Planning;
using Minato.EventBridge.Reconcile;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Targets;

/// <summary>Another bus, of this account or of another one that lets it.</summary>
internal sealed class BusTarget(Store store, EventRouter router) : ITargetKind
{
    public bool Takes(Arn target) => target.Service == "events" && target.Resource.StartsWith("event-bus/", StringComparison.Ordinal);

    public async ValueTask<DeliveryOutcome> DeliverAsync(TargetCall call, CancellationToken ct)
    {
        var from = call.Delivery.Rule.Bus;
        var bus = BusKey.Of(from.Home, call.Target.ToString());
        if (store.Current.FindBus(bus) is not { } found) return new DeliveryOutcome.Failed("NO_RESOURCE", $"Event bus {bus.Name} does not exist.", IsFinal: true);
        if (bus.Home.AccountId != from.Home.AccountId && !BusPolicy.Lets(found.Policy, Caller.ForService(from.Home.AccountId, from.Home.Region, "events.amazonaws.com"), bus))
            return new DeliveryOutcome.Failed("NO_PERMISSIONS", $"Event bus {bus.Name} does not let account {from.Home.AccountId} put events.", IsFinal: true);
        // AWS: what came from another bus goes no further, so that events cannot go round.
        if (CameFromElsewhere(call.Delivery.Event, from)) return new DeliveryOutcome.Failed("NO_PERMISSIONS", "An event goes from one bus to another only once.", IsFinal: true);
        await router.AcceptAsync([new(bus, call.Delivery.Id, call.Delivery.Event)], ct);
        return new DeliveryOutcome.Delivered();
    }

    private static bool CameFromElsewhere(string json, BusKey bus)
    {
        using var parsed = JsonDocument.Parse(json);
        var root = parsed.RootElement;
        return root.GetProperty("account").GetString() != bus.Home.AccountId || root.GetProperty("region").GetString() != bus.Home.Region;
    }
}
