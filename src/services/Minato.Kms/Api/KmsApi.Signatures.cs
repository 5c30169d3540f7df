using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;

namespace Minato.Kms.Api;

// Signatures and message codes.
internal sealed partial class KmsApi
{
    public async Task<SignResponse> SignAsync(SignRequest request, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, request.KeyId, "Sign", KeyUsageType.SignVerify, context: null, ct);
        var digest = Digest(key, request.SigningAlgorithm, request.MessageType, request.Message.Span);
        if (request.DryRun == true) throw KmsErrors.DryRun;
        return new() { KeyId = key.Arn, SigningAlgorithm = request.SigningAlgorithm, Signature = Signed(key, request.SigningAlgorithm, digest) };
    }

    public async Task<VerifyResponse> VerifyAsync(VerifyRequest request, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, request.KeyId, "Verify", KeyUsageType.SignVerify, context: null, ct);
        var digest = Digest(key, request.SigningAlgorithm, request.MessageType, request.Message.Span);
        if (request.DryRun == true) throw KmsErrors.DryRun;
        // AWS: a signature that does not hold is an error, not an answer.
        if (!IsSigned(key, request.SigningAlgorithm, digest, request.Signature.Span)) throw new KMSInvalidSignatureException();
        return new() { KeyId = key.Arn, SignatureValid = true, SigningAlgorithm = request.SigningAlgorithm };
    }

    public async Task<GetPublicKeyResponse> GetPublicKeyAsync(GetPublicKeyRequest request, Caller caller, CancellationToken ct)
    {
        var key = await FindAsync(caller, request.KeyId, ct);
        access.Demand(store.Current, key, caller, new("GetPublicKey"));
        if (key.Current.PublicKey is not { } publicKey) throw KmsErrors.Unsupported(key, "GetPublicKey");
        DemandEnabled(key);
        var told = ToWire(key);
        return new()
        {
            KeyId = key.Arn, PublicKey = publicKey, KeySpec = key.Spec, CustomerMasterKeySpec = told.CustomerMasterKeySpec, KeyUsage = key.Usage,
            EncryptionAlgorithms = told.EncryptionAlgorithms, SigningAlgorithms = told.SigningAlgorithms, KeyAgreementAlgorithms = told.KeyAgreementAlgorithms,
        };
    }

    public async Task<GenerateMacResponse> GenerateMacAsync(GenerateMacRequest request, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, request.KeyId, "GenerateMac", KeyUsageType.GenerateVerifyMac, context: null, ct);
        var mac = Mac(key, request.MacAlgorithm, request.Message.Span);
        if (request.DryRun == true) throw KmsErrors.DryRun;
        return new() { KeyId = key.Arn, Mac = mac, MacAlgorithm = request.MacAlgorithm };
    }

    public async Task<VerifyMacResponse> VerifyMacAsync(VerifyMacRequest request, Caller caller, CancellationToken ct)
    {
        var key = await UseAsync(caller, request.KeyId, "VerifyMac", KeyUsageType.GenerateVerifyMac, context: null, ct);
        var mac = Mac(key, request.MacAlgorithm, request.Message.Span);
        if (request.DryRun == true) throw KmsErrors.DryRun;
        if (!CryptographicOperations.FixedTimeEquals(mac, request.Mac.Span)) throw new KMSInvalidMacException();
        return new() { KeyId = key.Arn, MacValid = true, MacAlgorithm = request.MacAlgorithm };
    }

    private static byte[] Digest(StoredKey key, SigningAlgorithmSpec algorithm, MessageType? type, ReadOnlySpan<byte> message)
    {
        if (!KeySpecs.Signing(key.Spec).Contains(algorithm)) throw KmsErrors.Incompatible(algorithm.ToWire(), key);
        var hash = KeySpecs.HashOf(algorithm);
        if (type is MessageType.ExternalMu) throw KmsErrors.Validation($"Message type EXTERNAL_MU is not supported for algorithm {algorithm.ToWire()}.");
        if (type is not MessageType.Digest) return CryptographicOperations.HashData(hash, message);
        var length = hash == HashAlgorithmName.SHA256 ? SHA256.HashSizeInBytes : hash == HashAlgorithmName.SHA384 ? SHA384.HashSizeInBytes : SHA512.HashSizeInBytes;
        return message.Length == length ? message.ToArray() : throw KmsErrors.Validation($"Digest is invalid length for algorithm {algorithm.ToWire()}.");
    }

    private byte[] Signed(StoredKey key, SigningAlgorithmSpec algorithm, byte[] digest)
    {
        var secret = materials.Open(key, key.Current);
        try
        {
            if (KeySpecs.IsElliptic(key.Spec))
            {
                using var elliptic = ECDsa.Create();
                elliptic.ImportPkcs8PrivateKey(secret, out _);
                return elliptic.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);
            }

            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(secret, out _);
            return rsa.SignHash(digest, KeySpecs.HashOf(algorithm), SignaturePadding(algorithm));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static bool IsSigned(StoredKey key, SigningAlgorithmSpec algorithm, byte[] digest, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (KeySpecs.IsElliptic(key.Spec))
            {
                using var elliptic = ECDsa.Create();
                elliptic.ImportSubjectPublicKeyInfo(key.Current.PublicKey, out _);
                return elliptic.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
            }

            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(key.Current.PublicKey, out _);
            return rsa.VerifyHash(digest, signature, KeySpecs.HashOf(algorithm), SignaturePadding(algorithm));
        }
        catch (CryptographicException)
        {
            return false; // Bytes that are no signature at all.
        }
    }

    private static RSASignaturePadding SignaturePadding(SigningAlgorithmSpec algorithm) =>
        algorithm is SigningAlgorithmSpec.RsassaPssSha256 or SigningAlgorithmSpec.RsassaPssSha384 or SigningAlgorithmSpec.RsassaPssSha512
            ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;

    private byte[] Mac(StoredKey key, MacAlgorithmSpec algorithm, ReadOnlySpan<byte> message)
    {
        if (!KeySpecs.Macs(key.Spec).Contains(algorithm)) throw KmsErrors.Incompatible(algorithm.ToWire(), key);
        var secret = materials.Open(key, key.Current);
        try
        {
            return algorithm switch
            {
                MacAlgorithmSpec.HmacSha256 => HMACSHA256.HashData(secret, message),
                MacAlgorithmSpec.HmacSha384 => HMACSHA384.HashData(secret, message),
                MacAlgorithmSpec.HmacSha512 => HMACSHA512.HashData(secret, message),
                _ => Sha224.Hmac(secret, message),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
