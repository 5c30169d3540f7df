using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Records;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Notes how a service deployment goes, and how it ended.</summary>
internal sealed class DeploymentDiary(Store store, IAppendLog log, TimeProvider clock, IServiceProvider room)
{
    /// <summary>A deployment that never ends is not noted without end.</summary>
    private const int MomentsKept = 2000;

    private const string DeletedWithService = "The service was deleted.";

    /// <summary>The last entries, so that they need not be read before each write; forgotten with the end.</summary>
    private readonly ConcurrentDictionary<RecordKey, (DiaryEntry? Last, int Count)> _latest = new();

    /// <returns>Null as long as it has not ended.</returns>
    public async ValueTask<RecordState?> RecordAsync(RecordKey key, CancellationToken ct)
    {
        var ecs = store.Current;
        if (key.Deployment is not { } id || ecs.Find(ServiceTables.ServiceDeployments, id) is not { } deployment) return null;
        var service = ecs.Find(ServiceTables.Services, id.Service);
        if (service is { Status: ServiceStatus.Active } && await MomentAsync(ecs, service, deployment, ct) is { } moment) await NoteAsync(key, moment, ct);
        var isDeleted = service is null or { Status: not ServiceStatus.Active };
        if (!deployment.IsOver && !isDeleted) return null;

        var outcome = await OutcomeAsync(key, ecs, deployment, service, ct);
        _latest.TryRemove(key, out _);
        // AWS: the history of deployments goes with the service; this one only waited to be on record.
        if (service is null or { Status: ServiceStatus.Inactive })
            await store.UpdateAsync(tx => { tx.Delete(ServiceTables.ServiceDeployments, id); }, ct);
        var ended = outcome.FinishedAt ?? clock.GetUtcNow();
        return new()
        {
            Key = key, Owner = id.Service.Name, DeploymentId = deployment.DeploymentId, EndedAt = ended, ExpiresAt = ended + RecordTables.DeploymentsKeptFor,
        };
    }

    /// <summary>What is known of a deployment, ended or not; null when nothing is.</summary>
    public async ValueTask<DeploymentRecord?> ReadAsync(RecordKey key, CancellationToken ct)
    {
        var entries = (await log.ReadAsync(key.Partition, new() { Limit = MomentsKept + 1 }, ct)).Select(Parse).ToList();
        var ecs = store.Current;
        var record = entries.LastOrDefault()?.Outcome;
        if (record is null && key.Deployment is { } id && ecs.Find(ServiceTables.ServiceDeployments, id) is { } open)
            record = DeploymentRecords.Of(ecs, open, ecs.Find(ServiceTables.Services, id.Service));
        return record is null ? null : record with { Moments = [.. entries.Select(e => e.Moment).OfType<DeploymentMoment>()] };
    }

    private async ValueTask<DeploymentMoment?> MomentAsync(Snapshot ecs, ServiceState service, ServiceDeploymentState deployment, CancellationToken ct)
    {
        var shown = await room.GetRequiredService<IEcs>().DescribeServiceDeploymentsAsync(
            new() { ServiceDeploymentArns = [deployment.Key.Arn] }, service.Key.Cluster.Scope.AsService(), ct);
        return shown.ServiceDeployments is [var one, ..] ? DeploymentRecords.MomentOf(ecs, service, one, clock.GetUtcNow()) : null;
    }

    private async ValueTask NoteAsync(RecordKey key, DeploymentMoment moment, CancellationToken ct)
    {
        var (last, count) = await LatestAsync(key, ct);
        if (last?.Outcome is not null || count >= MomentsKept || last?.Moment is { } before && before.SaysTheSame(moment)) return;
        await AppendAsync(key, new(moment), ct);
        _latest[key] = (new(moment), count + 1);
    }

    private async ValueTask<DeploymentRecord> OutcomeAsync(
        RecordKey key, Snapshot ecs, ServiceDeploymentState deployment, ServiceState? service, CancellationToken ct)
    {
        if ((await LatestAsync(key, ct)).Last?.Outcome is { } known) return known; // The row was lost in a crash, not this.
        var record = DeploymentRecords.Of(ecs, deployment, service);
        if (!deployment.IsOver)
            record = record with { Status = ServiceDeploymentStatus.Stopped.ToWire(), StatusReason = DeletedWithService, FinishedAt = clock.GetUtcNow() };
        await AppendAsync(key, new(Outcome: record), ct);
        return record;
    }

    private async ValueTask<(DiaryEntry? Last, int Count)> LatestAsync(RecordKey key, CancellationToken ct)
    {
        if (_latest.TryGetValue(key, out var known)) return known;
        var entries = await log.ReadAsync(key.Partition, new() { Limit = MomentsKept + 1 }, ct);
        return _latest[key] = (entries.Count == 0 ? null : Parse(entries[^1]), entries.Count);
    }

    private async ValueTask AppendAsync(RecordKey key, DiaryEntry entry, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await log.AppendAsync(key.Partition, [new(now, now, JsonSerializer.SerializeToUtf8Bytes(entry, RecordJson.Default.DiaryEntry))], ct);
    }

    private static DiaryEntry Parse(StoredEntry stored) =>
        JsonSerializer.Deserialize(stored.Entry.Payload.Span, RecordJson.Default.DiaryEntry) ?? new();
}
