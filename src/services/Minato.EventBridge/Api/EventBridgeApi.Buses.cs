using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    private const int MostBuses = 100;

    public async Task<CreateEventBusResponse> CreateEventBusAsync(CreateEventBusRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Name.Contains('/', StringComparison.Ordinal)) throw EventErrors.Validation("Event bus name must not contain '/'.");
        if (request.EventSourceName is not null) throw new ResourceNotFoundException($"Event source {request.EventSourceName} does not exist.");
        var key = new BusKey(Home.Of(caller), request.Name);
        var now = clock.GetUtcNow();
        var bus = new BusState
        {
            Key = key, Description = request.Description, KmsKeyIdentifier = request.KmsKeyIdentifier, DeadLetterConfig = request.DeadLetterConfig, LogConfig = request.LogConfig,
            CreatedAt = now, ModifiedAt = now, Tags = Tagging.Add(Tagging.None, request.Tags ?? []),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.FindBus(key) is not null) throw new ResourceAlreadyExistsException($"Event bus {key.Name} already exists.");
            if (tx.Count(EventTables.BusesByHome, key.Home) >= MostBuses) throw new LimitExceededException(EventErrors.TooMany);
            tx.Put(EventTables.Buses, bus);
        }, ct);
        return new()
        {
            EventBusArn = key.Arn, Description = bus.Description, KmsKeyIdentifier = bus.KmsKeyIdentifier, DeadLetterConfig = bus.DeadLetterConfig, LogConfig = bus.LogConfig,
        };
    }

    public async Task<UpdateEventBusResponse> UpdateEventBusAsync(UpdateEventBusRequest request, Caller caller, CancellationToken ct)
    {
        var bus = await ChangeBusAsync(BusKey.Of(caller, request.Name), b => b with
        {
            Description = request.Description, KmsKeyIdentifier = request.KmsKeyIdentifier, DeadLetterConfig = request.DeadLetterConfig, LogConfig = request.LogConfig,
        }, ct);
        return new()
        {
            Arn = bus.Key.Arn, Name = bus.Key.Name, Description = bus.Description, KmsKeyIdentifier = bus.KmsKeyIdentifier, DeadLetterConfig = bus.DeadLetterConfig, LogConfig = bus.LogConfig,
        };
    }

    public async Task<DeleteEventBusResponse> DeleteEventBusAsync(DeleteEventBusRequest request, Caller caller, CancellationToken ct)
    {
        var key = BusKey.Of(caller, request.Name);
        if (key.IsDefault) throw EventErrors.Validation("Cannot delete event bus default.");
        await store.UpdateAsync(tx =>
        {
            if (tx.Keys(EventTables.RulesByBus, key).Count > 0) throw EventErrors.Validation($"Event bus {key.Name} can't be deleted since it has rules.");
            // AWS: a bus that is not there is gone already.
            tx.Delete(EventTables.Buses, key);
        }, ct);
        return new();
    }

    public Task<DescribeEventBusResponse> DescribeEventBusAsync(DescribeEventBusRequest request, Caller caller, CancellationToken ct)
    {
        var bus = FindBus(store.Current, BusKey.Of(caller, request.Name));
        return Task.FromResult(new DescribeEventBusResponse
        {
            Name = bus.Key.Name, Arn = bus.Key.Arn, Description = bus.Description, KmsKeyIdentifier = bus.KmsKeyIdentifier, DeadLetterConfig = bus.DeadLetterConfig,
            Policy = bus.Policy, LogConfig = bus.LogConfig, CreationTime = bus.CreatedAt, LastModifiedTime = bus.ModifiedAt,
        });
    }

    public Task<ListEventBusesResponse> ListEventBusesAsync(ListEventBusesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var home = Home.Of(caller);
        var standard = new BusKey(home, BusKey.Default);
        var all = state.Where(EventTables.BusesByHome, home).Where(b => !b.Key.IsDefault).Append(FindBus(state, standard)).OrderBy(b => b.Key.Name, StringComparer.Ordinal);
        var (page, next) = Page("ListEventBuses", all.Where(b => HasPrefix(b.Key.Name, request.NamePrefix)), request.NextToken, request.Limit, b => b.Key.Name);
        return Task.FromResult(new ListEventBusesResponse { EventBuses = [.. page.Select(b => b.ToWire())], NextToken = next });
    }

    public async Task<PutPermissionResponse> PutPermissionAsync(PutPermissionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeBusAsync(BusKey.Of(caller, request.EventBusName), bus => bus with { Policy = Checked(request.Policy ?? Granted(bus, request)) }, ct);
        return new();
    }

    public async Task<RemovePermissionResponse> RemovePermissionAsync(RemovePermissionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeBusAsync(BusKey.Of(caller, request.EventBusName), bus =>
        {
            if (request.RemoveAllPermissions is true) return bus with { Policy = null };
            if (bus.Policy is not { } policy) throw new ResourceNotFoundException("EventBus does not have a policy.");
            var rest = BusPolicy.Without(policy, request.StatementId ?? "") ?? throw new ResourceNotFoundException("Statement with the provided id does not exist.");
            return bus with { Policy = rest.Length == 0 ? null : rest };
        }, ct);
        return new();
    }

    private static string Granted(BusState bus, PutPermissionRequest request)
    {
        if (request is not { StatementId: { } id, Principal: { } principal, Action: { } action })
            throw EventErrors.Validation("Parameter(s) StatementId, Principal and Action, or Policy must be specified.");
        if (action != "events:PutEvents") throw EventErrors.Validation("Provided value in parameter 'action' is not supported.");
        return BusPolicy.With(bus.Policy, id, principal, action, request.Condition, bus.Key);
    }

    private static string Checked(string policy)
    {
        if (policy.Length > BusPolicy.LongestPolicy) throw new PolicyLengthExceededException("The policy is too long.");
        try
        {
            PolicyParser.Parse(policy, PolicyKind.Resource);
            return policy;
        }
        catch (PolicySyntaxException e)
        {
            throw EventErrors.Validation($"The policy is not valid: {e.Message}");
        }
    }

    private ValueTask<BusState> ChangeBusAsync(BusKey key, Func<BusState, BusState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var changed = change(FindBus(tx, key)) with { ModifiedAt = clock.GetUtcNow() };
        tx.Put(EventTables.Buses, changed);
        return changed;
    }, ct);
}
