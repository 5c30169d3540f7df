using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts;
using Minato.Contracts.Ecr;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Iam;
using Minato.Contracts.Kms;
using Minato.Contracts.S3;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Sns;
using Minato.Contracts.Sts;
using Minato.Ecr;
using Minato.EventBridge;
using Minato.Kms;
using Minato.Platform;
using Minato.S3;
using Minato.SecretsManager;
using Minato.Sns;
using Minato.Sts;
using Minato.Testing;

namespace Minato.Iam.Tests;

/// <summary>All rooms whose resources have policies, met as the endpoint lets callers meet them.</summary>
internal sealed class GuardedWorld(World world)
{
    public const string Other = "210987654321";

    private readonly GuardedRooms _rooms = new(world.Services, AwsServices.All);

    public World World => world;

    public static void Run(Func<GuardedWorld, Task> test) => World.Run(1, world => test(new(world)), (world, services) => services
        .AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>()))
        .AddIam(World.AccountId, "AKIAROOT", "secret").AddSts().AddS3().AddSns().AddEventBridge().AddKms().AddSecretsManager().AddEcr());

    public Caller RootOf(string account) => world.Caller with { AccountId = account, PrincipalArn = $"arn:aws:iam::{account}:root", PrincipalId = account };

    /// <summary>A user with the policy of the test; without one when that is null.</summary>
    public async Task<Caller> UserAsync(string account, string? statement)
    {
        var iam = world.Client<IIam>();
        await iam.CreateUserAsync(new() { UserName = "ann" }, RootOf(account), default);
        if (statement is not null) await iam.PutUserPolicyAsync(new() { UserName = "ann", PolicyName = "p", PolicyDocument = Document(statement) }, RootOf(account), default);
        return RootOf(account) with { PrincipalArn = $"arn:aws:iam::{account}:user/ann", PrincipalId = "AIDAANN" };
    }

    public static string Document(string statement) => $$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""";

    /// <summary>Makes a resource of a room with a policy of one statement.</summary>
    /// <param name="statement">Its beginning: effect and principal; null leaves the resource as it comes.</param>
    /// <returns>What a caller does with it, the action that this is, and the resource as policies name it.</returns>
    public async Task<(Func<Caller, Task> Use, string Action, string Arn)> MakeAsync(string room, string? statement)
    {
        var root = world.Caller;
        string? Policy(string action, string resource) => statement is null ? null : Document($$"""{{{statement}},"Action":"{{action}}","Resource":"{{resource}}"}""");
        switch (room)
        {
            case "s3":
                var s3 = Room<IS3>();
                await s3.CreateBucketAsync(new() { Bucket = "things" }, root, default);
                await s3.PutObjectAsync(new() { Bucket = "things", Key = "k", Body = new MemoryStream([1]) }, root, default);
                if (Policy("s3:GetObject", "arn:aws:s3:::things/*") is { } bucket) await s3.PutBucketPolicyAsync(new() { Bucket = "things", Policy = bucket }, root, default);
                return (c => s3.GetObjectAsync(new() { Bucket = "things", Key = "k" }, c, default), "s3:GetObject", "arn:aws:s3:::things/k");
            case "sns":
                var sns = Room<ISns>();
                var topic = (await sns.CreateTopicAsync(new() { Name = "orders" }, root, default)).TopicArn ?? "";
                if (Policy("SNS:Publish", topic) is { } own) await sns.SetTopicAttributesAsync(new() { TopicArn = topic, AttributeName = "Policy", AttributeValue = own }, root, default);
                return (c => sns.PublishAsync(new() { TopicArn = topic, Message = "m" }, c, default), "SNS:Publish", topic);
            case "events":
                var events = Room<IEventbridge>();
                var bus = (await events.CreateEventBusAsync(new() { Name = "own" }, root, default)).EventBusArn ?? "";
                if (Policy("events:PutEvents", bus) is { } onBus) await events.PutPermissionAsync(new() { EventBusName = "own", Policy = onBus }, root, default);
                return (c => events.PutEventsAsync(new() { Entries = [new() { EventBusName = bus, Source = "a", DetailType = "b", Detail = "{}" }] }, c, default), "events:PutEvents", bus);
            case "secretsmanager":
                var secrets = Room<ISecretsManager>();
                // AWS: the key of the service itself opens nothing for other accounts.
                var open = Document("""{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}""");
                var wrapping = (await Room<IKms>().CreateKeyAsync(new() { Policy = open }, root, default)).KeyMetadata?.Arn;
                var secret = (await secrets.CreateSecretAsync(new() { Name = "db", SecretString = "x", KmsKeyId = wrapping }, root, default)).ARN ?? "";
                if (Policy("secretsmanager:GetSecretValue", "*") is { } onSecret) await secrets.PutResourcePolicyAsync(new() { SecretId = secret, ResourcePolicy = onSecret }, root, default);
                return (c => secrets.GetSecretValueAsync(new() { SecretId = secret }, c, default), "secretsmanager:GetSecretValue", secret);
            case "kms":
                var kms = Room<IKms>();
                var owner = $$"""{"Effect":"Allow","Principal":{"AWS":"{{root.PrincipalArn}}"},"Action":"kms:*","Resource":"*"}""";
                var all = Document(statement is null ? owner : $$"""{{owner}},{{{statement}},"Action":"kms:DescribeKey","Resource":"*"}""");
                var key = (await kms.CreateKeyAsync(new() { Policy = all }, root, default)).KeyMetadata?.Arn ?? "";
                return (c => kms.DescribeKeyAsync(new() { KeyId = key }, c, default), "kms:DescribeKey", key);
            case "ecr":
                var ecr = Room<IEcr>();
                var repository = (await ecr.CreateRepositoryAsync(new() { RepositoryName = "web" }, root, default)).Repository?.RepositoryArn ?? "";
                if (statement is not null)
                    await ecr.SetRepositoryPolicyAsync(new() { RepositoryName = "web", PolicyText = Document($$"""{{{statement}},"Action":"ecr:ListImages"}""") }, root, default);
                return (c => ecr.ListImagesAsync(new() { RegistryId = World.AccountId, RepositoryName = "web" }, c, default), "ecr:ListImages", repository);
            default:
                throw new ArgumentOutOfRangeException(nameof(room), room, null);
        }
    }

    public T Room<T>() where T : class => (T?)_rooms.GetService(typeof(T)) ?? throw new InvalidOperationException($"No {typeof(T)}.");
}
