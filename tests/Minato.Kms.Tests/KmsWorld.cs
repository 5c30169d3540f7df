using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Kms.Tests;

/// <summary>A world with the key service alone.</summary>
internal sealed class KmsWorld(World world)
{
    public static readonly ImmutableDictionary<string, string> Context = ImmutableDictionary<string, string>.Empty.Add("app", "shop").Add("env", "prod");

    public World World => world;
    public IKms Kms => world.Client<IKms>();
    public Caller Caller => world.Caller;

    public static void Run(Func<KmsWorld, Task> test) => World.Run(1, world => test(new(world)), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>())).AddKms());

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public Caller User(string name) => Caller with { PrincipalArn = $"arn:aws:iam::{World.AccountId}:user/{name}", PrincipalId = $"AIDA{name}" };

    public Caller Session(string role) => Caller with
    {
        PrincipalArn = $"arn:aws:sts::{World.AccountId}:assumed-role/{role}/s", Session = new() { IssuedAt = world.Time.GetUtcNow(), RoleArn = $"arn:aws:iam::{World.AccountId}:role/{role}" },
    };

    public async Task<KeyMetadata> CreateAsync(KeySpec? spec = null, KeyUsageType? usage = null, string? policy = null, Caller? caller = null) =>
        (await Kms.CreateKeyAsync(new() { KeySpec = spec, KeyUsage = usage, Policy = policy }, caller ?? Caller, default)).KeyMetadata
            ?? throw new InvalidOperationException("Nothing was made.");

    public async Task<ReadOnlyMemory<byte>> EncryptAsync(string keyId, string text, ImmutableDictionary<string, string>? context = null, Caller? caller = null) =>
        (await Kms.EncryptAsync(new() { KeyId = keyId, Plaintext = Bytes(text), EncryptionContext = context }, caller ?? Caller, default)).CiphertextBlob ?? default;

    public async Task<string> DecryptAsync(ReadOnlyMemory<byte> blob, ImmutableDictionary<string, string>? context = null, string? keyId = null, Caller? caller = null)
    {
        var answer = await Kms.DecryptAsync(new() { CiphertextBlob = blob, EncryptionContext = context, KeyId = keyId }, caller ?? Caller, default);
        return Encoding.UTF8.GetString((answer.Plaintext ?? default).Span);
    }
}
