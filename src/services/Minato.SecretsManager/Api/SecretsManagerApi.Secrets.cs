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
        if (request.AddReplicaRegions is { Length: > 0 }) throw NotServed("CreateSecret with AddReplicaRegions");
        var key = new SecretKey(Home.Of(caller), CheckName(request.Name));
        var now = clock.GetUtcNow();
        var given = Given.Of(request.SecretString, request.SecretBinary);
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        var suffix = string.Create(SuffixLength, ids, static (text, ids) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = Letters[ids.Next(Letters.Length)];
        });
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Find(SecretsTables.Secrets, key) is { } there) return Same(there, versionId, given);
            var secret = new SecretState
            {
                Key = key, Suffix = suffix, Description = request.Description, KmsKeyId = request.KmsKeyId, Type = request.Type,
                Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags), CreatedAt = now, ChangedAt = now,
            };
            if (given is not null) secret = secret with { Versions = Stages.Add([], Seal(secret, versionId, given), null) };
            tx.Put(SecretsTables.Secrets, secret);
            return secret;
        }, ct);
        return new() { ARN = made.Arn, Name = made.Key.Name, VersionId = given is null ? null : versionId };
    }

    public Task<DescribeSecretResponse> DescribeSecretAsync(DescribeSecretRequest request, Caller caller, CancellationToken ct)
    {
        var secret = Find(store.Current, caller, request.SecretId);
        return Task.FromResult(new DescribeSecretResponse
        {
            ARN = secret.Arn, Name = secret.Key.Name, Description = secret.Description, KmsKeyId = secret.KmsKeyId, Type = secret.Type,
            LastChangedDate = secret.ChangedAt, LastAccessedDate = secret.AccessedOn, CreatedDate = secret.CreatedAt, DeletedDate = secret.DeletionDate,
            Tags = ToWire(secret.Tags),
            VersionIdsToStages = StagesOf(secret) is { Count: > 0 } stages ? stages : null,
        });
    }

    public async Task<UpdateSecretResponse> UpdateSecretAsync(UpdateSecretRequest request, Caller caller, CancellationToken ct)
    {
        var given = Given.Of(request.SecretString, request.SecretBinary);
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        var now = clock.GetUtcNow();
        var changed = await ChangeAsync(caller, request.SecretId, secret =>
        {
            var described = secret with
            {
                Description = request.Description ?? secret.Description, KmsKeyId = request.KmsKeyId ?? secret.KmsKeyId,
                Type = request.Type ?? secret.Type, ChangedAt = now,
            };
            return given is null ? described : WithValue(described, versionId, given, stages: null);
        }, ct);
        return new() { ARN = changed.Arn, Name = changed.Key.Name, VersionId = given is null ? null : versionId };
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

    private SecretState Same(SecretState there, string versionId, Given? given)
    {
        if (there.DeletionDate is not null)
            throw new InvalidRequestException("You can't create this secret because a secret with this name is already scheduled for deletion.");
        // AWS: the same request again is answered like the first.
        return given is not null && there.Version(versionId) is { } version && Holds(there, version, given) ? there
            : throw new ResourceExistsException($"The operation failed because the secret {there.Key.Name} already exists.");
    }

    private static ImmutableDictionary<string, ImmutableArray<string>> StagesOf(SecretState secret) =>
        secret.Versions.Where(v => !v.Stages.IsEmpty).ToImmutableDictionary(v => v.Id, v => v.Stages.ToImmutableArray());
}
