using System.Security.Cryptography;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;

namespace Minato.Kms.Tests;

public sealed class SignatureTests
{
    [Theory]
    [InlineData(KeySpec.Rsa2048, SigningAlgorithmSpec.RsassaPssSha256), InlineData(KeySpec.Rsa2048, SigningAlgorithmSpec.RsassaPkcs1V15Sha512)]
    [InlineData(KeySpec.EccNistP256, SigningAlgorithmSpec.EcdsaSha256), InlineData(KeySpec.EccNistP384, SigningAlgorithmSpec.EcdsaSha384)]
    [InlineData(KeySpec.EccNistP521, SigningAlgorithmSpec.EcdsaSha512), InlineData(KeySpec.EccSecgP256k1, SigningAlgorithmSpec.EcdsaSha256)]
    public void What_is_signed_is_verified_by_everybody_who_has_the_public_key(KeySpec spec, SigningAlgorithmSpec algorithm) => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync(spec, KeyUsageType.SignVerify)).KeyId;
        var message = KmsWorld.Bytes("a contract");
        var signed = await w.Kms.SignAsync(new() { KeyId = key, Message = message, SigningAlgorithm = algorithm }, w.Caller, default);
        var verify = new VerifyRequest { KeyId = key, Message = message, Signature = signed.Signature ?? default, SigningAlgorithm = algorithm };
        (await w.Kms.VerifyAsync(verify, w.Caller, default)).SignatureValid.ShouldBe(true);
        await w.World.Throws<KMSInvalidSignatureException>(() => w.Kms.VerifyAsync(verify with { Message = KmsWorld.Bytes("another") }, w.Caller, default));
        await w.World.Throws<KMSInvalidSignatureException>(() => w.Kms.VerifyAsync(verify with { Signature = new byte[] { 1, 2, 3 } }, w.Caller, default));
        var known = await w.Kms.GetPublicKeyAsync(new() { KeyId = key }, w.Caller, default);
        IsGood((known.PublicKey ?? default).Span, message.Span, (signed.Signature ?? default).Span, algorithm).ShouldBeTrue();
    });

    [Fact]
    public void A_digest_has_the_length_of_its_algorithm() => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync(KeySpec.EccNistP256, KeyUsageType.SignVerify)).KeyId;
        var request = new SignRequest { KeyId = key, Message = SHA256.HashData("x"u8), MessageType = MessageType.Digest, SigningAlgorithm = SigningAlgorithmSpec.EcdsaSha256 };
        var signed = await w.Kms.SignAsync(request, w.Caller, default);
        (await w.Kms.VerifyAsync(
            new() { KeyId = key, Message = KmsWorld.Bytes("x"), Signature = signed.Signature ?? default, SigningAlgorithm = SigningAlgorithmSpec.EcdsaSha256 }, w.Caller, default))
            .SignatureValid.ShouldBe(true);
        (await w.World.Throws<AwsException>(() => w.Kms.SignAsync(request with { Message = KmsWorld.Bytes("short") }, w.Caller, default))).Message
            .ShouldBe("Digest is invalid length for algorithm ECDSA_SHA_256.");
    });

    [Fact]
    public void A_key_does_what_it_is_for_and_nothing_else() => KmsWorld.Run(async w =>
    {
        var symmetric = await w.CreateAsync();
        var signing = await w.CreateAsync(KeySpec.EccNistP256, KeyUsageType.SignVerify);
        (await w.World.Throws<InvalidKeyUsageException>(() => w.EncryptAsync(signing.KeyId, "x"))).Message
            .ShouldBe($"{signing.Arn} key usage is SIGN_VERIFY which is not valid for Encrypt.");
        await w.World.Throws<InvalidKeyUsageException>(() => w.Kms.SignAsync(
            new() { KeyId = symmetric.KeyId, Message = KmsWorld.Bytes("x"), SigningAlgorithm = SigningAlgorithmSpec.EcdsaSha256 }, w.Caller, default));
        await w.World.Throws<InvalidKeyUsageException>(() => w.Kms.SignAsync(
            new() { KeyId = signing.KeyId, Message = KmsWorld.Bytes("x"), SigningAlgorithm = SigningAlgorithmSpec.EcdsaSha384 }, w.Caller, default));
        await w.World.Throws<UnsupportedOperationException>(() => w.Kms.GetPublicKeyAsync(new() { KeyId = symmetric.KeyId }, w.Caller, default));
    });

    [Theory]
    [InlineData(KeySpec.Hmac224, MacAlgorithmSpec.HmacSha224, 28), InlineData(KeySpec.Hmac256, MacAlgorithmSpec.HmacSha256, 32)]
    [InlineData(KeySpec.Hmac384, MacAlgorithmSpec.HmacSha384, 48), InlineData(KeySpec.Hmac512, MacAlgorithmSpec.HmacSha512, 64)]
    public void A_message_code_is_verified_and_another_one_is_not(KeySpec spec, MacAlgorithmSpec algorithm, int length) => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync(spec, KeyUsageType.GenerateVerifyMac)).KeyId;
        var made = await w.Kms.GenerateMacAsync(new() { KeyId = key, Message = KmsWorld.Bytes("m"), MacAlgorithm = algorithm }, w.Caller, default);
        (made.Mac ?? default).Length.ShouldBe(length);
        var verify = new VerifyMacRequest { KeyId = key, Message = KmsWorld.Bytes("m"), MacAlgorithm = algorithm, Mac = made.Mac ?? default };
        (await w.Kms.VerifyMacAsync(verify, w.Caller, default)).MacValid.ShouldBe(true);
        await w.World.Throws<KMSInvalidMacException>(() => w.Kms.VerifyMacAsync(verify with { Message = KmsWorld.Bytes("n") }, w.Caller, default));
    });

    [Theory]
    [InlineData("", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f")]
    [InlineData("abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525")]
    public void SHA_224_is_as_its_standard_says(string text, string hash) => Convert.ToHexStringLower(Sha224.Hash(Encoding.ASCII.GetBytes(text))).ShouldBe(hash);

    [Fact]
    public void HMAC_of_SHA_224_is_as_RFC_4231_says()
    {
        Convert.ToHexStringLower(Sha224.Hmac(Enumerable.Repeat((byte)0x0b, 20).ToArray(), "Hi There"u8))
            .ShouldBe("896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22");
        Convert.ToHexStringLower(Sha224.Hmac(Enumerable.Repeat((byte)0xaa, 131).ToArray(), "Test Using Larger Than Block-Size Key - Hash Key First"u8))
            .ShouldBe("95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e");
    }

    private static bool IsGood(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, SigningAlgorithmSpec algorithm)
    {
        if (algorithm is SigningAlgorithmSpec.RsassaPssSha256 or SigningAlgorithmSpec.RsassaPkcs1V15Sha512)
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(publicKey, out _);
            return rsa.VerifyData(
                message, signature, KeySpecs.HashOf(algorithm), algorithm is SigningAlgorithmSpec.RsassaPssSha256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        }

        using var elliptic = ECDsa.Create();
        elliptic.ImportSubjectPublicKeyInfo(publicKey, out _);
        return elliptic.VerifyData(message, signature, KeySpecs.HashOf(algorithm), DSASignatureFormat.Rfc3279DerSequence);
    }
}
