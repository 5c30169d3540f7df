using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Minato.Aws;
using Minato.CloudTrail.Reconcile;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;
using Minato.Contracts.Cloudtrail;
using Minato.Platform;

namespace Minato.CloudTrail.Api;

// The event history.
internal sealed partial class CloudTrailApi
{
    private const int MostResults = 50;
    private const int BlocksAtOnce = 16;

    // A page that finds little goes no further than this: the client comes back with the token.
    private const int MostBlocksOfPage = 2048;

    // A call is written down when it ends, so that a long one stands behind shorter ones that began later.
    private static readonly TimeSpan s_longestCall = TimeSpan.FromMinutes(15);

    public async Task<LookupEventsResponse> LookupEventsAsync(LookupEventsRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var attribute = AttributeOf(request);
        if (request.MaxResults is < 1 or > MostResults) throw new InvalidMaxResultsException($"The max results value must be between 1 and {MostResults}.");
        if (request.StartTime > request.EndTime) throw new InvalidTimeRangeException("End time must be after start time.");
        if (request.EventCategory is not null) return new() { Events = [] }; // Insights are learnt from weeks of a real account.
        await events.FlushAsync(ct);
        var query = new Query(
            Home.Of(caller), attribute, Max(request.StartTime ?? DateTimeOffset.MinValue, now - RetentionReconciler.Kept), request.EndTime ?? now,
            $"{nameof(LookupEventsAsync)} {caller.AccountId} {caller.Region} {attribute?.AttributeKey} {attribute?.AttributeValue} {request.StartTime:O} {request.EndTime:O}");
        var (found, next) = await FindAsync(query, StartOf(query, request.NextToken), request.MaxResults ?? MostResults, ct);
        return new() { Events = [.. found.Select(ToWire)], NextToken = next };
    }

    private sealed record Query(Home Home, LookupAttribute? Attribute, DateTimeOffset From, DateTimeOffset To, string Operation)
    {
        public bool Takes(RecordedEvent one) => one.IsManagement && one.At >= From && one.At <= To && (Attribute is null || Has(one, Attribute));
    }

    /// <param name="Block">The block that was read last; null before the first.</param>
    /// <param name="Left">How many of its events are still to be looked at; they are taken from the end. Null for all.</param>
    private readonly record struct Place(Position? Block, int? Left);

    private async ValueTask<(List<RecordedEvent> Found, string? Next)> FindAsync(Query query, Place from, int most, CancellationToken ct)
    {
        var found = new List<RecordedEvent>();
        var place = from;
        for (var read = 0; read < MostBlocksOfPage;)
        {
            // The block that a page ended in is read again, for the rest of it.
            var before = place is { Block: { } at, Left: > 0 } ? at with { Sequence = at.Sequence + 1 } : place.Block;
            var range = new AppendRange
            {
                FromMs = query.From.ToUnixTimeMilliseconds(), ToMs = Bound(query.To), Before = before, Descending = true, Limit = BlocksAtOnce,
            };
            var blocks = await log.ReadAsync(query.Home.Partition, range, ct);
            if (blocks.Count == 0) return (found, null);
            read += blocks.Count;
            foreach (var block in blocks)
            {
                var all = EventBlock.ReadAll(block.Entry.Payload, query.Home);
                var left = place.Block == block.Position ? place.Left ?? all.Count : all.Count;
                for (; left > 0; left--)
                {
                    if (!query.Takes(all[left - 1])) continue;
                    found.Add(all[left - 1]);
                    if (found.Count == most) return (found, Token(query, new(block.Position, left - 1)));
                }

                place = new(block.Position, 0);
            }
        }

        return (found, Token(query, place));
    }

    private static long Bound(DateTimeOffset to) =>
        to > DateTimeOffset.MaxValue - s_longestCall ? long.MaxValue : (to + s_longestCall).ToUnixTimeMilliseconds();

    private string Token(Query query, Place place) => tokens.Encode(query.Operation, $"{place.Block?.TimestampMs} {place.Block?.Sequence} {place.Left}");

    private Place StartOf(Query query, string? token)
    {
        if (token is null) return default;
        return tokens.Decode(query.Operation, token)?.Split(' ') is [var ts, var seq, var left]
            ? new(new Position(long.Parse(ts, CultureInfo.InvariantCulture), long.Parse(seq, CultureInfo.InvariantCulture)), int.Parse(left, CultureInfo.InvariantCulture))
            : throw new InvalidNextTokenException("Invalid Next Token");
    }

    private static LookupAttribute? AttributeOf(LookupEventsRequest request) => request.LookupAttributes switch
    {
        null or [] => null,
        [var one] => one,
        // AWS: just one for now.
        _ => throw new InvalidLookupAttributesException("You can specify at most one lookup attribute."),
    };

    private static bool Has(RecordedEvent one, LookupAttribute wanted) => wanted.AttributeKey switch
    {
        LookupAttributeKey.EventId => one.Id == wanted.AttributeValue,
        LookupAttributeKey.EventName => one.Name == wanted.AttributeValue,
        LookupAttributeKey.ReadOnly => (one.IsReadOnly ? "true" : "false") == wanted.AttributeValue,
        LookupAttributeKey.Username => one.Username == wanted.AttributeValue,
        LookupAttributeKey.ResourceType => one.Resources.Any(r => r.Type == wanted.AttributeValue),
        LookupAttributeKey.ResourceName => one.Resources.Any(r => r.Name == wanted.AttributeValue),
        LookupAttributeKey.EventSource => one.Source == wanted.AttributeValue,
        LookupAttributeKey.AccessKeyId => one.AccessKeyId == wanted.AttributeValue,
        _ => false,
    };

    private static Event ToWire(RecordedEvent one) => new()
    {
        EventId = one.Id, EventName = one.Name, ReadOnly = one.IsReadOnly ? "true" : "false", AccessKeyId = one.AccessKeyId.Length == 0 ? null : one.AccessKeyId, EventTime = one.At,
        EventSource = one.Source, Username = one.Username, Resources = [.. one.Resources.Select(r => new Resource { ResourceType = r.Type.Length == 0 ? null : r.Type, ResourceName = r.Name })],
        CloudTrailEvent = Encoding.UTF8.GetString(one.Json.Span),
    };

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
