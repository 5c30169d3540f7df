using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Reconcile;

internal sealed record ReplayKey(NamedKey Replay);

/// <summary>Sends the events of an archive once more, some at a time, and goes on where it was after a restart.</summary>
internal sealed class ReplayReconciler(Store store, EventRouter router, IAppendLog log, Ids ids, TimeProvider clock) : IReconciler<ReplayKey>
{
    private const int AtOnce = 100;
    private static readonly TimeSpan s_whileFull = TimeSpan.FromSeconds(1);

    public async ValueTask<Next> ReconcileAsync(ReplayKey key, CancellationToken ct)
    {
        if (store.Current.Find(EventTables.Replays, key.Replay) is not { } replay) return Next.Done;
        switch (replay.State)
        {
            case ReplayState.Starting:
                await SetAsync(replay, replay with { State = ReplayState.Running }, ct);
                return Next.Done; // The change brings it back.
            case ReplayState.Cancelling:
                await SetAsync(replay, replay with { State = ReplayState.Cancelled, EndedAt = clock.GetUtcNow() }, ct);
                return Next.Done;
            case ReplayState.Running when !router.HasRoom:
                return Next.After(s_whileFull);
            case ReplayState.Running:
                await StepAsync(replay, ct);
                return Next.Done;
            default:
                return Next.Done;
        }
    }

    private async ValueTask StepAsync(ReplayRecord replay, CancellationToken ct)
    {
        var range = new AppendRange { FromMs = replay.From.ToUnixTimeMilliseconds(), ToMs = replay.To.ToUnixTimeMilliseconds(), Limit = AtOnce };
        if (replay.LastReplayed is { } last) range = range with { After = new Position(last.ToUnixTimeMilliseconds(), replay.LastSequence) };
        var entries = await log.ReadAsync(replay.Partition, range, ct);
        if (entries.Count == 0)
        {
            await SetAsync(replay, replay with { State = ReplayState.Completed, EndedAt = clock.GetUtcNow() }, ct);
            return;
        }

        var bus = BusKey.Of(replay.Key.Home, replay.Destination.Arn);
        var only = replay.Destination.FilterArns is { Length: > 0 } arns ? arns.ToImmutableHashSet(StringComparer.Ordinal) : null;
        await router.AcceptAsync([.. entries.Select(e => Again(e, bus, replay, only))], ct);
        var end = entries[^1].Position;
        await SetAsync(replay, replay with { LastReplayed = DateTimeOffset.FromUnixTimeMilliseconds(end.TimestampMs), LastSequence = end.Sequence }, ct);
    }

    private AcceptedEvent Again(StoredEntry entry, BusKey bus, ReplayRecord replay, ImmutableHashSet<string>? only)
    {
        var json = EventText.Replayed(Encoding.UTF8.GetString(entry.Entry.Payload.Span), replay.Key.Name);
        return new(bus, ids.Uuid(), json) { OnlyRules = only, IsReplayed = true };
    }

    private async ValueTask SetAsync(ReplayRecord before, ReplayRecord after, CancellationToken ct) => await store.UpdateAsync(tx =>
    {
        tx.Expect(EventTables.Replays, before.Key, before);
        tx.Put(EventTables.Replays, after);
    }, ct);
}

internal sealed record ArchiveKey(NamedKey Archive);

/// <summary>Forgets events that an archive keeps no longer.</summary>
internal sealed class ArchiveRetention(Store store, IAppendLog log, TimeProvider clock) : IReconciler<ArchiveKey>
{
    private static readonly TimeSpan s_again = TimeSpan.FromHours(6);

    public async ValueTask<Next> ReconcileAsync(ArchiveKey key, CancellationToken ct)
    {
        if (store.Current.Find(EventTables.Archives, key.Archive) is not { RetentionDays: > 0 } archive) return Next.Done;
        await log.TrimAsync(archive.Partition, (clock.GetUtcNow() - TimeSpan.FromDays(archive.RetentionDays)).ToUnixTimeMilliseconds(), ct);
        return Next.After(s_again);
    }
}
