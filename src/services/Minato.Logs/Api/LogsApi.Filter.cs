using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.Planning;
using Minato.Logs.Reading;
using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Api;

internal sealed partial class LogsApi
{
    private const int MaxScannedBytes = 16 * 1024 * 1024; // By one call; the token goes on from there.
    private const long FirstReversibleMs = 1_704_067_200_000; // 2024-01-01T00:00:00Z

    public async Task<FilterLogEventsResponse> FilterLogEventsAsync(FilterLogEventsRequest request, Caller caller, CancellationToken ct)
    {
        if (request is { LogStreamNames: not null, LogStreamNamePrefix: not null })
            throw new InvalidParameterException("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
        var newestFirst = request.StartFromHead is false;
        if (newestFirst && request.StartTime is null or < FirstReversibleMs)
            throw new InvalidParameterException("startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.");
        var pattern = FilterPattern.Parse(request.FilterPattern);
        var state = store.Current;
        var group = Group(state, KeyOf(caller, request.LogGroupName, request.LogGroupIdentifier));
        var operation = $"logs:FilterLogEvents:{group.Key}:{newestFirst}:{request.FilterPattern}";
        var merge = new StreamMerge(
            log,
            Math.Max(request.StartTime ?? 0, group.OldestMs(clock.GetUtcNow()) ?? 0),
            request.EndTime is { } end and < long.MaxValue ? end + 1 : null, // AWS: inclusive here, exclusive in GetLogEvents.
            request.NextToken is { } token ? Resume(operation, token) : null,
            newestFirst);
        foreach (var stream in Streams(state, group.Key, request)) merge.Add(stream, await activities.OfAsync(stream, ct));
        var (events, last) = await FillAsync(merge, pattern, request.Limit ?? Pages.MaxEvents, ct);
        return new()
        {
            Events = events,
            SearchedLogStreams = [], // AWS: always.
            NextToken = merge.HasMore && last is { } position ? tokens.Encode(operation, position.ToString()) : null,
        };
    }

    private static async ValueTask<(ImmutableArray<FilteredLogEvent> Events, MergePosition? Last)> FillAsync(
        StreamMerge merge, FilterPattern pattern, int limit, CancellationToken ct)
    {
        var events = ImmutableArray.CreateBuilder<FilteredLogEvent>();
        MergePosition? last = null;
        var (bytes, scanned) = (0, 0);
        while (events.Count < limit && bytes < Pages.MaxBytes && scanned < MaxScannedBytes && await merge.NextAsync(ct) is var (stream, entry, position))
        {
            last = position;
            scanned += Pages.Size(entry);
            var message = Encoding.UTF8.GetString(entry.Entry.Payload.Span);
            if (!pattern.Matches(message)) continue;
            bytes += Pages.Size(entry);
            events.Add(new()
            {
                LogStreamName = stream.Key.Name,
                Timestamp = entry.Entry.TimestampMs,
                IngestionTime = entry.Entry.IngestedMs,
                Message = message,
                EventId = LongNumbers.EventId(stream.Partition, entry.Position),
            });
        }

        return (events.ToImmutable(), last);
    }

    private static IEnumerable<StreamState> Streams(IReadState state, GroupKey group, FilterLogEventsRequest request) =>
        request.LogStreamNames is { } names
            ? names.Distinct().Select(n => state.Find(LogsTables.Streams, new(group, n)) ?? throw NoSuchStream())
            : ByName(state, group, request.LogStreamNamePrefix ?? "", descending: false, after: null);

    private MergePosition Resume(string operation, string token) =>
        tokens.Decode(operation, token) is { } position && MergePosition.Parse(position) is { } at ? at : throw BadToken();
}
