using System.Collections.Immutable;
using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;

namespace Minato.Kms.Api;

// Encrypt, Decrypt, ReEncrypt.
internal sealed partial class KmsApi
{
    public async Task<EncryptResponse> EncryptAsync(EncryptRequest request, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, request.KeyId, "Encrypt", KeyUsageType.EncryptDecrypt, request.EncryptionContext, ct);
        var algorithm = request.EncryptionAlgorithm ?? EncryptionAlgorithmSpec.SymmetricDefault;
        CheckAlgorithm(key, algorithm, request.EncryptionContext);
        if (request.DryRun == true) throw KmsErrors.DryRun;
        return new() { CiphertextBlob = Encrypted(key, algorithm, request.Plaintext.Span, request.EncryptionContext), KeyId = key.Arn, EncryptionAlgorithm = algorithm };
    }

    public async Task<DecryptResponse> DecryptAsync(DecryptRequest request, Caller caller, CancellationToken ct)
    {
        DemandNoRecipient(request.Recipient);
        var algorithm = request.EncryptionAlgorithm ?? EncryptionAlgorithmSpec.SymmetricDefault;
        var (key, plain, material) = await DecryptedAsync(
            caller, request.CiphertextBlob ?? default, request.KeyId, algorithm, request.EncryptionContext, "Decrypt", "Decrypt", ct);
        if (request.DryRun == true) throw KmsErrors.DryRun;
        return new() { KeyId = key.Arn, Plaintext = plain, EncryptionAlgorithm = algorithm, KeyMaterialId = material };
    }

    public async Task<ReEncryptResponse> ReEncryptAsync(ReEncryptRequest request, Caller caller, CancellationToken ct)
    {
        var (from, to) = (request.SourceEncryptionAlgorithm ?? EncryptionAlgorithmSpec.SymmetricDefault, request.DestinationEncryptionAlgorithm ?? EncryptionAlgorithmSpec.SymmetricDefault);
        var (source, plain, material) = await DecryptedAsync(
            caller, request.CiphertextBlob ?? default, request.SourceKeyId, from, request.SourceEncryptionContext, "ReEncrypt", "ReEncryptFrom", ct);
        try
        {
            var key = await UseAsync(caller, request.DestinationKeyId, "ReEncrypt", KeyUsageType.EncryptDecrypt, request.DestinationEncryptionContext, ct, "ReEncryptTo");
            CheckAlgorithm(key, to, request.DestinationEncryptionContext);
            if (request.DryRun == true) throw KmsErrors.DryRun;
            return new()
            {
                CiphertextBlob = Encrypted(key, to, plain, request.DestinationEncryptionContext), SourceKeyId = source.Arn, KeyId = key.Arn, SourceEncryptionAlgorithm = from,
                DestinationEncryptionAlgorithm = to, SourceKeyMaterialId = material, DestinationKeyMaterialId = key.IsSymmetric ? key.Current.Id : null,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private async ValueTask<(StoredKey Key, byte[] Plain, string? MaterialId)> DecryptedAsync(
        Caller caller, ReadOnlyMemory<byte> blob, string? keyId, EncryptionAlgorithmSpec algorithm, ImmutableDictionary<string, string>? context,
        string operation, string action, CancellationToken ct)
    {
        if (algorithm is not EncryptionAlgorithmSpec.SymmetricDefault)
        {
            if (keyId is null) throw KmsErrors.Validation("KeyId is required for asymmetric encryption algorithms.");
            var pair = await UseAsync(caller, keyId, operation, KeyUsageType.EncryptDecrypt, context, ct, action);
            CheckAlgorithm(pair, algorithm, context);
            return (pair, DecryptedByRsa(pair, algorithm, blob.Span), null);
        }

        if (!CiphertextBlob.TryRead(blob, out var read)) throw new InvalidCiphertextException();
        var key = store.Current.Where(KmsTables.KeysById, (caller.Region, read.KeyId)).FirstOrDefault() ?? throw KmsErrors.UnknownCiphertext;
        if (keyId is not null && (await FindAsync(caller, keyId, ct)).Arn != key.Arn) throw KmsErrors.WrongKey;
        await UseAsync(caller, key.Arn, operation, KeyUsageType.EncryptDecrypt, context, ct, action);
        return (key, materials.Decrypt(key, read, context) ?? throw new InvalidCiphertextException(), read.MaterialId);
    }

    private byte[] Encrypted(StoredKey key, EncryptionAlgorithmSpec algorithm, ReadOnlySpan<byte> plain, ImmutableDictionary<string, string>? context)
    {
        if (key.IsSymmetric) return materials.Encrypt(key, plain, context);
        var padding = Padding(algorithm);
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key.Current.PublicKey, out _);
        var most = (rsa.KeySize / 8) - (2 * (algorithm is EncryptionAlgorithmSpec.RsaesOaepSha1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes)) - 2;
        if (plain.Length > most)
            throw KmsErrors.Validation($"Algorithm {algorithm.ToWire()} and key spec {key.Spec.ToWire()} cannot encrypt data larger than {most} bytes.");
        return rsa.Encrypt(plain, padding);
    }

    private byte[] DecryptedByRsa(StoredKey key, EncryptionAlgorithmSpec algorithm, ReadOnlySpan<byte> blob)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(materials.Open(key, key.Current), out _);
        try
        {
            return rsa.Decrypt(blob, Padding(algorithm));
        }
        catch (CryptographicException)
        {
            throw new InvalidCiphertextException();
        }
    }

    private static RSAEncryptionPadding Padding(EncryptionAlgorithmSpec algorithm) =>
        algorithm is EncryptionAlgorithmSpec.RsaesOaepSha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256;

    private static void CheckAlgorithm(StoredKey key, EncryptionAlgorithmSpec algorithm, ImmutableDictionary<string, string>? context)
    {
        if (!KeySpecs.Encryption(key.Spec).Contains(algorithm)) throw KmsErrors.Incompatible(algorithm.ToWire(), key);
        if (!key.IsSymmetric && context is { Count: > 0 })
            throw KmsErrors.Validation("EncryptionContext is not supported with asymmetric encryption algorithms.");
    }

    // An enclave proves itself with a document of AWS's own: there are none here.
    private static void DemandNoRecipient(RecipientInfo? recipient)
    {
        if (recipient is not null) throw KmsErrors.Validation("Could not parse attestation document.");
    }
}
