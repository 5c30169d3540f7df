using System.Security.Cryptography;
using Minato.Aws;
using Minato.Contracts.Kms;

namespace Minato.Kms.Tests;

public sealed class EncryptionTests
{
    [Fact]
    public void A_ciphertext_names_its_key_and_opens_without_being_told_it() => KmsWorld.Run(async w =>
    {
        var (one, two) = (await w.CreateAsync(), await w.CreateAsync());
        var blob = await w.EncryptAsync(one.KeyId, "hush");
        (await w.DecryptAsync(blob)).ShouldBe("hush");
        (await w.DecryptAsync(blob, keyId: one.Arn)).ShouldBe("hush");
        (await w.World.Throws<IncorrectKeyException>(() => w.DecryptAsync(blob, keyId: two.KeyId))).Message
            .ShouldBe("The key ID in the request does not identify a CMK that can perform this operation.");
        blob.Span.IndexOf("hush"u8).ShouldBe(-1);
    });

    [Fact]
    public void The_encryption_context_must_be_the_same_in_whatever_order() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var blob = await w.EncryptAsync(key.KeyId, "hush", KmsWorld.Context);
        (await w.DecryptAsync(blob, KmsWorld.Context.Clear().Add("env", "prod").Add("app", "shop"))).ShouldBe("hush");
        await w.World.Throws<InvalidCiphertextException>(() => w.DecryptAsync(blob));
        await w.World.Throws<InvalidCiphertextException>(() => w.DecryptAsync(blob, KmsWorld.Context.SetItem("env", "test")));
        await w.World.Throws<InvalidCiphertextException>(() => w.DecryptAsync(blob, KmsWorld.Context.Clear().Add("app", "shopenv").Add("", "prod")));
    });

    [Fact]
    public void Changed_and_made_up_blobs_are_refused() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var blob = (await w.EncryptAsync(key.KeyId, "hush")).ToArray();
        for (var i = 0; i < blob.Length; i++)
        {
            var changed = (byte[])blob.Clone();
            changed[i] ^= 1;
            await Refused(changed);
        }

        for (var length = 0; length < blob.Length; length++) await Refused(blob[..length]);
        var random = new byte[200];
        for (var n = 0; n < 200; n++)
        {
            w.World.Chance.Fill(random);
            if (n % 2 == 0) blob.AsSpan(0, n % 60).CopyTo(random);
            await Refused(random);
        }

        async Task Refused(byte[] bytes)
        {
            var refusal = await w.World.Throws<AwsException>(() => w.DecryptAsync(bytes));
            // A changed id names a key that is not there.
            refusal.Code.ShouldBeOneOf("InvalidCiphertextException", "AccessDeniedException");
        }
    });

    [Fact]
    public void A_ciphertext_of_a_key_that_is_not_here_tells_nothing_about_it() => KmsWorld.Run(async w =>
    {
        var blob = await w.EncryptAsync((await w.CreateAsync()).KeyId, "hush");
        var refused = await w.World.Throws<AwsException>(() => w.DecryptAsync(blob, caller: w.Caller with { Region = "eu-west-1" }));
        refused.Code.ShouldBe("AccessDeniedException");
        refused.Message.ShouldBe("The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.");
    });

    [Fact]
    public void ReEncrypt_moves_a_text_to_another_key_and_context() => KmsWorld.Run(async w =>
    {
        var (one, two) = (await w.CreateAsync(), await w.CreateAsync());
        var blob = await w.EncryptAsync(one.KeyId, "hush", KmsWorld.Context);
        var moved = await w.Kms.ReEncryptAsync(new() { CiphertextBlob = blob, SourceEncryptionContext = KmsWorld.Context, DestinationKeyId = two.KeyId }, w.Caller, default);
        (moved.SourceKeyId, moved.KeyId).ShouldBe((one.Arn, two.Arn));
        (await w.DecryptAsync(moved.CiphertextBlob ?? default, keyId: two.KeyId)).ShouldBe("hush");
    });

    [Fact]
    public void A_data_key_comes_open_and_wrapped() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var made = await w.Kms.GenerateDataKeyAsync(new() { KeyId = key.KeyId, KeySpec = DataKeySpec.Aes256, EncryptionContext = KmsWorld.Context }, w.Caller, default);
        (made.Plaintext ?? default).Length.ShouldBe(32);
        var opened = await w.Kms.DecryptAsync(new() { CiphertextBlob = made.CiphertextBlob, EncryptionContext = KmsWorld.Context }, w.Caller, default);
        (opened.Plaintext ?? default).ToArray().ShouldBe((made.Plaintext ?? default).ToArray());
        var wrapped = await w.Kms.GenerateDataKeyWithoutPlaintextAsync(new() { KeyId = key.KeyId, NumberOfBytes = 64 }, w.Caller, default);
        ((await w.Kms.DecryptAsync(new() { CiphertextBlob = wrapped.CiphertextBlob }, w.Caller, default)).Plaintext ?? default).Length.ShouldBe(64);
        (await w.World.Throws<AwsException>(() => w.Kms.GenerateDataKeyAsync(new() { KeyId = key.KeyId }, w.Caller, default))).Message
            .ShouldBe("Please specify either number of bytes or key spec.");
    });

    [Fact]
    public void A_data_key_pair_wraps_its_private_half() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var pair = await w.Kms.GenerateDataKeyPairAsync(new() { KeyId = key.KeyId, KeyPairSpec = DataKeyPairSpec.EccNistP256 }, w.Caller, default);
        var opened = await w.Kms.DecryptAsync(new() { CiphertextBlob = pair.PrivateKeyCiphertextBlob }, w.Caller, default);
        using var own = ECDsa.Create();
        own.ImportPkcs8PrivateKey((opened.Plaintext ?? default).Span, out _);
        own.ExportSubjectPublicKeyInfo().ShouldBe((pair.PublicKey ?? default).ToArray());
    });

    [Fact]
    public void A_pair_of_RSA_encrypts_within_its_length() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync(KeySpec.Rsa2048, KeyUsageType.EncryptDecrypt);
        var request = new EncryptRequest { KeyId = key.KeyId, Plaintext = KmsWorld.Bytes("hush"), EncryptionAlgorithm = EncryptionAlgorithmSpec.RsaesOaepSha256 };
        var blob = (await w.Kms.EncryptAsync(request, w.Caller, default)).CiphertextBlob;
        var opened = await w.Kms.DecryptAsync(
            new() { KeyId = key.KeyId, CiphertextBlob = blob, EncryptionAlgorithm = EncryptionAlgorithmSpec.RsaesOaepSha256 }, w.Caller, default);
        (opened.Plaintext ?? default).ToArray().ShouldBe("hush"u8.ToArray());
        (await w.World.Throws<AwsException>(() => w.Kms.EncryptAsync(request with { Plaintext = new byte[191] }, w.Caller, default))).Message
            .ShouldBe("Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.");
        await w.World.Throws<InvalidKeyUsageException>(() => w.EncryptAsync(key.KeyId, "hush"));
    });

    [Fact]
    public void A_dry_run_does_nothing_and_says_so() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        (await w.World.Throws<DryRunOperationException>(() => w.Kms.EncryptAsync(
            new() { KeyId = key.KeyId, Plaintext = KmsWorld.Bytes("x"), DryRun = true }, w.Caller, default))).Message
            .ShouldBe("The request would have succeeded, but the DryRun option is set.");
    });

    [Fact]
    public void A_key_decrypts_after_a_restart_what_it_encrypted_before() => KmsWorld.Run(async w =>
    {
        var blob = await w.EncryptAsync((await w.CreateAsync()).KeyId, "hush", KmsWorld.Context);
        await w.World.RestartAsync();
        (await w.DecryptAsync(blob, KmsWorld.Context)).ShouldBe("hush");
    });

    [Fact]
    public void Random_bytes_are_as_many_as_asked_for() => KmsWorld.Run(async w =>
    {
        var (one, two) = (await RandomAsync(100), await RandomAsync(100));
        one.Length.ShouldBe(100);
        one.ShouldNotBe(two);
        await w.World.Throws<AwsException>(() => w.Kms.GenerateRandomAsync(new(), w.Caller, default));

        async Task<byte[]> RandomAsync(int count) => ((await w.Kms.GenerateRandomAsync(new() { NumberOfBytes = count }, w.Caller, default)).Plaintext ?? default).ToArray();
    });
}
