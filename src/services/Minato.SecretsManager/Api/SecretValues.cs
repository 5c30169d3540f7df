using System.Collections.Immutable;
using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Contracts.SecretsManager;
using Minato.Platform;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

/// <summary>
/// Seals values and opens them: each version with a data key of its own, which the key service wraps under the secret's key. What was sealed
/// before there was a key service opens with the installation's key.
/// </summary>
internal sealed class SecretValues(ISealer sealer, Ids ids, TimeProvider clock, IKms? kms = null)
{
    private const string ManagedKey = "alias/aws/secretsmanager";
    private const string Principal = "secretsmanager.amazonaws.com";

    public async ValueTask<VersionState> SealAsync(SecretState secret, string versionId, byte[] value, bool isBinary, Caller caller, CancellationToken ct)
    {
        var version = new VersionState { Id = versionId, CreatedAt = clock.GetUtcNow(), IsBinary = isBinary, KmsKeyId = secret.KmsKeyId, Sealed = [] };
        if (kms is null) return version with { Sealed = sealer.Seal(value, secret.ContextOf(versionId)) };
        var key = await NewKeyAsync(kms, secret, versionId, caller, ct);
        var plain = (key.Plaintext ?? default).ToArray();
        try
        {
            return version with { Sealed = new AesSealer(plain, ids).Seal(value, secret.ContextOf(versionId)), WrappedKey = (key.CiphertextBlob ?? default).ToArray() };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public async ValueTask<byte[]> OpenAsync(SecretState secret, VersionState version, Caller caller, CancellationToken ct)
    {
        if (version.WrappedKey is not { } wrapped) return sealer.Open(version.Sealed, secret.ContextOf(version.Id));
        if (kms is null) throw new DecryptionFailure("Secrets Manager can't decrypt the protected secret text using the provided KMS key.");
        var key = await UnwrapAsync(kms, secret, version, wrapped, caller, ct);
        try
        {
            return new AesSealer(key, ids).Open(version.Sealed, secret.ContextOf(version.Id));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static async ValueTask<GenerateDataKeyResponse> NewKeyAsync(IKms kms, SecretState secret, string versionId, Caller caller, CancellationToken ct)
    {
        try
        {
            return await kms.GenerateDataKeyAsync(
                new() { KeyId = secret.KmsKeyId ?? ManagedKey, KeySpec = DataKeySpec.Aes256, EncryptionContext = ContextOf(secret, versionId) }, As(secret.KmsKeyId, caller), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw e.Code switch
            {
                "AccessDeniedException" => new AwsException("AccessDeniedException", "Access to KMS is not allowed"),
                "NotFoundException" => new InvalidParameterException(e.Message),
                _ => new EncryptionFailure("Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state."),
            };
        }
    }

    private static async ValueTask<byte[]> UnwrapAsync(IKms kms, SecretState secret, VersionState version, byte[] wrapped, Caller caller, CancellationToken ct)
    {
        if (IsManaged(version.KmsKeyId) && caller.AccountId != Arn.Parse(secret.Arn).AccountId)
            throw new InvalidRequestException("You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.");
        try
        {
            var opened = await kms.DecryptAsync(new() { CiphertextBlob = wrapped, EncryptionContext = ContextOf(secret, version.Id) }, As(version.KmsKeyId, caller), ct);
            return (opened.Plaintext ?? default).ToArray();
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw e.Code is "AccessDeniedException" ? new AwsException("AccessDeniedException", "Access to KMS is not allowed")
                : new DecryptionFailure("Secrets Manager can't decrypt the protected secret text using the provided KMS key.");
        }
    }

    private static ImmutableDictionary<string, string> ContextOf(SecretState secret, string versionId) =>
        ImmutableDictionary<string, string>.Empty.Add("SecretARN", secret.Arn).Add("SecretVersionId", versionId);

    // AWS: its own key is used by the service, for whoever may use the secret; a key of the account by who asks.
    private static Caller As(string? keyId, Caller caller) => IsManaged(keyId) ? Caller.ForService(caller.AccountId, caller.Region, Principal) : caller;

    private static bool IsManaged(string? keyId) => keyId is null || keyId.EndsWith(ManagedKey, StringComparison.Ordinal);
}
