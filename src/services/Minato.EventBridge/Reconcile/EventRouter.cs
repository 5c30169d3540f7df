using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Aws.EventPatterns;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Reconcile;

/// <summary>An event that a bus took in.</summary>
/// <param name="Bus">Where it is.</param>
/// <param name="Id">Its id.</param>
/// <param name="Json">All of it.</param>
internal sealed record AcceptedEvent(BusKey Bus, string Id, string Json)
{
    /// <summary>The rules a replay goes to; null for all of the bus.</summary>
    public ImmutableHashSet<string>? OnlyRules { get; init; }

    /// <summary>It comes out of an archive: it does not go into one again.</summary>
    public bool IsReplayed { get; init; }
}

/// <summary>
/// Finds the rules that want an event and puts it on record for each of their targets. What it took in reaches them, whatever happens
/// to the process.
/// </summary>
internal sealed class EventRouter(Store store, IAppendLog log, Ids ids, TimeProvider clock)
{
    /// <summary>Deliveries that wait, all accounts together: more are not taken in.</summary>
    public const int MostPending = 100_000;

    /// <summary>Each event that was taken in, for whoever watches: they take note and return.</summary>
    public event Action<string>? Taken;

    public bool HasRoom => store.Current.Count(EventTables.Deliveries) < MostPending;

    public async ValueTask AcceptAsync(IReadOnlyCollection<AcceptedEvent> events, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var deliveries = new List<DeliveryState>();
        var archived = new List<(ArchiveRecord Archive, AcceptedEvent Event)>();
        foreach (var accepted in events)
        {
            using var parsed = JsonDocument.Parse(accepted.Json);
            var document = EventDocument.Of(parsed.RootElement);
            foreach (var rule in RulesFor(store.Current, accepted, document)) deliveries.AddRange(rule.Targets.Values.Select(t => Deliver(rule.Key, t, accepted.Json, now)));
            if (!accepted.IsReplayed) archived.AddRange(store.Current.Where(EventTables.ArchivesByBus, accepted.Bus).Where(a => Wants(a.EventPattern, document)).Select(a => (a, accepted)));
        }

        foreach (var some in archived.GroupBy(a => a.Archive.Partition))
        {
            var at = now.ToUnixTimeMilliseconds();
            await log.AppendAsync(some.Key, [.. some.Select(a => new LogEntry(at, at, Encoding.UTF8.GetBytes(a.Event.Json)))], ct);
        }

        if (deliveries.Count > 0 || archived.Count > 0) await RecordAsync(deliveries, archived, ct);
        foreach (var accepted in events) Taken?.Invoke(accepted.Json);
    }

    public DeliveryState Deliver(RuleKey rule, Contracts.Eventbridge.Target target, string json, DateTimeOffset now) =>
        new() { Id = ids.Uuid(), Rule = rule, Target = target, Event = json, AcceptedAt = now };

    /// <summary>Rules that are in force and want the event: looked up by source and detail-type, so that the number of rules does not matter.</summary>
    public static IEnumerable<RuleRecord> RulesFor(IReadState state, AcceptedEvent accepted, EventDocument document)
    {
        var source = document.StringsOf("source").FirstOrDefault();
        var type = document.StringsOf("detail-type").FirstOrDefault();
        foreach (var (s, t) in RuleIndexing.PlacesOf(source, type))
        {
            foreach (var entry in state.Where(EventTables.EntriesByEvent, (accepted.Bus, s, t)))
            {
                if (state.Find(EventTables.Rules, entry.Key.Rule) is not { IsEnabled: true, EventPattern: { } pattern } rule) continue;
                if (accepted.OnlyRules?.Contains(rule.Key.Arn) is false || !Patterns.Of(pattern).Matches(document)) continue;
                yield return rule;
            }
        }
    }

    private static bool Wants(string? pattern, EventDocument document) => pattern is null || Patterns.Of(pattern).Matches(document);

    private async ValueTask RecordAsync(List<DeliveryState> deliveries, List<(ArchiveRecord Archive, AcceptedEvent Event)> archived, CancellationToken ct) =>
        await store.UpdateAsync(tx =>
        {
            foreach (var delivery in deliveries) tx.Put(EventTables.Deliveries, delivery);
            foreach (var some in archived.GroupBy(a => a.Archive.Key))
            {
                if (tx.Find(EventTables.Archives, some.Key) is not { } archive) continue;
                tx.Put(EventTables.Archives, archive with { Events = archive.Events + some.Count(), Bytes = archive.Bytes + some.Sum(a => (long)Encoding.UTF8.GetByteCount(a.Event.Json)) });
            }
        }, ct);
}
