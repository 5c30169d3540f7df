using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.SecretsManager;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

// Replicas in other regions: what is asked for; the reconciler makes them and keeps them alike.
internal sealed partial class SecretsManagerApi
{
    public async Task<ReplicateSecretToRegionsResponse> ReplicateSecretToRegionsAsync(ReplicateSecretToRegionsRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await ChangeAsync(caller, request.SecretId, secret => WithReplicas(secret, request.AddReplicaRegions, request.ForceOverwriteReplicaSecret), ct);
        return new() { ARN = changed.Arn, ReplicationStatus = StatusOf(changed) };
    }

    public async Task<RemoveRegionsFromReplicationResponse> RemoveRegionsFromReplicationAsync(RemoveRegionsFromReplicationRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await store.UpdateAsync(tx =>
        {
            var secret = FindAlive(tx, caller, request.SecretId);
            DemandPrimary(secret);
            foreach (var region in request.RemoveReplicaRegions)
            {
                var key = secret.ReplicaKey(region);
                if (tx.Find(SecretsTables.Secrets, key) is { PrimaryRegion: { } primary } && primary == secret.Key.Home.Region) tx.Delete(SecretsTables.Secrets, key);
            }

            var next = secret with { Replicas = secret.Replicas.RemoveAll(r => request.RemoveReplicaRegions.Contains(r.Region)) };
            tx.Put(SecretsTables.Secrets, next);
            return next;
        }, ct);
        return new() { ARN = changed.Arn, ReplicationStatus = StatusOf(changed) };
    }

    /// <summary>Asked for in the replica's own region: it becomes a secret by itself.</summary>
    public async Task<StopReplicationToReplicaResponse> StopReplicationToReplicaAsync(StopReplicationToReplicaRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await store.UpdateAsync(tx =>
        {
            var replica = FindAlive(tx, caller, request.SecretId);
            if (replica.PrimaryRegion is not { } region) throw new InvalidRequestException("You can only stop replication of a replica secret.");
            var primaryKey = replica.ReplicaKey(region);
            if (tx.Find(SecretsTables.Secrets, primaryKey) is { } primary)
                tx.Put(SecretsTables.Secrets, primary with { Replicas = primary.Replicas.RemoveAll(r => r.Region == replica.Key.Home.Region) });
            var next = replica with { PrimaryRegion = null };
            tx.Put(SecretsTables.Secrets, next);
            return next;
        }, ct);
        return new() { ARN = changed.Arn };
    }

    public Task<ValidateResourcePolicyResponse> ValidateResourcePolicyAsync(ValidateResourcePolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (request.SecretId is { } id) FindAlive(store.Current, caller, id);
        ImmutableArray<ValidationErrorsEntry> errors = [];
        try
        {
            if (IsOpen(PolicyParser.Parse(request.ResourcePolicy, PolicyKind.Resource))) errors = [new() { CheckName = "BlockPublicPolicy", ErrorMessage = "This policy allows broad access to the secret." }];
        }
        catch (PolicySyntaxException e)
        {
            errors = [new() { CheckName = "PolicySyntax", ErrorMessage = e.Message }];
        }

        return Task.FromResult(new ValidateResourcePolicyResponse { PolicyValidationPassed = errors.IsEmpty, ValidationErrors = errors });
    }

    private static bool IsOpen(PolicyDocument policy) => policy.Statements.Any(t => t.Allows && t.Principals is { IsEverybody: true, IsNegated: false } && t.Conditions.IsEmpty);

    private static SecretState WithReplicas(SecretState secret, ImmutableArray<ReplicaRegionType> added, bool? isForced)
    {
        var replicas = secret.Replicas;
        foreach (var one in added)
        {
            if (one.Region is not { Length: > 0 } region || region == secret.Key.Home.Region) throw new InvalidParameterException("Invalid replica region.");
            replicas = replicas.RemoveAll(r => r.Region == region).Add(new(region, one.KmsKeyId, isForced == true));
        }

        return secret with { Replicas = replicas };
    }

    // AWS: a replica is read like a secret and changed through its primary alone.
    private static void DemandPrimary(SecretState secret)
    {
        if (secret.PrimaryRegion is not null)
            throw new InvalidRequestException("Operation not permitted on a replica secret. Call must be made in primary secret's region.");
    }

    private ImmutableArray<ReplicationStatusType>? StatusOf(SecretState secret) => secret.Replicas.IsEmpty ? null
        : [.. secret.Replicas.Select(r => new ReplicationStatusType
        {
            Region = r.Region, KmsKeyId = r.KmsKeyId ?? "alias/aws/secretsmanager",
            Status = r.Error is not null ? StatusType.Failed : IsAlike(secret, r) ? StatusType.InSync : StatusType.InProgress, StatusMessage = r.Error,
            LastAccessedDate = store.Current.Find(SecretsTables.Secrets, secret.ReplicaKey(r.Region))?.AccessedOn,
        })];

    private bool IsAlike(SecretState secret, ReplicaState replica) =>
        store.Current.Find(SecretsTables.Secrets, secret.ReplicaKey(replica.Region)) is { } there && Replication.IsAlike(secret, there);
}
