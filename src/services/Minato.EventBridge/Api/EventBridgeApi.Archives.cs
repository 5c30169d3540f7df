using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    private const int MostArchives = 100;

    public async Task<CreateArchiveResponse> CreateArchiveAsync(CreateArchiveRequest request, Caller caller, CancellationToken ct)
    {
        if (request.EventPattern is { } pattern) EventErrors.CheckPattern(pattern);
        var key = new NamedKey(Home.Of(caller), request.ArchiveName);
        var bus = BusKey.Of(caller, request.EventSourceArn);
        var archive = new ArchiveRecord
        {
            Key = key, Bus = bus, Description = request.Description, EventPattern = request.EventPattern, RetentionDays = request.RetentionDays ?? 0,
            KmsKeyIdentifier = request.KmsKeyIdentifier, CreatedAt = clock.GetUtcNow(),
        };
        await store.UpdateAsync(tx =>
        {
            FindBus(tx, bus);
            if (tx.Find(EventTables.Archives, key) is not null) throw new ResourceAlreadyExistsException($"Archive {key.Name} already exists.");
            if (tx.Count(EventTables.ArchivesByHome, key.Home) >= MostArchives) throw new LimitExceededException(EventErrors.TooMany);
            tx.Put(EventTables.Archives, archive);
        }, ct);
        return new() { ArchiveArn = archive.Arn, State = ArchiveState.Enabled, CreationTime = archive.CreatedAt };
    }

    public async Task<UpdateArchiveResponse> UpdateArchiveAsync(UpdateArchiveRequest request, Caller caller, CancellationToken ct)
    {
        if (request.EventPattern is { } pattern) EventErrors.CheckPattern(pattern);
        var archive = await store.UpdateAsync(tx =>
        {
            var before = FindArchive(tx, caller, request.ArchiveName);
            var after = before with
            {
                Description = request.Description ?? before.Description, EventPattern = request.EventPattern ?? before.EventPattern,
                RetentionDays = request.RetentionDays ?? before.RetentionDays, KmsKeyIdentifier = request.KmsKeyIdentifier ?? before.KmsKeyIdentifier,
            };
            tx.Put(EventTables.Archives, after);
            return after;
        }, ct);
        return new() { ArchiveArn = archive.Arn, State = ArchiveState.Enabled, CreationTime = archive.CreatedAt };
    }

    public async Task<DeleteArchiveResponse> DeleteArchiveAsync(DeleteArchiveRequest request, Caller caller, CancellationToken ct)
    {
        var archive = await store.UpdateAsync(tx =>
        {
            var found = FindArchive(tx, caller, request.ArchiveName);
            tx.Delete(EventTables.Archives, found.Key);
            return found;
        }, ct);
        await log.DeleteAsync(archive.Partition, ct);
        return new();
    }

    public Task<DescribeArchiveResponse> DescribeArchiveAsync(DescribeArchiveRequest request, Caller caller, CancellationToken ct)
    {
        var archive = FindArchive(store.Current, caller, request.ArchiveName);
        return Task.FromResult(new DescribeArchiveResponse
        {
            ArchiveArn = archive.Arn, ArchiveName = archive.Key.Name, EventSourceArn = archive.Bus.Arn, Description = archive.Description, EventPattern = archive.EventPattern,
            State = ArchiveState.Enabled, KmsKeyIdentifier = archive.KmsKeyIdentifier, RetentionDays = archive.RetentionDays, SizeBytes = archive.Bytes,
            EventCount = archive.Events, CreationTime = archive.CreatedAt,
        });
    }

    public Task<ListArchivesResponse> ListArchivesAsync(ListArchivesRequest request, Caller caller, CancellationToken ct)
    {
        if (new object?[] { request.NamePrefix, request.EventSourceArn, request.State }.Count(f => f is not null) > 1)
            throw EventErrors.Validation("At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.");
        var all = store.Current.Where(EventTables.ArchivesByHome, Home.Of(caller)).Where(a => HasPrefix(a.Key.Name, request.NamePrefix))
            .Where(a => request.EventSourceArn is not { } source || a.Bus.Arn == source).Where(_ => request.State is null or ArchiveState.Enabled);
        var (page, next) = Page("ListArchives", all, request.NextToken, request.Limit, a => a.Key.Name);
        return Task.FromResult(new ListArchivesResponse
        {
            Archives = [.. page.Select(a => new Archive
            {
                ArchiveName = a.Key.Name, EventSourceArn = a.Bus.Arn, State = ArchiveState.Enabled, RetentionDays = a.RetentionDays, SizeBytes = a.Bytes, EventCount = a.Events,
                CreationTime = a.CreatedAt,
            })],
            NextToken = next,
        });
    }

    private static ArchiveRecord FindArchive(IReadState state, Caller caller, string name) =>
        state.Find(EventTables.Archives, new NamedKey(Home.Of(caller), name)) ?? throw EventErrors.NoArchive(name);
}
