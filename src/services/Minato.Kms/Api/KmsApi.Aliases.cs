using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

// Aliases.
internal sealed partial class KmsApi
{
    private const int MostAliasesOfKey = 50;

    public async Task<CreateAliasResponse> CreateAliasAsync(CreateAliasRequest request, Caller caller, CancellationToken ct)
    {
        CheckAliasName(request.AliasName);
        var (home, now) = (Home.Of(caller), clock.GetUtcNow());
        await store.UpdateAsync(tx =>
        {
            var key = AliasTarget(tx, caller, request.TargetKeyId, "CreateAlias");
            var alias = new StoredAlias { Home = home, Name = request.AliasName, KeyArn = key.Arn, CreatedAt = now, UpdatedAt = now };
            if (tx.Find(KmsTables.Aliases, alias.Arn) is not null) throw new AlreadyExistsException($"An alias with the name {alias.Arn} already exists");
            DemandRoomForAlias(tx, key);
            tx.Put(KmsTables.Aliases, alias);
        }, ct);
        return new();
    }

    public async Task<UpdateAliasResponse> UpdateAliasAsync(UpdateAliasRequest request, Caller caller, CancellationToken ct)
    {
        CheckAliasName(request.AliasName);
        var now = clock.GetUtcNow();
        await store.UpdateAsync(tx =>
        {
            var alias = FindAlias(tx, caller, request.AliasName);
            var key = AliasTarget(tx, caller, request.TargetKeyId, "UpdateAlias");
            // AWS: what stands behind an alias may change, what it is good for may not.
            if (tx.Find(KmsTables.Keys, alias.KeyArn) is { } before && (before.Usage != key.Usage || before.IsSymmetric != key.IsSymmetric))
                throw KmsErrors.Validation("The existing target KMS key and the new target KMS key must be the same type (both symmetric or asymmetric or HMAC), and they must have the same key usage.");
            if (alias.KeyArn != key.Arn) DemandRoomForAlias(tx, key);
            tx.Put(KmsTables.Aliases, alias with { KeyArn = key.Arn, UpdatedAt = now });
        }, ct);
        return new();
    }

    public async Task<DeleteAliasResponse> DeleteAliasAsync(DeleteAliasRequest request, Caller caller, CancellationToken ct)
    {
        CheckAliasName(request.AliasName);
        await store.UpdateAsync(tx =>
        {
            var alias = FindAlias(tx, caller, request.AliasName);
            if (tx.Find(KmsTables.Keys, alias.KeyArn) is { } key) access.Demand(tx, key, caller, new("DeleteAlias"));
            tx.Delete(KmsTables.Aliases, alias.Arn);
        }, ct);
        return new();
    }

    public Task<ListAliasesResponse> ListAliasesAsync(ListAliasesRequest request, Caller caller, CancellationToken ct)
    {
        const string operation = nameof(ListAliasesAsync);
        var state = store.Current;
        var after = Position(operation, request.Marker);
        var rest = request.KeyId is { } keyId ? state.After(KmsTables.AliasesByKey, ResolveId(state, caller, keyId).Arn, after)
            : state.After(KmsTables.AliasesByHome, Home.Of(caller), after);
        var (page, marker) = Page(operation, rest, request.Limit, a => a.Arn);
        return Task.FromResult(new ListAliasesResponse
        {
            NextMarker = marker, Truncated = marker is not null,
            Aliases = [.. page.Select(a => new AliasListEntry
            {
                AliasName = a.Name, AliasArn = a.Arn, TargetKeyId = a.KeyArn[(a.KeyArn.LastIndexOf('/') + 1)..], CreationDate = a.CreatedAt, LastUpdatedDate = a.UpdatedAt,
            })],
        });
    }

    private static void CheckAliasName(string name)
    {
        if (!name.StartsWith("alias/", StringComparison.Ordinal) || name.Length == "alias/".Length)
            throw KmsErrors.Validation("Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
        if (name.Contains(':', StringComparison.Ordinal)) throw KmsErrors.Validation($"{name} contains invalid characters for an alias");
        // AWS: those names are its own.
        if (name.StartsWith(ManagedPrefix, StringComparison.Ordinal)) throw new AwsException("NotAuthorizedException", null);
    }

    private static StoredAlias FindAlias(IReadState state, Caller caller, string name)
    {
        var arn = Home.Of(caller).ArnOf(name);
        return state.Find(KmsTables.Aliases, arn) ?? throw KmsErrors.NoSuchAlias(arn);
    }

    private StoredKey AliasTarget(IReadState state, Caller caller, string keyId, string action)
    {
        if (AliasArn(Home.Of(caller), keyId) is not null) throw KmsErrors.Validation("Aliases must refer to keys. Not aliases");
        var key = Permitted(state, caller, keyId, action);
        DemandStays(key);
        return key.Home == Home.Of(caller) ? key : throw KmsErrors.NoSuchKey(key.Arn);
    }

    private static void DemandRoomForAlias(IReadState state, StoredKey key)
    {
        if (state.Count(KmsTables.AliasesByKey, key.Arn) >= MostAliasesOfKey) throw new LimitExceededException($"You have reached the maximum of {MostAliasesOfKey} aliases of a key.");
    }
}
