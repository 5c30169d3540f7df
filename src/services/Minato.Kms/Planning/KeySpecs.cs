using System.Collections.Immutable;
using System.Security.Cryptography;
using Minato.Contracts.Kms;

namespace Minato.Kms.Planning;

/// <summary>What each kind of key is for, and by which algorithms.</summary>
internal static class KeySpecs
{
    /// <summary>Kinds that nothing here can make: SM2 is of AWS's regions in China, the others await their algorithms in the runtime.</summary>
    public static bool IsServed(KeySpec spec) =>
        spec is not (KeySpec.Sm2 or KeySpec.MlDsa44 or KeySpec.MlDsa65 or KeySpec.MlDsa87 or KeySpec.EccNistEdwards25519);

    public static bool IsRsa(KeySpec spec) => spec is KeySpec.Rsa2048 or KeySpec.Rsa3072 or KeySpec.Rsa4096;

    public static bool IsElliptic(KeySpec spec) => spec is KeySpec.EccNistP256 or KeySpec.EccNistP384 or KeySpec.EccNistP521 or KeySpec.EccSecgP256k1;

    public static bool IsHmac(KeySpec spec) => spec is KeySpec.Hmac224 or KeySpec.Hmac256 or KeySpec.Hmac384 or KeySpec.Hmac512;

    public static bool Fits(KeySpec spec, KeyUsageType usage) => usage switch
    {
        KeyUsageType.EncryptDecrypt => spec is KeySpec.SymmetricDefault || IsRsa(spec),
        KeyUsageType.SignVerify => IsRsa(spec) || IsElliptic(spec),
        KeyUsageType.GenerateVerifyMac => IsHmac(spec),
        KeyUsageType.KeyAgreement => spec is KeySpec.EccNistP256 or KeySpec.EccNistP384 or KeySpec.EccNistP521,
        _ => false,
    };

    public static int RsaBits(KeySpec spec) => spec switch { KeySpec.Rsa2048 => 2048, KeySpec.Rsa3072 => 3072, _ => 4096 };

    public static ECCurve Curve(KeySpec spec) => spec switch
    {
        KeySpec.EccNistP256 => ECCurve.NamedCurves.nistP256,
        KeySpec.EccNistP384 => ECCurve.NamedCurves.nistP384,
        KeySpec.EccNistP521 => ECCurve.NamedCurves.nistP521,
        _ => ECCurve.CreateFromFriendlyName("secp256k1"),
    };

    /// <summary>Of symmetric material and of keys for codes.</summary>
    public static int Bytes(KeySpec spec) => spec switch { KeySpec.Hmac224 => 28, KeySpec.Hmac384 => 48, KeySpec.Hmac512 => 64, _ => 32 };

    public static KeySpec Of(DataKeyPairSpec spec) => spec switch
    {
        DataKeyPairSpec.Rsa2048 => KeySpec.Rsa2048,
        DataKeyPairSpec.Rsa3072 => KeySpec.Rsa3072,
        DataKeyPairSpec.Rsa4096 => KeySpec.Rsa4096,
        DataKeyPairSpec.EccNistP256 => KeySpec.EccNistP256,
        DataKeyPairSpec.EccNistP384 => KeySpec.EccNistP384,
        DataKeyPairSpec.EccNistP521 => KeySpec.EccNistP521,
        DataKeyPairSpec.EccSecgP256k1 => KeySpec.EccSecgP256k1,
        DataKeyPairSpec.Sm2 => KeySpec.Sm2,
        _ => KeySpec.EccNistEdwards25519,
    };

    public static ImmutableArray<EncryptionAlgorithmSpec> Encryption(KeySpec spec) => spec is KeySpec.SymmetricDefault
        ? [EncryptionAlgorithmSpec.SymmetricDefault] : [EncryptionAlgorithmSpec.RsaesOaepSha1, EncryptionAlgorithmSpec.RsaesOaepSha256];

    public static ImmutableArray<SigningAlgorithmSpec> Signing(KeySpec spec) => spec switch
    {
        KeySpec.EccNistP256 or KeySpec.EccSecgP256k1 => [SigningAlgorithmSpec.EcdsaSha256],
        KeySpec.EccNistP384 => [SigningAlgorithmSpec.EcdsaSha384],
        KeySpec.EccNistP521 => [SigningAlgorithmSpec.EcdsaSha512],
        _ when IsRsa(spec) =>
        [
            SigningAlgorithmSpec.RsassaPkcs1V15Sha256, SigningAlgorithmSpec.RsassaPkcs1V15Sha384, SigningAlgorithmSpec.RsassaPkcs1V15Sha512,
            SigningAlgorithmSpec.RsassaPssSha256, SigningAlgorithmSpec.RsassaPssSha384, SigningAlgorithmSpec.RsassaPssSha512,
        ],
        _ => [],
    };

    public static ImmutableArray<MacAlgorithmSpec> Macs(KeySpec spec) => spec switch
    {
        KeySpec.Hmac224 => [MacAlgorithmSpec.HmacSha224],
        KeySpec.Hmac256 => [MacAlgorithmSpec.HmacSha256],
        KeySpec.Hmac384 => [MacAlgorithmSpec.HmacSha384],
        KeySpec.Hmac512 => [MacAlgorithmSpec.HmacSha512],
        _ => [],
    };

    public static HashAlgorithmName HashOf(SigningAlgorithmSpec algorithm) => algorithm switch
    {
        SigningAlgorithmSpec.RsassaPssSha256 or SigningAlgorithmSpec.RsassaPkcs1V15Sha256 or SigningAlgorithmSpec.EcdsaSha256 => HashAlgorithmName.SHA256,
        SigningAlgorithmSpec.RsassaPssSha384 or SigningAlgorithmSpec.RsassaPkcs1V15Sha384 or SigningAlgorithmSpec.EcdsaSha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
