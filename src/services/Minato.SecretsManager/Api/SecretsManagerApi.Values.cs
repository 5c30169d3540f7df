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
        await NoteAccessAsync(secret, ct);
        var value = sealer.Open(version.Sealed, secret.ContextOf(version.Id));
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
        var values = ImmutableArray.CreateBuilder<SecretValueEntry>();
        var errors = ImmutableArray.CreateBuilder<APIErrorType>();
        foreach (var id in wanted)
        {
            try
            {
                var got = await GetSecretValueAsync(new() { SecretId = id }, caller, ct);
                values.Add(new()
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

        return new() { SecretValues = values.ToImmutable(), Errors = errors.ToImmutable() };
    }

    public async Task<PutSecretValueResponse> PutSecretValueAsync(PutSecretValueRequest request, Caller caller, CancellationToken ct)
    {
        var given = Given.Of(request.SecretString, request.SecretBinary)
            ?? throw new InvalidRequestException("You must provide either SecretString or SecretBinary.");
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        var now = clock.GetUtcNow();
        var changed = await ChangeAsync(caller, request.SecretId,
            secret => WithValue(secret with { ChangedAt = now }, versionId, given, request.VersionStages), ct);
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
            return secret.WithStage(label)
                ?? throw new ResourceNotFoundException($"Secrets Manager can't find the specified secret value for staging label: {label}");
        }

        var version = secret.Version(versionId)
            ?? throw new ResourceNotFoundException($"Secrets Manager can't find the specified secret value for VersionId: {versionId}");
        return stage is null || version.Stages.Contains(stage) ? version
            : throw new InvalidRequestException("You provided a VersionStage that is not associated to the provided VersionId.");
    }

    private SecretState WithValue(SecretState secret, string versionId, Given given, ImmutableArray<string>? stages)
    {
        if (secret.Version(versionId) is not { } there)
            return secret with { Versions = Stages.Add(secret.Versions, Seal(secret, versionId, given), stages) };
        // AWS: the token is the version's id: the same value again changes nothing, another one is refused.
        return Holds(secret, there, given) ? secret
            : throw new ResourceExistsException($"You can't use ClientRequestToken {versionId} because that value is already in use for a version of secret {secret.Arn}.");
    }

    private VersionState Seal(SecretState secret, string versionId, Given given) => new()
    {
        Id = versionId, CreatedAt = clock.GetUtcNow(), IsBinary = given.IsBinary, Sealed = sealer.Seal(given.Bytes, secret.ContextOf(versionId)),
    };

    private bool Holds(SecretState secret, VersionState version, Given given) =>
        version.IsBinary == given.IsBinary && sealer.Open(version.Sealed, secret.ContextOf(version.Id)).AsSpan().SequenceEqual(given.Bytes);

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
