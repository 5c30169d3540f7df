using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Contracts.Eventbridge;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Events;

/// <summary>
/// Tells EventBridge what happens, beside the reconcilers and never before it is on record: every stored version in the order of its
/// resource. What a killed process did not tell, the next one does, as it stands then; what it may have told is told with the same version.
/// </summary>
internal sealed partial class EventFeed(Store store, IServiceProvider services, TimeProvider clock, ILogger<EventFeed> log) : IRoomService
{
    private const int MostWaiting = 10_000; // Beyond that versions in between are left out, as after a restart.
    private const int AtOnce = 200;
    private const int EntriesInARequest = 10;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Change> _waiting = new();
    private readonly ConcurrentQueue<string> _gone = new(); // Marks of what was deleted.
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isBehind;

    public async Task RunAsync(CancellationToken ct)
    {
        // Rooms that are not there are told nothing.
        if (services.GetService<IEventbridge>() is not { } bus) return;
        using var subscription = store.Subscribe(Note);
        Interlocked.Exchange(ref _isBehind, 1); // After a start, and after a failure, everything is looked at once.
        while (!ct.IsCancellationRequested)
        {
            var news = Volatile.Read(ref _news);
            if (Interlocked.Exchange(ref _isBehind, 0) == 1) await CatchUpAsync(bus, ct);
            while (!_waiting.IsEmpty) await TellAsync(bus, Take(), ct);
            await ForgetAsync(ct);
            await using var stop = ct.Register(() => news.TrySetCanceled(ct));
            await news.Task;
        }
    }

    // On the thread that commits: take note and return.
    private void Note(ChangeSet changes)
    {
        var isNews = false;
        foreach (var change in changes.Changes)
        {
            if (EventDrafts.MarkOfDeleted(change) is { } gone) _gone.Enqueue(gone);
            else if (!EventDrafts.IsTold(change)) continue;
            isNews = true;
            if (!EventDrafts.IsTold(change)) continue;
            if (_waiting.Count < MostWaiting) _waiting.Enqueue(change);
            else Interlocked.Exchange(ref _isBehind, 1);
        }

        if (isNews) Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private List<EcsEvent> Take()
    {
        var events = new List<EcsEvent>();
        var now = clock.GetUtcNow();
        while (events.Count < AtOnce && _waiting.TryDequeue(out var change))
        {
            events.AddRange(EventDrafts.Of(store.Current, change, now));
        }

        return events;
    }

    private async ValueTask ForgetAsync(CancellationToken ct)
    {
        if (_gone.IsEmpty) return;
        List<string> marks = [];
        while (marks.Count < MostWaiting && _gone.TryDequeue(out var mark)) marks.Add(mark);
        await store.UpdateAsync(tx => { foreach (var mark in marks) tx.Delete(EventTables.Marks, mark); }, ct);
    }

    private async Task CatchUpAsync(IEventbridge bus, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var some in EventDrafts.Of(store.Current, now).Chunk(AtOnce)) await TellAsync(bus, some, ct);
        if (EventDrafts.Forgotten(store.Current).ToArray() is { Length: > 0 } gone)
            await store.UpdateAsync(tx => { foreach (var mark in gone) tx.Delete(EventTables.Marks, mark); }, ct);
    }

    private async Task TellAsync(IEventbridge bus, IReadOnlyCollection<EcsEvent> events, CancellationToken ct)
    {
        var state = store.Current;
        var told = new Dictionary<string, long>(StringComparer.Ordinal);
        List<EcsEvent> fresh = [];
        foreach (var one in events)
        {
            if (one.Version <= (told.TryGetValue(one.Mark, out var before) ? before : state.Find(EventTables.Marks, one.Mark)?.Told ?? 0)) continue;
            told[one.Mark] = one.Version;
            fresh.Add(one);
        }

        if (fresh.Count == 0) return;
        foreach (var scope in fresh.GroupBy(e => e.Scope))
        {
            foreach (var some in scope.Chunk(EntriesInARequest)) await PutAsync(bus, scope.Key, some, ct);
        }

        await store.UpdateAsync(tx => { foreach (var (mark, version) in told) tx.Put(EventTables.Marks, new EventMark(mark, version)); }, ct);
    }

    private async Task PutAsync(IEventbridge bus, AccountRegion scope, EcsEvent[] events, CancellationToken ct)
    {
        PutEventsRequestEntry[] left = [.. events.Select(e => new PutEventsRequestEntry
        {
            Source = EcsEventText.Source, DetailType = e.DetailType, Detail = e.Detail.ToJsonString(), Resources = e.Resources,
        })];
        while (left.Length > 0)
        {
            var answer = await bus.PutEventsAsync(new() { Entries = [.. left] }, scope.AsService(), ct);
            if (answer.FailedEntryCount is null or 0) return;
            var results = answer.Entries ?? [];
            // Throttled ones are tried again; any other refusal would be the same for ever.
            foreach (var refused in results.Where(r => r.ErrorCode is not null and not "ThrottlingException")) LogRefused(refused.ErrorCode ?? "", refused.ErrorMessage ?? "");
            left = [.. left.Where((_, i) => i < results.Length && results[i].ErrorCode is "ThrottlingException")];
            if (left.Length > 0) await Task.Delay(s_retry, clock, ct);
        }
    }

    [LoggerMessage(2301, LogLevel.Error, "EventBridge refused an event: {Code}, {Reason}")]
    private partial void LogRefused(string code, string reason);
}
