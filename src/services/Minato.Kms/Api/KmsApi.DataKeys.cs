using System.Collections.Immutable;
using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;

namespace Minato.Kms.Api;

// Keys that work outside, wrapped by a key that stays here; and random bytes.
internal sealed partial class KmsApi
{
    private const int MostRandomBytes = 1024;

    public async Task<GenerateDataKeyResponse> GenerateDataKeyAsync(GenerateDataKeyRequest request, Caller caller, CancellationToken ct)
    {
        DemandNoRecipient(request.Recipient);
        var (key, plain) = await NewDataKeyAsync("GenerateDataKey", request.KeyId, request.KeySpec, request.NumberOfBytes, request.EncryptionContext, request.DryRun, caller, ct);
        return new() { CiphertextBlob = materials.Encrypt(key, plain, request.EncryptionContext), Plaintext = plain, KeyId = key.Arn, KeyMaterialId = key.Current.Id };
    }

    public async Task<GenerateDataKeyWithoutPlaintextResponse> GenerateDataKeyWithoutPlaintextAsync(
        GenerateDataKeyWithoutPlaintextRequest request, Caller caller, CancellationToken ct)
    {
        var (key, plain) = await NewDataKeyAsync(
            "GenerateDataKeyWithoutPlaintext", request.KeyId, request.KeySpec, request.NumberOfBytes, request.EncryptionContext, request.DryRun, caller, ct);
        var wrapped = materials.Encrypt(key, plain, request.EncryptionContext);
        CryptographicOperations.ZeroMemory(plain);
        return new() { CiphertextBlob = wrapped, KeyId = key.Arn, KeyMaterialId = key.Current.Id };
    }

    public async Task<GenerateDataKeyPairResponse> GenerateDataKeyPairAsync(GenerateDataKeyPairRequest request, Caller caller, CancellationToken ct)
    {
        DemandNoRecipient(request.Recipient);
        var (key, secret, publicKey) = await NewPairAsync("GenerateDataKeyPair", request.KeyId, request.KeyPairSpec, request.EncryptionContext, request.DryRun, caller, ct);
        return new()
        {
            PrivateKeyCiphertextBlob = materials.Encrypt(key, secret, request.EncryptionContext), PrivateKeyPlaintext = secret, PublicKey = publicKey,
            KeyId = key.Arn, KeyPairSpec = request.KeyPairSpec, KeyMaterialId = key.Current.Id,
        };
    }

    public async Task<GenerateDataKeyPairWithoutPlaintextResponse> GenerateDataKeyPairWithoutPlaintextAsync(
        GenerateDataKeyPairWithoutPlaintextRequest request, Caller caller, CancellationToken ct)
    {
        var (key, secret, publicKey) = await NewPairAsync(
            "GenerateDataKeyPairWithoutPlaintext", request.KeyId, request.KeyPairSpec, request.EncryptionContext, request.DryRun, caller, ct);
        var wrapped = materials.Encrypt(key, secret, request.EncryptionContext);
        CryptographicOperations.ZeroMemory(secret);
        return new() { PrivateKeyCiphertextBlob = wrapped, PublicKey = publicKey, KeyId = key.Arn, KeyPairSpec = request.KeyPairSpec, KeyMaterialId = key.Current.Id };
    }

    public Task<GenerateRandomResponse> GenerateRandomAsync(GenerateRandomRequest request, Caller caller, CancellationToken ct)
    {
        DemandNoRecipient(request.Recipient);
        if (request.CustomKeyStoreId is { } other) throw new CustomKeyStoreNotFoundException($"Custom key store {other} does not exist.");
        if (request.NumberOfBytes is not { } count) throw KmsErrors.Validation("NumberOfBytes is required.");
        return Task.FromResult(new GenerateRandomResponse { Plaintext = Random(count) });
    }

    private async ValueTask<(StoredKey Key, byte[] Plain)> NewDataKeyAsync(
        string operation, string keyId, DataKeySpec? spec, int? count, ImmutableDictionary<string, string>? context, bool? isDry, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, keyId, operation, KeyUsageType.EncryptDecrypt, context, ct);
        DemandSymmetric(key, operation);
        if (spec is null == count is null) throw KmsErrors.Validation("Please specify either number of bytes or key spec.");
        if (isDry == true) throw KmsErrors.DryRun;
        return (key, Random(count ?? (spec is DataKeySpec.Aes128 ? 16 : 32)));
    }

    private async ValueTask<(StoredKey Key, byte[] Secret, byte[]? PublicKey)> NewPairAsync(
        string operation, string keyId, DataKeyPairSpec spec, ImmutableDictionary<string, string>? context, bool? isDry, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, keyId, operation, KeyUsageType.EncryptDecrypt, context, ct);
        DemandSymmetric(key, operation);
        if (!KeySpecs.IsServed(KeySpecs.Of(spec))) throw new UnsupportedOperationException($"KeyPairSpec {spec.ToWire()} is not supported in this Region.");
        if (isDry == true) throw KmsErrors.DryRun;
        var (secret, publicKey) = materials.Pair(KeySpecs.Of(spec));
        return (key, secret, publicKey);
    }

    private static void DemandSymmetric(StoredKey key, string operation)
    {
        if (!key.IsSymmetric) throw new InvalidKeyUsageException($"{key.Arn} key spec is {key.Spec.ToWire()} which is not valid for {operation}.");
    }

    private byte[] Random(int count)
    {
        var bytes = new byte[Math.Clamp(count, 1, MostRandomBytes)];
        ids.Fill(bytes);
        return bytes;
    }
}
