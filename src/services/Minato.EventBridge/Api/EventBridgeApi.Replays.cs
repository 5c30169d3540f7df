using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    private const int MostReplays = 1000; // On record, whatever became of them.

    public async Task<StartReplayResponse> StartReplayAsync(StartReplayRequest request, Caller caller, CancellationToken ct)
    {
        var key = new NamedKey(Home.Of(caller), request.ReplayName);
        var now = clock.GetUtcNow();
        if (request.EventStartTime >= request.EventEndTime) throw EventErrors.Validation("EventEndTime must be greater than EventStartTime.");
        if (request.EventEndTime > now) throw EventErrors.Validation("EventEndTime must be before now.");
        var replay = await store.UpdateAsync(tx =>
        {
            if (tx.Find(EventTables.Replays, key) is not null) throw new ResourceAlreadyExistsException($"Replay {key.Name} already exists.");
            if (tx.Count(EventTables.ReplaysByHome, key.Home) >= MostReplays) throw new LimitExceededException(EventErrors.TooMany);
            var archive = tx.Find(EventTables.Archives, new NamedKey(key.Home, NameOf(request.EventSourceArn)))
                ?? throw EventErrors.Validation($"Parameter EventSourceArn is not valid. Reason: Archive {NameOf(request.EventSourceArn)} does not exist.");
            // AWS: events go back to where they came from.
            if (request.Destination.Arn != archive.Bus.Arn) throw EventErrors.Validation("Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.");
            var made = new ReplayRecord
            {
                Key = key, Description = request.Description, Archive = archive.Key, Partition = archive.Partition, Destination = request.Destination,
                From = request.EventStartTime, To = request.EventEndTime, StartedAt = now,
            };
            tx.Put(EventTables.Replays, made);
            return made;
        }, ct);
        return new() { ReplayArn = replay.Arn, State = replay.State, ReplayStartTime = replay.StartedAt };
    }

    public async Task<CancelReplayResponse> CancelReplayAsync(CancelReplayRequest request, Caller caller, CancellationToken ct)
    {
        var replay = await store.UpdateAsync(tx =>
        {
            var found = FindReplay(tx, caller, request.ReplayName);
            if (found.State is not (ReplayState.Starting or ReplayState.Running)) throw new IllegalStatusException($"Replay {found.Key.Name} is not in a valid state for this operation.");
            var cancelling = found with { State = ReplayState.Cancelling };
            tx.Put(EventTables.Replays, cancelling);
            return cancelling;
        }, ct);
        return new() { ReplayArn = replay.Arn, State = replay.State };
    }

    public Task<DescribeReplayResponse> DescribeReplayAsync(DescribeReplayRequest request, Caller caller, CancellationToken ct)
    {
        var replay = FindReplay(store.Current, caller, request.ReplayName);
        return Task.FromResult(new DescribeReplayResponse
        {
            ReplayName = replay.Key.Name, ReplayArn = replay.Arn, Description = replay.Description, State = replay.State, EventSourceArn = SourceOf(replay),
            Destination = replay.Destination, EventStartTime = replay.From, EventEndTime = replay.To, EventLastReplayedTime = replay.LastReplayed,
            ReplayStartTime = replay.StartedAt, ReplayEndTime = replay.EndedAt,
        });
    }

    public Task<ListReplaysResponse> ListReplaysAsync(ListReplaysRequest request, Caller caller, CancellationToken ct)
    {
        var all = store.Current.Where(EventTables.ReplaysByHome, Home.Of(caller)).Where(r => HasPrefix(r.Key.Name, request.NamePrefix))
            .Where(r => request.State is not { } state || r.State == state).Where(r => request.EventSourceArn is not { } source || SourceOf(r) == source);
        var (page, next) = Page("ListReplays", all, request.NextToken, request.Limit, r => r.Key.Name);
        return Task.FromResult(new ListReplaysResponse
        {
            Replays = [.. page.Select(r => new Replay
            {
                ReplayName = r.Key.Name, EventSourceArn = SourceOf(r), State = r.State, EventStartTime = r.From, EventEndTime = r.To, EventLastReplayedTime = r.LastReplayed,
                ReplayStartTime = r.StartedAt, ReplayEndTime = r.EndedAt,
            })],
            NextToken = next,
        });
    }

    private static string SourceOf(ReplayRecord replay) => replay.Key.Home.Arn($"archive/{replay.Archive.Name}");

    private static string NameOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    private static ReplayRecord FindReplay(IReadState state, Caller caller, string name) =>
        state.Find(EventTables.Replays, new NamedKey(Home.Of(caller), name)) ?? throw EventErrors.NoReplay(name);
}
