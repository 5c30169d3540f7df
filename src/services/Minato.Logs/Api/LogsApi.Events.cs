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
    public async Task<PutLogEventsResponse> PutLogEventsAsync(PutLogEventsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        WritersPolicy.Demand(state, caller, "logs:PutLogEvents", new(new(caller, request.LogGroupName), request.LogStreamName));
        var stream = Stream(state, new(new(caller, request.LogGroupName), request.LogStreamName));
        var now = clock.GetUtcNow();
        var batch = EventBatch.Plan(request.LogEvents, now, Group(state, stream.Key.Group).OldestMs(now));
        if (batch.Entries is [var first, ..] entries)
        {
            await activities.OfAsync(stream, ct);
            await log.AppendAsync(stream.Partition, entries, ct);
            activities.Note(stream, first.TimestampMs, entries[^1].TimestampMs, first.IngestedMs, batch.Bytes);
            await ForgetIfGoneAsync(stream, ct);
        }

        return new()
        {
            NextSequenceToken = LongNumbers.SequenceToken(stream.Partition, now.ToUnixTimeMilliseconds()),
            RejectedLogEventsInfo = batch.Rejected,
        };
    }

    public async Task<GetLogEventsResponse> GetLogEventsAsync(GetLogEventsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var stream = Stream(state, new(KeyOf(caller, request.LogGroupName, request.LogGroupIdentifier), request.LogStreamName));
        var operation = $"logs:GetLogEvents:{stream.Key}";
        var boundary = request.NextToken is { } token ? Decode(operation, token) : (Boundary?)null;
        // The kind of token says where to go; startFromHead only says where to begin.
        var forward = boundary?.IsForward ?? request.StartFromHead ?? false;
        var fromMs = Math.Max(request.StartTime ?? 0, Group(state, stream.Key.Group).OldestMs(clock.GetUtcNow()) ?? 0);
        var range = new AppendRange
        {
            FromMs = fromMs,
            ToMs = request.EndTime,
            Descending = !forward,
            After = forward ? boundary?.At : null,
            Before = forward ? null : boundary?.At,
        };
        var page = await Pages.ReadAsync(log, stream.Partition, range, request.Limit ?? Pages.MaxEvents, ct);
        if (!forward) page.Reverse();
        var (back, on) = Ends(page, boundary ?? Boundary.StartOf(fromMs));
        return new()
        {
            Events = [.. page.Select(ToWire)],
            NextBackwardToken = $"b/{tokens.Encode(operation, back.ToString())}",
            NextForwardToken = $"f/{tokens.Encode(operation, on.ToString())}",
        };
    }

    // AWS: at either end the same token comes back, for as long as nothing new is there.
    private static (Boundary Back, Boundary On) Ends(List<StoredEntry> page, Boundary asked) => (page, asked.IsForward) switch
    {
        ([var first, ..], _) => (Boundary.Before(first.Position), Boundary.After(page[^1].Position)),
        (_, true) => (asked.Turned(), asked),
        _ => (asked, asked.Turned()),
    };

    private Boundary Decode(string operation, string token)
    {
        if (token.Length < 2 || token[1] != '/' || token[0] is not ('f' or 'b')) throw BadToken();
        var position = tokens.Decode(operation, token[2..]) ?? throw BadToken();
        return Boundary.Parse(token[0] == 'f', position) ?? throw BadToken();
    }

    // The stream may have been deleted while its events were on their way: nobody else would remove them.
    private async ValueTask ForgetIfGoneAsync(StreamState stream, CancellationToken ct)
    {
        if (ReferenceEquals(store.Current.Find(LogsTables.Streams, stream.Key), stream)) return;
        await store.UpdateAsync(tx => tx.Put(LogsTables.Dropped, new DroppedState { Partition = stream.Partition }), ct);
        throw NoSuchStream();
    }

    private static OutputLogEvent ToWire(StoredEntry stored) => new()
    {
        Timestamp = stored.Entry.TimestampMs,
        IngestionTime = stored.Entry.IngestedMs,
        Message = Encoding.UTF8.GetString(stored.Entry.Payload.Span),
    };
}
