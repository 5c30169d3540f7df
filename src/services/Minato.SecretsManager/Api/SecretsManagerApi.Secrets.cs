using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.SecretsManager;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

// The life of a secret.
internal sealed partial class SecretsManagerApi
{
    private const int ShortestWindowDays = 7;
    private const int LongestWindowDays = 30;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public async Task<CreateSecretResponse> CreateSecretAsync(CreateSecretRequest request, Caller caller, CancellationToken ct)
    {
        var key = new SecretKey(Home.Of(caller), CheckName(request.Name));
        var now = clock.GetUtcNow();
        var given = Given.Of(request.SecretString, request.SecretBinary);
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        if (store.Current.Find(SecretsTables.Secrets, key) is { } there) return Created(await SameAsync(there, versionId, given, caller, ct), given, versionId);
        var secret = new SecretState
        {
            Key = key, Suffix = NewSuffix(), Description = request.Description, KmsKeyId = request.KmsKeyId, Type = request.Type,
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags), CreatedAt = now, ChangedAt = now,
        };
        secret = WithReplicas(secret, request.AddReplicaRegions ?? [], request.ForceOverwriteReplicaSecret);
        if (given is not null)
            secret = secret with { Versions = Stages.Add([], await values.SealAsync(secret, versionId, given.Bytes, given.IsBinary, caller, ct), null) };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(SecretsTables.Secrets, key) is not null) throw AlreadyExists(key);
            tx.Put(SecretsTables.Secrets, secret);
        }, ct);
        return Created(secret, given, versionId);
    }

    private CreateSecretResponse Created(SecretState secret, Given? given, string versionId) =>
        new() { ARN = secret.Arn, Name = secret.Key.Name, VersionId = given is null ? null : versionId, ReplicationStatus = StatusOf(secret) };

    private string NewSuffix() => string.Create(SuffixLength, ids, static (text, ids) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = Letters[ids.Next(Letters.Length)];
    });

    public Task<DescribeSecretResponse> DescribeSecretAsync(DescribeSecretRequest request, Caller caller, CancellationToken ct)
    {
        var secret = Find(store.Current, caller, request.SecretId);
        return Task.FromResult(new DescribeSecretResponse
        {
            ARN = secret.Arn, Name = secret.Key.Name, Description = secret.Description, KmsKeyId = secret.KmsKeyId, Type = secret.Type,
            LastChangedDate = secret.ChangedAt, LastAccessedDate = secret.AccessedOn, CreatedDate = secret.CreatedAt, DeletedDate = secret.DeletionDate,
            PrimaryRegion = secret.PrimaryRegion ?? (secret.Replicas.IsEmpty ? null : secret.Key.Home.Region), ReplicationStatus = StatusOf(secret),
            Tags = ToWire(secret.Tags), RotationEnabled = secret.Rotation?.IsEnabled, RotationLambdaARN = secret.Rotation?.FunctionArn, RotationRules = RulesOf(secret.Rotation),
            LastRotatedDate = secret.Rotation?.LastAt, NextRotationDate = secret.Rotation is { IsEnabled: true } rotation ? rotation.NextAt : null,
            VersionIdsToStages = StagesOf(secret) is { Count: > 0 } stages ? stages : null,
        });
    }

    public async Task<UpdateSecretResponse> UpdateSecretAsync(UpdateSecretRequest request, Caller caller, CancellationToken ct)
    {
        var given = Given.Of(request.SecretString, request.SecretBinary);
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        var now = clock.GetUtcNow();
        SecretState Described(SecretState secret) => secret with
        {
            Description = request.Description ?? secret.Description, KmsKeyId = request.KmsKeyId ?? secret.KmsKeyId, Type = request.Type ?? secret.Type, ChangedAt = now,
        };
        var moved = await UnderNewKeyAsync(caller, request, ct);
        SecretState Changed(SecretState secret) => Described(secret) with { Versions = [.. secret.Versions.Select(v => moved.GetValueOrDefault(v.Id) is { } m ? m with { Stages = v.Stages } : v)] };
        var changed = given is null ? await ChangeAsync(caller, request.SecretId, Changed, ct)
            : await WriteAsync(caller, request.SecretId, versionId, given, null, Changed, ct);
        return new() { ARN = changed.Arn, Name = changed.Key.Name, VersionId = given is null ? null : versionId };
    }

    // AWS: with a new key, the versions that carry AWSCURRENT, AWSPENDING and AWSPREVIOUS are encrypted anew.
    private async ValueTask<Dictionary<string, VersionState>> UnderNewKeyAsync(Caller caller, UpdateSecretRequest request, CancellationToken ct)
    {
        var moved = new Dictionary<string, VersionState>(StringComparer.Ordinal);
        var secret = FindAlive(store.Current, caller, request.SecretId);
        if (request.KmsKeyId is not { } keyId || keyId == secret.KmsKeyId) return moved;
        foreach (var version in secret.Versions.Where(v => v.HasValue && v.Stages.Overlaps([Stages.Current, Stages.Pending, Stages.Previous])))
        {
            var value = await values.OpenAsync(secret, version, caller, ct);
            moved.Add(version.Id, await values.SealAsync(secret with { KmsKeyId = keyId }, version.Id, value, version.IsBinary, caller, ct) with { CreatedAt = version.CreatedAt });
        }

        return moved;
    }

    public async Task<DeleteSecretResponse> DeleteSecretAsync(DeleteSecretRequest request, Caller caller, CancellationToken ct)
    {
        var isForced = request.ForceDeleteWithoutRecovery == true;
        if (isForced && request.RecoveryWindowInDays is not null)
            throw new InvalidParameterException("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        var days = request.RecoveryWindowInDays ?? LongestWindowDays;
        if (days is < ShortestWindowDays or > LongestWindowDays)
            throw new InvalidParameterException("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        var now = clock.GetUtcNow();
        var date = isForced ? now : now.AddDays(days);
        var deleted = await store.UpdateAsync(tx =>
        {
            // AWS: what is to go at once may be gone already.
            var there = isForced ? TryFind(tx, caller, request.SecretId) : FindAlive(tx, caller, request.SecretId);
            if (there is null) return null;
            DemandPrimary(there);
            if (!there.Replicas.IsEmpty)
                throw new InvalidRequestException($"You can't delete secret {request.SecretId} that still has replica regions [{string.Join(", ", there.Replicas.Select(r => r.Region))}]");
            if (isForced) tx.Delete(SecretsTables.Secrets, there.Key);
            else tx.Put(SecretsTables.Secrets, there with { DeletionDate = date });
            return there;
        }, ct);
        return new() { ARN = deleted?.Arn, Name = deleted?.Key.Name ?? request.SecretId, DeletionDate = date };
    }

    public async Task<RestoreSecretResponse> RestoreSecretAsync(RestoreSecretRequest request, Caller caller, CancellationToken ct)
    {
        var restored = await store.UpdateAsync(tx =>
        {
            var secret = Find(tx, caller, request.SecretId) with { DeletionDate = null };
            tx.Put(SecretsTables.Secrets, secret);
            return secret;
        }, ct);
        return new() { ARN = restored.Arn, Name = restored.Key.Name };
    }

    private async ValueTask<SecretState> SameAsync(SecretState there, string versionId, Given? given, Caller caller, CancellationToken ct)
    {
        if (there.DeletionDate is not null)
            throw new InvalidRequestException("You can't create this secret because a secret with this name is already scheduled for deletion.");
        // AWS: the same request again is answered like the first.
        return given is not null && there.Version(versionId) is { HasValue: true } version && await HoldsAsync(there, version, given, caller, ct) ? there : throw AlreadyExists(there.Key);
    }

    private static ResourceExistsException AlreadyExists(SecretKey key) => new($"The operation failed because the secret {key.Name} already exists.");

    private static ImmutableDictionary<string, ImmutableArray<string>> StagesOf(SecretState secret) =>
        secret.Versions.Where(v => !v.Stages.IsEmpty).ToImmutableDictionary(v => v.Id, v => v.Stages.ToImmutableArray());
}
