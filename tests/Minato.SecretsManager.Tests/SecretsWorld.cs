using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Contracts.SecretsManager;
using Minato.Kms;
using Minato.Platform;
using Minato.Testing;

namespace Minato.SecretsManager.Tests;

/// <summary>A world with Secrets Manager alone.</summary>
internal sealed class SecretsWorld(World world)
{
    public World World => world;
    public ISecretsManager Secrets => world.Client<ISecretsManager>();
    public Caller Caller => world.Caller;

    public static void Run(Func<SecretsWorld, Task> test) => World.Run(1, world => test(new(world)), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSecretsManager());

    /// <summary>With the key service beside it.</summary>
    public static void RunWithKeys(Func<SecretsWorld, Task> test) => World.Run(1, world => test(new(world)), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>())).AddKms().AddSecretsManager());

    public IKms Kms => world.Client<IKms>();

    public async Task<string> CreateAsync(string name, string value) =>
        (await Secrets.CreateSecretAsync(new() { Name = name, SecretString = value }, Caller, default)).ARN ?? "";

    public async Task<string?> ValueAsync(string id, string? stage = null) =>
        (await Secrets.GetSecretValueAsync(new() { SecretId = id, VersionStage = stage }, Caller, default)).SecretString;

    public async Task<string> PutAsync(string id, string value, params string[] stages) => (await Secrets.PutSecretValueAsync(
        new() { SecretId = id, SecretString = value, VersionStages = stages.Length == 0 ? null : [.. stages] }, Caller, default)).VersionId ?? "";
}
