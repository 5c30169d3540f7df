using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

// The life of a key.
internal sealed partial class KmsApi
{
    private const int MostKeys = 100_000;
    private const int MostTags = 50;
    private const int ShortestWindowDays = 7;
    private const int LongestWindowDays = 30;

    public async Task<CreateKeyResponse> CreateKeyAsync(CreateKeyRequest request, Caller caller, CancellationToken ct)
    {
        var (spec, usage) = KindOf(request);
        var now = clock.GetUtcNow();
        var home = Home.Of(caller);
        // AWS: a key for several regions shows it in its id, so that its replicas can share it.
        var id = request.MultiRegion == true ? $"mrk-{ids.Hex(32)}" : ids.Uuid();
        var arn = home.ArnOf($"key/{id}");
        var key = new StoredKey
        {
            Arn = arn, Home = home, KeyId = id, Spec = spec, Usage = usage, Manager = KeyManagerType.Customer, CreatedAt = now,
            Description = request.Description ?? "", IsMultiRegion = request.MultiRegion == true, Policy = request.Policy ?? KeyPolicies.Default(home),
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags ?? [], caller), Materials = [materials.Make(arn, spec, now)],
        };
        DemandKeepsIn(key, caller, request.BypassPolicyLockoutSafetyCheck);
        await store.UpdateAsync(tx =>
        {
            if (tx.Count(KmsTables.KeysByHome, home) >= MostKeys) throw new LimitExceededException($"You have reached the maximum of {MostKeys} keys in this account and Region.");
            tx.Put(KmsTables.Keys, key);
        }, ct);
        return new() { KeyMetadata = ToWire(key) };
    }

    public async Task<DescribeKeyResponse> DescribeKeyAsync(DescribeKeyRequest request, Caller caller, CancellationToken ct)
    {
        var key = await FindAsync(caller, request.KeyId, ct);
        access.Demand(store.Current, key, caller, new("DescribeKey"));
        return new() { KeyMetadata = ToWire(key) };
    }

    public async Task<EnableKeyResponse> EnableKeyAsync(EnableKeyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.KeyId, "EnableKey", key => Staying(key) with { IsEnabled = true }, ct);
        return new();
    }

    public async Task<DisableKeyResponse> DisableKeyAsync(DisableKeyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.KeyId, "DisableKey", key => Staying(key) with { IsEnabled = false }, ct);
        return new();
    }

    public async Task<UpdateKeyDescriptionResponse> UpdateKeyDescriptionAsync(UpdateKeyDescriptionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.KeyId, "UpdateKeyDescription", key => Staying(key) with { Description = request.Description }, ct);
        return new();
    }

    public async Task<ScheduleKeyDeletionResponse> ScheduleKeyDeletionAsync(ScheduleKeyDeletionRequest request, Caller caller, CancellationToken ct)
    {
        var days = request.PendingWindowInDays ?? LongestWindowDays;
        if (days is < ShortestWindowDays or > LongestWindowDays)
        {
            throw KmsErrors.Validation(
                $"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must be between {ShortestWindowDays} and {LongestWindowDays} inclusive");
        }

        var date = clock.GetUtcNow().AddDays(days);
        var key = await ChangeAsync(caller, request.KeyId, "ScheduleKeyDeletion", k => Staying(k) with { DeletionDate = date }, ct);
        return new() { KeyId = key.Arn, DeletionDate = date, KeyState = key.State, PendingWindowInDays = days };
    }

    public async Task<CancelKeyDeletionResponse> CancelKeyDeletionAsync(CancelKeyDeletionRequest request, Caller caller, CancellationToken ct)
    {
        var key = await ChangeAsync(caller, request.KeyId, "CancelKeyDeletion", k => k.State is KeyState.PendingDeletion
            // AWS: it comes back disabled.
            ? k with { DeletionDate = null, IsEnabled = false } : throw new KMSInvalidStateException($"{k.Arn} is not pending deletion."), ct);
        return new() { KeyId = key.Arn };
    }

    public Task<ListKeysResponse> ListKeysAsync(ListKeysRequest request, Caller caller, CancellationToken ct)
    {
        const string operation = nameof(ListKeysAsync);
        var rest = store.Current.After(KmsTables.KeysByHome, Home.Of(caller), Position(operation, request.Marker));
        var (page, marker) = Page(operation, rest, request.Limit, k => k.Arn);
        return Task.FromResult(new ListKeysResponse
        {
            Keys = [.. page.Select(k => new KeyListEntry { KeyId = k.KeyId, KeyArn = k.Arn })], NextMarker = marker, Truncated = marker is not null,
        });
    }

    private static (KeySpec Spec, KeyUsageType Usage) KindOf(CreateKeyRequest request)
    {
        if (request.CustomKeyStoreId is { } other) throw new CustomKeyStoreNotFoundException($"Custom key store {other} does not exist.");
        if (request.Origin is { } origin && origin is not OriginType.AwsKms)
            throw new UnsupportedOperationException($"Keys with origin {origin.ToWire()} are not supported in this Region.");
        if (request is { KeySpec: not null, CustomerMasterKeySpec: not null })
            throw KmsErrors.Validation("You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.");
        var spec = request.KeySpec ?? (request.CustomerMasterKeySpec is { } old ? KeySpecExtensions.Parse(old.ToWire()) ?? KeySpec.SymmetricDefault : KeySpec.SymmetricDefault);
        if (!KeySpecs.IsServed(spec)) throw new UnsupportedOperationException($"KeySpec {spec.ToWire()} is not supported in this Region.");
        if (request.KeyUsage is null && spec is not KeySpec.SymmetricDefault)
            throw KmsErrors.Validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
        var usage = request.KeyUsage ?? KeyUsageType.EncryptDecrypt;
        return KeySpecs.Fits(spec, usage) ? (spec, usage) : throw KmsErrors.Validation($"KeyUsage {usage.ToWire()} is not compatible with KeySpec {spec.ToWire()}");
    }

    private static StoredKey Staying(StoredKey key)
    {
        DemandStays(key);
        return key;
    }

    private static KeyMetadata ToWire(StoredKey key) => new()
    {
        AWSAccountId = key.Home.AccountId, KeyId = key.KeyId, Arn = key.Arn, CreationDate = key.CreatedAt, Enabled = key.State is KeyState.Enabled,
        Description = key.Description, KeyUsage = key.Usage, KeyState = key.State, DeletionDate = key.DeletionDate, Origin = OriginType.AwsKms,
        KeyManager = key.Manager, KeySpec = key.Spec, CustomerMasterKeySpec = CustomerMasterKeySpecExtensions.Parse(key.Spec.ToWire()),
        EncryptionAlgorithms = key.Usage is KeyUsageType.EncryptDecrypt ? KeySpecs.Encryption(key.Spec) : null,
        SigningAlgorithms = key.Usage is KeyUsageType.SignVerify ? KeySpecs.Signing(key.Spec) : null,
        MacAlgorithms = key.Usage is KeyUsageType.GenerateVerifyMac ? KeySpecs.Macs(key.Spec) : null,
        KeyAgreementAlgorithms = key.Usage is KeyUsageType.KeyAgreement ? [KeyAgreementAlgorithmSpec.Ecdh] : null,
        MultiRegion = key.IsMultiRegion, CurrentKeyMaterialId = key.IsSymmetric ? key.Current.Id : null,
        MultiRegionConfiguration = key.IsMultiRegion
            ? new() { MultiRegionKeyType = MultiRegionKeyType.Primary, PrimaryKey = new() { Arn = key.Arn, Region = key.Home.Region }, ReplicaKeys = [] } : null,
    };
}
