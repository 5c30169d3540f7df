using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.SecretsManager;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

// Values and their versions.
internal sealed partial class SecretsManagerApi
{
    /// <summary>A value as a request brings it.</summary>
    private sealed record Given(byte[] Bytes, bool IsBinary)
    {
        public static Given? Of(string? text, ReadOnlyMemory<byte>? binary) => (text, binary) switch
        {
            (not null, not null) => throw new InvalidParameterException("You can't specify both a binary secret value and a string secret value in the same secret."),
            ({ } words, null) => new(Encoding.UTF8.GetBytes(words), false),
            (null, { } bytes) => new(bytes.ToArray(), true),
            _ => null,
        };

        public override string ToString() => nameof(Given); // A value does not belong in a log.
    }

    public async Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, Caller caller, CancellationToken ct)
    {
        var secret = FindAlive(store.Current, caller, request.SecretId);
        var version = Choose(secret, request.VersionId, request.VersionStage);
        var value = await values.OpenAsync(secret, version, caller, ct);
        await NoteAccessAsync(secret, ct);
        return new()
        {
            ARN = secret.Arn, Name = secret.Key.Name, VersionId = version.Id, VersionStages = [.. version.Stages], CreatedDate = version.CreatedAt,
            SecretString = version.IsBinary ? null : Encoding.UTF8.GetString(value), SecretBinary = version.IsBinary ? value : default(ReadOnlyMemory<byte>?), // A plain null would become an empty memory.
        };
    }

    public async Task<BatchGetSecretValueResponse> BatchGetSecretValueAsync(BatchGetSecretValueRequest request, Caller caller, CancellationToken ct)
    {
        var wanted = (request.SecretIdList, request.Filters) switch
        {
            ({ Length: > 0 } list, null) => list,
            (null, { Length: > 0 } filters) => [.. store.Current.Where(SecretsTables.SecretsByHome, Home.Of(caller))
                .Where(s => s.DeletionDate is null && SecretFilter.Matches(s, filters)).Select(s => s.Arn)],
            _ => throw new InvalidParameterException("Either 'SecretIdList' or 'Filters' must be provided, but not both."),
        };
        var found = ImmutableArray.CreateBuilder<SecretValueEntry>();
        var errors = ImmutableArray.CreateBuilder<APIErrorType>();
        foreach (var id in wanted)
        {
            try
            {
                var got = await GetSecretValueAsync(new() { SecretId = id }, caller, ct);
                found.Add(new()
                {
                    ARN = got.ARN, Name = got.Name, VersionId = got.VersionId, VersionStages = got.VersionStages, CreatedDate = got.CreatedDate,
                    SecretString = got.SecretString, SecretBinary = got.SecretBinary,
                });
            }
            catch (AwsException e) when (e.IsClientFault)
            {
                errors.Add(new() { SecretId = id, ErrorCode = e.Code, Message = e.Message });
            }
        }

        return new() { SecretValues = found.ToImmutable(), Errors = errors.ToImmutable() };
    }

    public async Task<PutSecretValueResponse> PutSecretValueAsync(PutSecretValueRequest request, Caller caller, CancellationToken ct)
    {
        var given = Given.Of(request.SecretString, request.SecretBinary)
            ?? throw new InvalidRequestException("You must provide either SecretString or SecretBinary.");
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        var changed = await WriteAsync(caller, request.SecretId, versionId, given, request.VersionStages, static s => s, ct);
        return new() { ARN = changed.Arn, Name = changed.Key.Name, VersionId = versionId, VersionStages = [.. changed.Version(versionId)?.Stages ?? []] };
    }

    public async Task<UpdateSecretVersionStageResponse> UpdateSecretVersionStageAsync(
        UpdateSecretVersionStageRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var changed = await ChangeAsync(caller, request.SecretId, secret =>
        {
            CheckMove(secret, request);
            var versions = Stages.Move(secret.Versions, request.VersionStage, request.MoveToVersionId);
            if (versions.Any(v => v.Stages.Count > MostStages))
                throw new LimitExceededException($"A version can have at most {MostStages} staging labels.");
            return secret with { Versions = versions, ChangedAt = now };
        }, ct);
        return new() { ARN = changed.Arn, Name = changed.Key.Name };
    }

    private static void CheckMove(SecretState secret, UpdateSecretVersionStageRequest request)
    {
        foreach (var id in new[] { request.MoveToVersionId, request.RemoveFromVersionId })
        {
            if (id is not null && secret.Version(id) is null)
                throw new ResourceNotFoundException($"Secrets Manager can't find the specified secret value for VersionId: {id}");
        }

        var holder = secret.WithStage(request.VersionStage);
        if (request.MoveToVersionId is null && request.VersionStage == Stages.Current)
            throw new InvalidParameterException("You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.");
        if (holder is null || holder.Id == request.MoveToVersionId) return;
        if (request.RemoveFromVersionId is null)
        {
            throw new InvalidParameterException(
                $"The parameter RemoveFromVersionId can't be empty. Staging label {request.VersionStage} is currently attached to version {holder.Id}, so you must explicitly reference that version in RemoveFromVersionId.");
        }

        if (request.RemoveFromVersionId != holder.Id)
        {
            throw new InvalidParameterException(
                $"The staging label {request.VersionStage} is currently attached to version {holder.Id}, not to version {request.RemoveFromVersionId}.");
        }
    }

    private static VersionState Choose(SecretState secret, string? versionId, string? stage)
    {
        if (versionId is null)
        {
            var label = stage ?? Stages.Current;
            return secret.WithStage(label) is { HasValue: true } labelled ? labelled
                : throw new ResourceNotFoundException($"Secrets Manager can't find the specified secret value for staging label: {label}");
        }

        if (secret.Version(versionId) is not { HasValue: true } version)
            throw new ResourceNotFoundException($"Secrets Manager can't find the specified secret value for VersionId: {versionId}");
        return stage is null || version.Stages.Contains(stage) ? version
            : throw new InvalidRequestException("You provided a VersionStage that is not associated to the provided VersionId.");
    }

    /// <summary>
    /// Adds a version with a value. Keys are asked for before the write, which waits for nothing: what it rests on is looked at again there.
    /// </summary>
    private async ValueTask<SecretState> WriteAsync(
        Caller caller, string secretId, string versionId, Given given, ImmutableArray<string>? stages, Func<SecretState, SecretState> change, CancellationToken ct)
    {
        var before = FindAlive(store.Current, caller, secretId);
        DemandPrimary(before);
        var seen = change(before);
        if (await RepeatsAsync(seen, versionId, given, caller, ct)) return await ChangeAsync(caller, secretId, change, ct);
        var made = await values.SealAsync(seen, versionId, given.Bytes, given.IsBinary, caller, ct);
        var now = clock.GetUtcNow();
        return await ChangeAsync(caller, secretId, there =>
        {
            if (there.Arn != seen.Arn) throw NoSuchSecret();
            if (there.Version(versionId) is { HasValue: true }) throw AlreadyUsed(there, versionId);
            var changed = change(there) with { ChangedAt = now };
            return changed with { Versions = Stages.Add(changed.Versions, made, stages) };
        }, ct);
    }

    // AWS: the token is the version's id: the same value again changes nothing, another one is refused.
    private async ValueTask<bool> RepeatsAsync(SecretState secret, string versionId, Given given, Caller caller, CancellationToken ct)
    {
        if (secret.Version(versionId) is not { HasValue: true } there) return false;
        return await HoldsAsync(secret, there, given, caller, ct) ? true : throw AlreadyUsed(secret, versionId);
    }

    private async ValueTask<bool> HoldsAsync(SecretState secret, VersionState version, Given given, Caller caller, CancellationToken ct) =>
        version.IsBinary == given.IsBinary && (await values.OpenAsync(secret, version, caller, ct)).AsSpan().SequenceEqual(given.Bytes);

    private static ResourceExistsException AlreadyUsed(SecretState secret, string versionId) =>
        new($"You can't use ClientRequestToken {versionId} because that value is already in use for a version of secret {secret.Arn}.");

    // AWS: told as a day, so that reading writes once a day.
    private async ValueTask NoteAccessAsync(SecretState secret, CancellationToken ct)
    {
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        if (secret.AccessedOn == today) return;
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(SecretsTables.Secrets, secret.Key) is { } current) tx.Put(SecretsTables.Secrets, current with { AccessedOn = today });
        }, ct);
    }
}
