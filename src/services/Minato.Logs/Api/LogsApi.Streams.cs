using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.Planning;
using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Api;

internal sealed partial class LogsApi
{
    public async Task<CreateLogStreamResponse> CreateLogStreamAsync(CreateLogStreamRequest request, Caller caller, CancellationToken ct)
    {
        var stream = new StreamState
        {
            Key = new(new(caller, request.LogGroupName), request.LogStreamName),
            Partition = $"logs/{ids.Hex(32)}",
            CreatedAt = clock.GetUtcNow(),
        };
        await store.UpdateAsync(
            tx =>
            {
                WritersPolicy.Demand(tx, caller, "logs:CreateLogStream", stream.Key);
                Group(tx, stream.Key.Group);
                if (tx.Find(LogsTables.Streams, stream.Key) is not null)
                    throw new ResourceAlreadyExistsException("The specified log stream already exists");
                tx.Put(LogsTables.Streams, stream);
            },
            ct);
        activities.Begin(stream);
        return new();
    }

    public async Task<DeleteLogStreamResponse> DeleteLogStreamAsync(DeleteLogStreamRequest request, Caller caller, CancellationToken ct)
    {
        var key = new StreamKey(new(caller, request.LogGroupName), request.LogStreamName);
        await store.UpdateAsync(tx => tx.Drop(Stream(tx, key)), ct);
        return new();
    }

    public async Task<DescribeLogStreamsResponse> DescribeLogStreamsAsync(DescribeLogStreamsRequest request, Caller caller, CancellationToken ct)
    {
        var byTime = request.OrderBy == OrderBy.LastEventTime;
        if (byTime && request.LogStreamNamePrefix is not null)
            throw new InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");
        var state = store.Current;
        var group = Group(state, KeyOf(caller, request.LogGroupName, request.LogGroupIdentifier)).Key;
        var operation = $"logs:DescribeLogStreams:{group}:{request.LogStreamNamePrefix}:{byTime}:{request.Descending}";
        var after = request.NextToken is { } token ? tokens.Decode(operation, token) ?? throw BadToken() : null;
        var limit = request.Limit ?? MaxDescribed;
        var found = byTime
            ? await ByLastEventAsync(state, group, request.Descending ?? false, after, limit + 1, ct)
            : ByName(state, group, request.LogStreamNamePrefix ?? "", request.Descending ?? false, after).Take(limit + 1).Select(s => (Position: s.Key.Name, Stream: s)).ToList();
        var page = ImmutableArray.CreateBuilder<LogStream>();
        foreach (var (_, stream) in found.Take(limit)) page.Add(ToWire(stream, await activities.OfAsync(stream, ct)));
        return new()
        {
            LogStreams = page.ToImmutable(),
            NextToken = found.Count > limit ? tokens.Encode(operation, found[limit - 1].Position) : null,
        };
    }

    private static IEnumerable<StreamState> ByName(IReadState state, GroupKey group, string prefix, bool descending, string? after)
    {
        if (descending)
        {
            return state.Where(LogsTables.StreamsByGroup, group).Reverse()
                .SkipWhile(s => after is not null && string.CompareOrdinal(s.Key.Name, after) >= 0)
                .Where(s => s.Key.Name.StartsWith(prefix, StringComparison.Ordinal));
        }

        // No stream is called "": everything comes after it.
        var start = after ?? prefix;
        var exact = after is null ? state.Find(LogsTables.Streams, new(group, prefix)) : null;
        var rest = state.After(LogsTables.StreamsByGroup, group, (StreamKey?)new StreamKey(group, start))
            .TakeWhile(s => s.Key.Name.StartsWith(prefix, StringComparison.Ordinal));
        return exact is null ? rest : rest.Prepend(exact);
    }

    // AWS: streams that never had an event come before the others.
    private async ValueTask<List<(string Position, StreamState Stream)>> ByLastEventAsync(
        IReadState state, GroupKey group, bool descending, string? after, int limit, CancellationToken ct)
    {
        var all = new List<(string Position, StreamState Stream)>();
        foreach (var stream in state.Where(LogsTables.StreamsByGroup, group))
            all.Add(($"{(await activities.OfAsync(stream, ct)).LastMs ?? 0:D20}{stream.Key.Name}", stream));
        all.Sort((a, b) => descending ? string.CompareOrdinal(b.Position, a.Position) : string.CompareOrdinal(a.Position, b.Position));
        bool IsSeen((string Position, StreamState) one)
        {
            if (after is null) return false;
            var order = string.CompareOrdinal(one.Position, after);
            return descending ? order >= 0 : order <= 0;
        }

        return [.. all.SkipWhile(IsSeen).Take(limit)];
    }

    private static LogStream ToWire(StreamState stream, ActivityState activity) => new()
    {
        LogStreamName = stream.Key.Name,
        CreationTime = stream.CreatedAt.ToUnixTimeMilliseconds(),
        FirstEventTimestamp = activity.FirstMs,
        LastEventTimestamp = activity.LastMs,
        LastIngestionTime = activity.IngestedMs,
        UploadSequenceToken = LongNumbers.SequenceToken(stream.Partition, activity.IngestedMs ?? 0),
        Arn = stream.Key.Arn,
        StoredBytes = 0, // AWS: always, for streams.
    };
}
