using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using Minato.Kms;
using Minato.Platform;
using Minato.SecretsManager;
using Minato.Testing;

namespace Minato.Ssm.Tests;

public sealed class SecureStringTests
{
    private static void Run(Func<World, ISsm, Task> test) => World.Run(1, world => test(world, world.Client<ISsm>()), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>()))
            .AddKms().AddSecretsManager().AddSsm());

    private static async Task<string?> ValueAsync(World w, string name, bool decrypt = true) =>
        (await w.Client<ISsm>().GetParameterAsync(new() { Name = name, WithDecryption = decrypt }, w.Caller, default)).Parameter?.Value;

    private static PutParameterRequest Secure(string name, string value, string? key = null, bool overwrite = false) =>
        new() { Name = name, Value = value, Type = ParameterType.SecureString, KeyId = key, Overwrite = overwrite };

    [Fact]
    public void A_SecureString_is_under_the_key_it_names() => Run(async (w, ssm) =>
    {
        var kms = w.Client<IKms>();
        var key = (await kms.CreateKeyAsync(new(), w.Caller, default)).KeyMetadata?.KeyId ?? "";
        await ssm.PutParameterAsync(Secure("own", "hush", key), w.Caller, default);
        await ssm.PutParameterAsync(Secure("default", "hush"), w.Caller, default);
        await w.RestartAsync();
        (await ValueAsync(w, "own")).ShouldBe("hush");
        (await ValueAsync(w, "own", decrypt: false)).ShouldNotBe("hush");
        kms = w.Client<IKms>();
        await kms.DisableKeyAsync(new() { KeyId = key }, w.Caller, default);
        (await w.Throws<InvalidKeyId>(() => ValueAsync(w, "own"))).Message.ShouldContain($":key/{key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException;");
        (await ValueAsync(w, "default")).ShouldBe("hush");
        await w.Throws<InvalidKeyId>(() => w.Client<ISsm>().PutParameterAsync(Secure("other", "x", "alias/none"), w.Caller, default));
    });

    [Fact]
    public void An_overwritten_SecureString_keeps_its_key_and_its_history() => Run(async (w, ssm) =>
    {
        var key = (await w.Client<IKms>().CreateKeyAsync(new(), w.Caller, default)).KeyMetadata?.KeyId ?? "";
        await ssm.PutParameterAsync(Secure("a", "one", key), w.Caller, default);
        await ssm.PutParameterAsync(Secure("a", "two", overwrite: true), w.Caller, default);
        var history = await ssm.GetParameterHistoryAsync(new() { Name = "a", WithDecryption = true }, w.Caller, default);
        history.Parameters?.Select(p => (p.Value, p.KeyId)).ShouldBe([("one", key), ("two", key)]);
        (await ssm.GetParametersAsync(new() { Names = ["a:1"], WithDecryption = true }, w.Caller, default)).Parameters?[0].Value.ShouldBe("one");
    });

    [Fact]
    public void A_secret_is_read_as_a_parameter() => Run(async (w, ssm) =>
    {
        await w.Client<ISecretsManager>().CreateSecretAsync(new() { Name = "prod/db", SecretString = "hush" }, w.Caller, default);
        (await ValueAsync(w, "/aws/reference/secretsmanager/prod/db")).ShouldBe("hush");
        (await w.Throws<AwsException>(() => ValueAsync(w, "/aws/reference/secretsmanager/prod/db", decrypt: false))).Code.ShouldBe("ValidationException");
        await w.Throws<ParameterNotFound>(() => ValueAsync(w, "/aws/reference/secretsmanager/none"));
    });
}
