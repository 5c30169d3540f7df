using System.Collections.Immutable;
using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Contracts.Ssm;
using Minato.Platform;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

/// <summary>A value sealed with a data key, and that key as the key service wrapped it.</summary>
internal sealed record Wrapped(byte[] Sealed, byte[] Key);

/// <summary>Seals values and opens them: those of secure strings with a data key each, which the key service wraps, all others with the installation's key.</summary>
internal sealed class ParameterValues(ISealer sealer, Ids ids, IKms? kms = null)
{
    public const string ManagedKey = "alias/aws/ssm";
    private const string Principal = "ssm.amazonaws.com";

    public byte[] Seal(ParameterKey key, long version, byte[] value) => sealer.Seal(value, ParameterState.ContextOf(key, version));

    /// <returns>Null where there is no key service.</returns>
    /// <exception cref="InvalidKeyId">The key does not work.</exception>
    public async ValueTask<Wrapped?> WrapAsync(ParameterKey key, byte[] value, string keyId, Caller caller, CancellationToken ct)
    {
        if (kms is null) return null;
        var made = await AskAsync(caller, k => k.GenerateDataKeyAsync(
            new() { KeyId = keyId, KeySpec = DataKeySpec.Aes256, EncryptionContext = ContextOf(key) }, As(keyId, caller), ct));
        var plain = (made.Plaintext ?? default).ToArray();
        try
        {
            return new(new AesSealer(plain, ids).Seal(value, key.Arn), (made.CiphertextBlob ?? default).ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public async ValueTask<byte[]> OpenAsync(ParameterState parameter, ParameterVersion version, Caller caller, CancellationToken ct)
    {
        if (version.WrappedKey is not { } wrapped) return sealer.Open(version.Sealed, ParameterState.ContextOf(parameter.Key, version.Number));
        var opened = await AskAsync(caller, k => k.DecryptAsync(
            new() { CiphertextBlob = wrapped, EncryptionContext = ContextOf(parameter.Key) }, As(version.KeyId, caller), ct));
        return new AesSealer((opened.Plaintext ?? default).Span, ids).Open(version.Sealed, parameter.Key.Arn);
    }

    private async ValueTask<T> AskAsync<T>(Caller caller, Func<IKms, Task<T>> ask)
    {
        if (kms is null) throw new InvalidKeyId("The key service is not here.");
        try
        {
            return await ask(kms);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            var text = $"{e.Message} (Service: AWSKMS; Status Code: {e.HttpStatus}; Error Code: {e.Code}; Request ID: {caller.RequestId}; Proxy: null)";
            throw e.Code is "AccessDeniedException" ? new AwsException("AccessDeniedException", text) : new InvalidKeyId(text);
        }
    }

    private static ImmutableDictionary<string, string> ContextOf(ParameterKey key) => ImmutableDictionary<string, string>.Empty.Add("PARAMETER_ARN", key.Arn);

    // AWS: its own key is used by the service, for whoever may use the parameter; a key of the account by who asks.
    private static Caller As(string? keyId, Caller caller) =>
        keyId is null || keyId.EndsWith(ManagedKey, StringComparison.Ordinal) ? Caller.ForService(caller.AccountId, caller.Region, Principal) : caller;
}
