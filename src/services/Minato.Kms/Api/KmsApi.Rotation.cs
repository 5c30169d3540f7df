using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;

namespace Minato.Kms.Api;

// Rotation of key material.
internal sealed partial class KmsApi
{
    private const int MostRotationsOnDemand = 25;

    public async Task<EnableKeyRotationResponse> EnableKeyRotationAsync(EnableKeyRotationRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await ChangeAsync(caller, request.KeyId, "EnableKeyRotation", key =>
        {
            DemandRotates(key, "EnableKeyRotation");
            // AWS: without a period the one in force stays; a new period counts from now.
            if (key.Rotation is { } same && (request.RotationPeriodInDays ?? same.PeriodDays) == same.PeriodDays) return key;
            var days = request.RotationPeriodInDays ?? KeyLifecycle.DefaultPeriodDays;
            return key with { Rotation = new(days, now.AddDays(days)) };
        }, ct);
        return new();
    }

    public async Task<DisableKeyRotationResponse> DisableKeyRotationAsync(DisableKeyRotationRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.KeyId, "DisableKeyRotation", key =>
        {
            DemandRotates(key, "DisableKeyRotation");
            return key with { Rotation = null };
        }, ct);
        return new();
    }

    public Task<GetKeyRotationStatusResponse> GetKeyRotationStatusAsync(GetKeyRotationStatusRequest request, Caller caller, CancellationToken ct)
    {
        var key = Permitted(store.Current, caller, request.KeyId, "GetKeyRotationStatus");
        if (!key.IsSymmetric) return Task.FromResult(new GetKeyRotationStatusResponse { KeyId = key.Arn, KeyRotationEnabled = false });
        return Task.FromResult(new GetKeyRotationStatusResponse
        {
            KeyId = key.Arn, KeyRotationEnabled = key.Rotation is not null, RotationPeriodInDays = key.Rotation?.PeriodDays,
            NextRotationDate = key.DeletionDate is null ? key.Rotation?.NextAt : null,
        });
    }

    public async Task<RotateKeyOnDemandResponse> RotateKeyOnDemandAsync(RotateKeyOnDemandRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var key = await ChangeAsync(caller, request.KeyId, "RotateKeyOnDemand", k =>
        {
            DemandRotates(k, "RotateKeyOnDemand");
            if (k.Materials.Count(m => m.MadeBy is RotationType.OnDemand) >= MostRotationsOnDemand)
                throw new LimitExceededException($"The maximum number of on-demand rotations has been reached for KMS key {k.Arn}.");
            return KeyLifecycle.Rotated(k, materials.Make(k.Arn, k.Spec, now) with { MadeBy = RotationType.OnDemand }, now);
        }, ct);
        return new() { KeyId = key.Arn };
    }

    public Task<ListKeyRotationsResponse> ListKeyRotationsAsync(ListKeyRotationsRequest request, Caller caller, CancellationToken ct)
    {
        var operation = $"{nameof(ListKeyRotationsAsync)} {request.KeyId} {request.IncludeKeyMaterial}";
        var key = Permitted(store.Current, caller, request.KeyId, "ListKeyRotations");
        if (!key.IsSymmetric) throw KmsErrors.Unsupported(key, "ListKeyRotations");
        var isAll = request.IncludeKeyMaterial is IncludeKeyMaterial.AllKeyMaterial;
        var after = Position(operation, request.Marker);
        var found = key.Materials.Where(m => isAll || m.MadeBy is not null);
        if (after is not null) found = found.SkipWhile(m => m.Id != after).Skip(1);
        var (page, marker) = Page(operation, found, request.Limit, m => m.Id);
        return Task.FromResult(new ListKeyRotationsResponse
        {
            NextMarker = marker, Truncated = marker is not null,
            Rotations = [.. page.Select(m => new RotationsListEntry
            {
                KeyId = key.Arn, KeyMaterialId = m.Id, RotationDate = m.MadeBy is null ? null : m.MadeAt, RotationType = m.MadeBy,
                KeyMaterialState = m.Id == key.Current.Id ? KeyMaterialState.Current : KeyMaterialState.NonCurrent,
            })],
        });
    }

    // AWS: keys of pairs and of codes have no rotation: whoever holds the other half would lose it.
    private static void DemandRotates(StoredKey key, string operation)
    {
        if (!key.IsSymmetric) throw KmsErrors.Unsupported(key, operation);
        DemandEnabled(key);
    }
}
