using System.Collections.Immutable;
using Minato.Aws;
using Minato.Platform;
using Minato.SecretsManager.Api;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Reconcile;

internal sealed record ReplicaKey(SecretKey Primary);

/// <summary>Makes the replicas of a secret, and keeps them as it is: each value is opened here and sealed anew for the other region.</summary>
internal sealed class ReplicaReconciler(Store store, SecretValues values) : IReconciler<ReplicaKey>
{
    public async ValueTask<Next> ReconcileAsync(ReplicaKey key, CancellationToken ct)
    {
        if (store.Current.Find(SecretsTables.Secrets, key.Primary) is not { DeletionDate: null } secret) return Next.Done;
        foreach (var replica in secret.Replicas)
        {
            var there = store.Current.Find(SecretsTables.Secrets, secret.ReplicaKey(replica.Region));
            if (there is not null && Replication.IsAlike(secret, there)) continue;
            // A secret of the same name that is nobody's replica is left alone, unless somebody wants it gone.
            var isTaken = there is not null && there.PrimaryRegion != secret.Key.Home.Region && !replica.IsForced;
            var error = isTaken ? $"Replication failed: Secret name {secret.Key.Name} already exists in region {replica.Region}." : await CopyAsync(secret, replica, there, ct);
            if (error != replica.Error) await NoteAsync(secret, replica.Region, error, ct);
        }

        return Next.Done;
    }

    private async ValueTask<string?> CopyAsync(SecretState secret, ReplicaState replica, SecretState? there, CancellationToken ct)
    {
        var home = secret.Key.Home;
        var (here, away) = (Caller.ForService(home.AccountId, home.Region, "secretsmanager.amazonaws.com"), Caller.ForService(home.AccountId, replica.Region, "secretsmanager.amazonaws.com"));
        var copy = secret with
        {
            Key = secret.ReplicaKey(replica.Region), KmsKeyId = replica.KmsKeyId, PrimaryRegion = home.Region, Replicas = [], Rotation = null, AccessedOn = there?.AccessedOn,
        };
        var versions = ImmutableArray.CreateBuilder<VersionState>();
        try
        {
            foreach (var version in secret.Versions)
            {
                if (there?.PrimaryRegion == home.Region && there.Suffix == secret.Suffix && there.Version(version.Id) is { HasValue: true } known)
                    versions.Add(known with { Stages = version.Stages });
                else if (!version.HasValue) versions.Add(version);
                else versions.Add(await SealedAsync(copy, version, await values.OpenAsync(secret, version, here, ct), away, ct));
            }
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return $"Replication failed: {e.Message}";
        }

        await store.UpdateAsync(tx =>
        {
            if (ReferenceEquals(tx.Find(SecretsTables.Secrets, secret.Key), secret)) tx.Put(SecretsTables.Secrets, copy with { Versions = versions.ToImmutable() });
        }, ct);
        return null;
    }

    private async ValueTask<VersionState> SealedAsync(SecretState copy, VersionState version, byte[] value, Caller away, CancellationToken ct) =>
        await values.SealAsync(copy, version.Id, value, version.IsBinary, away, ct) with { CreatedAt = version.CreatedAt, Stages = version.Stages };

    private ValueTask NoteAsync(SecretState secret, string region, string? error, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        if (tx.Find(SecretsTables.Secrets, secret.Key) is { } there)
            tx.Put(SecretsTables.Secrets, there with { Replicas = [.. there.Replicas.Select(r => r.Region == region ? r with { Error = error } : r)] });
    }, ct);
}
