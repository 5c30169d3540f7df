using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Aws;
using Minato.Aws.EventPatterns;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;
using Minato.EventBridge.Reconcile;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    private const int LargestRequest = 256 * 1024;
    private const int SizeOfTime = 14;

    /// <summary>AWS: a bad entry fails alone. What is answered with an id is on record for every target that wants it.</summary>
    public async Task<PutEventsResponse> PutEventsAsync(PutEventsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Entries.Sum(SizeOf) > LargestRequest) throw EventErrors.Validation("Total size of the entries in the request is over the limit.");
        var now = clock.GetUtcNow();
        var hasRoom = router.HasRoom;
        var accepted = new List<AcceptedEvent>();
        var results = ImmutableArray.CreateBuilder<PutEventsResultEntry>(request.Entries.Length);
        foreach (var entry in request.Entries)
        {
            if (Fault(entry, caller) is var (code, message) && code is not null) results.Add(new() { ErrorCode = code, ErrorMessage = message });
            else if (!hasRoom) results.Add(new() { ErrorCode = "ThrottlingException", ErrorMessage = "Rate exceeded" });
            else results.Add(new() { EventId = Accept(entry, caller, now, accepted) });
        }

        await router.AcceptAsync(accepted, ct);
        return new() { FailedEntryCount = results.Count(r => r.ErrorCode is not null), Entries = results.MoveToImmutable() };
    }

    public Task<TestEventPatternResponse> TestEventPatternAsync(TestEventPatternRequest request, Caller caller, CancellationToken ct)
    {
        EventErrors.CheckPattern(request.EventPattern);
        if (!EventText.IsObject(request.Event)) throw EventErrors.Validation("Parameter Event is not valid.");
        using var parsed = JsonDocument.Parse(request.Event);
        foreach (var field in new[] { "id", "account", "source", "time", "region", "resources", "detail-type" })
        {
            if (!parsed.RootElement.TryGetProperty(field, out _)) throw EventErrors.Validation("Parameter Event is not valid.");
        }

        return Task.FromResult(new TestEventPatternResponse { Result = EventPattern.Parse(request.EventPattern).Matches(EventDocument.Of(parsed.RootElement)) });
    }

    private string Accept(PutEventsRequestEntry entry, Caller caller, DateTimeOffset now, List<AcceptedEvent> accepted)
    {
        var id = ids.Uuid();
        var bus = BusKey.Of(caller, entry.EventBusName);
        // AWS: an event for a bus that does not exist is taken and lost.
        if (store.Current.FindBus(bus) is null) return id;
        var facts = new EventFacts(id, entry.Source ?? "", entry.DetailType ?? "", caller.AccountId, bus.Home.Region, entry.Time ?? now, entry.Resources ?? [], entry.Detail ?? "{}");
        accepted.Add(new(bus, id, EventText.Of(facts)));
        return id;
    }

    private (string? Code, string Message) Fault(PutEventsRequestEntry entry, Caller caller)
    {
        if (string.IsNullOrEmpty(entry.Source)) return Missing("Source");
        if (string.IsNullOrEmpty(entry.DetailType)) return Missing("DetailType");
        if (string.IsNullOrEmpty(entry.Detail)) return Missing("Detail");
        if (!EventText.IsObject(entry.Detail)) return ("MalformedDetail", "Detail is malformed.");
        if (entry.Source.StartsWith("aws.", StringComparison.Ordinal) && !caller.IsService) return ("NotAuthorizedForSourceException", "Not authorized for the source.");
        var bus = BusKey.Of(caller, entry.EventBusName);
        return bus.Home.AccountId != caller.AccountId && store.Current.FindBus(bus) is { } found && !BusPolicy.Lets(found.Policy, caller, bus)
            ? ("AccessDeniedException", $"User: {caller.PrincipalArn} is not authorized to perform: events:PutEvents on resource: {bus.Arn}") : (null, "");

        static (string?, string) Missing(string field) => ("InvalidArgument", $"Parameter {field} is not valid. Reason: {field} is a required argument.");
    }

    private static long SizeOf(PutEventsRequestEntry entry) => (entry.Time is null ? 0 : SizeOfTime) + Bytes(entry.Source) + Bytes(entry.DetailType) + Bytes(entry.Detail) + (entry.Resources ?? []).Sum(Bytes);

    private static long Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
