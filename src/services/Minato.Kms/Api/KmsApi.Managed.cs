using System.Collections.Frozen;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

// Keys of AWS's own (alias/aws/SERVICE): made when they are first needed.
internal sealed partial class KmsApi
{
    private const string ManagedPrefix = "alias/aws/";

    private static readonly FrozenSet<string> s_services = new[]
    {
        "acm", "backup", "cloudwatch", "codecommit", "codebuild", "dynamodb", "ebs", "ecr", "ecs", "elasticfilesystem", "events", "kinesis", "lambda", "logs", "rds", "s3", "secretsmanager",
        "sns", "sqs", "ssm", "states", "xray",
    }.ToFrozenSet(StringComparer.Ordinal);

    private async ValueTask<StoredKey> FindAsync(Caller caller, string text, CancellationToken ct)
    {
        var home = Home.Of(caller);
        if (AliasArn(home, text) is { } arn && store.Current.Find(KmsTables.Aliases, arn) is null && ServiceOf(home, arn) is { } service)
        {
            await MakeManagedAsync(home, service, ct);
        }

        return Resolve(store.Current, caller, text);
    }

    private static string? ServiceOf(Home home, string aliasArn)
    {
        var prefix = home.ArnOf(ManagedPrefix);
        var service = aliasArn.StartsWith(prefix, StringComparison.Ordinal) ? aliasArn[prefix.Length..] : "";
        return s_services.Contains(service) ? service : null;
    }

    private ValueTask MakeManagedAsync(Home home, string service, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var id = ids.Uuid();
        var arn = home.ArnOf($"key/{id}");
        var key = new StoredKey
        {
            Arn = arn, Home = home, KeyId = id, Spec = KeySpec.SymmetricDefault, Usage = KeyUsageType.EncryptDecrypt, Manager = KeyManagerType.Aws, CreatedAt = now,
            Description = $"Default key that protects my {service} data when no other key is defined", Policy = KeyPolicies.OfService(home, service),
            Materials = [materials.Make(arn, KeySpec.SymmetricDefault, now)],
            // AWS: its own keys are rotated every year, whatever anybody wants.
            Rotation = new(KeyLifecycle.DefaultPeriodDays, now.AddDays(KeyLifecycle.DefaultPeriodDays)),
        };
        return store.UpdateAsync(tx =>
        {
            var alias = new StoredAlias { Home = home, Name = ManagedPrefix + service, KeyArn = arn, CreatedAt = now, UpdatedAt = now };
            if (tx.Find(KmsTables.Aliases, alias.Arn) is not null) return; // Somebody else needed it at the same time.
            tx.Put(KmsTables.Keys, key);
            tx.Put(KmsTables.Aliases, alias);
        }, ct);
    }
}
