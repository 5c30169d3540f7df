using Minato.Aws;
using Minato.Contracts.SecretsManager;

namespace Minato.SecretsManager.Tests;

public sealed class EncryptionTests
{
    [Fact]
    public void A_secret_without_a_key_of_its_own_is_under_that_of_AWS() => SecretsWorld.RunWithKeys(async w =>
    {
        await w.CreateAsync("db", "hush");
        await w.World.RestartAsync();
        (await w.ValueAsync("db")).ShouldBe("hush");
        var key = await w.Kms.DescribeKeyAsync(new() { KeyId = "alias/aws/secretsmanager" }, w.Caller, default);
        key.KeyMetadata?.KeyManager.ShouldBe(Minato.Contracts.Kms.KeyManagerType.Aws);
    });

    [Fact]
    public void A_disabled_key_encrypts_and_decrypts_nothing() => SecretsWorld.RunWithKeys(async w =>
    {
        var key = (await w.Kms.CreateKeyAsync(new(), w.Caller, default)).KeyMetadata?.KeyId ?? "";
        await w.Secrets.CreateSecretAsync(new() { Name = "db", SecretString = "hush", KmsKeyId = key }, w.Caller, default);
        (await w.ValueAsync("db")).ShouldBe("hush");
        await w.Kms.DisableKeyAsync(new() { KeyId = key }, w.Caller, default);
        (await w.World.Throws<DecryptionFailure>(() => w.ValueAsync("db"))).Message
            .ShouldBe("Secrets Manager can't decrypt the protected secret text using the provided KMS key.");
        (await w.World.Throws<EncryptionFailure>(() => w.PutAsync("db", "two"))).Message.ShouldStartWith("Secrets Manager can't encrypt the protected secret text using the provided KMS key.");
        await w.Kms.EnableKeyAsync(new() { KeyId = key }, w.Caller, default);
        (await w.ValueAsync("db")).ShouldBe("hush");
    });

    [Fact]
    public void With_a_new_key_the_labelled_versions_are_encrypted_anew() => SecretsWorld.RunWithKeys(async w =>
    {
        var (one, two) = (await NewKeyAsync(), await NewKeyAsync());
        await w.Secrets.CreateSecretAsync(new() { Name = "db", SecretString = "first", KmsKeyId = one }, w.Caller, default);
        await w.PutAsync("db", "second");
        await w.PutAsync("db", "third");
        await w.Secrets.UpdateSecretAsync(new() { SecretId = "db", KmsKeyId = two }, w.Caller, default);
        await w.Kms.DisableKeyAsync(new() { KeyId = one }, w.Caller, default);
        (await w.ValueAsync("db")).ShouldBe("third");
        (await w.ValueAsync("db", "AWSPREVIOUS")).ShouldBe("second");
        var versions = (await w.Secrets.ListSecretVersionIdsAsync(new() { SecretId = "db", IncludeDeprecated = true }, w.Caller, default)).Versions ?? [];
        versions.Select(v => v.KmsKeyIds?[0]).ShouldBe([two, two, one]);

        async Task<string> NewKeyAsync() => (await w.Kms.CreateKeyAsync(new(), w.Caller, default)).KeyMetadata?.KeyId ?? "";
    });

    [Fact]
    public void Who_may_not_use_the_key_does_not_read_the_secret() => SecretsWorld.RunWithKeys(async w =>
    {
        var ann = w.Caller with { PrincipalArn = "arn:aws:iam::123456789012:user/ann" };
        var key = (await w.Kms.CreateKeyAsync(new()
        {
            Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":"kms:*","Resource":"*"}]}""",
        }, ann, default)).KeyMetadata?.Arn;
        await w.Secrets.CreateSecretAsync(new() { Name = "db", SecretString = "hush", KmsKeyId = key }, ann, default);
        (await w.World.Throws<AwsException>(() => w.ValueAsync("db"))).Message.ShouldBe("Access to KMS is not allowed");
    });
}
