using System.Collections.Concurrent;
using Minato.Aws;
using Minato.Contracts.Sts;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>Temporary keys of a role.</summary>
internal sealed record RoleKeys(
    string RoleArn, string AccessKeyId, string SecretAccessKey, string Token, DateTimeOffset Expiration, string PrincipalArn, string PrincipalId)
{
    /// <summary>Who calls with them.</summary>
    public Caller Caller(AccountRegion scope, string region) => new()
    {
        AccountId = scope.AccountId, Region = region, PrincipalArn = PrincipalArn, PrincipalId = PrincipalId, AccessKeyId = AccessKeyId,
    };

    public override string ToString() => $"{nameof(RoleKeys)} {AccessKeyId}";
}

/// <summary>
/// Keys of tasks' roles: asked of STS when first wanted, given again until their time runs short, then asked anew. Nothing is stored:
/// after a restart a task simply gets other ones.
/// </summary>
internal sealed class RoleCredentials(TimeProvider clock, ISts? sts = null)
{
    /// <summary>Whoever holds keys asks again some minutes before they end, and must get new ones then.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<(TaskKey Task, string RoleArn), RoleKeys> _keys = new();

    /// <summary>False where nobody hands out credentials.</summary>
    public bool AreServed => sts is not null;

    /// <exception cref="AwsException">STS refused.</exception>
    public async ValueTask<RoleKeys> GetAsync(TaskKey task, string roleArn, CancellationToken ct)
    {
        if (_keys.TryGetValue((task, roleArn), out var known) && known.Expiration - RenewBefore > clock.GetUtcNow()) return known;
        if (sts is null) throw new AwsException("AccessDenied", "Nobody hands out credentials in this installation.", 403);
        var scope = task.Cluster.Scope;
        var answer = await sts.AssumeRoleAsync(
            new() { RoleArn = roleArn, RoleSessionName = task.Id },
            Caller.ForService(scope.AccountId, scope.Region, "ecs-tasks.amazonaws.com") with { SourceArn = task.Arn }, ct);
        if (answer.Credentials is not { } given) throw new AwsException("InternalFailure", "STS gave no credentials.", 500);
        return _keys[(task, roleArn)] = new(
            roleArn, given.AccessKeyId, given.SecretAccessKey, given.SessionToken, given.Expiration,
            answer.AssumedRoleUser?.Arn ?? roleArn, answer.AssumedRoleUser?.AssumedRoleId ?? "");
    }

    /// <summary>A task that has ended asks no more.</summary>
    public void Forget(TaskKey task, string? roleArn)
    {
        if (roleArn is not null) _keys.TryRemove((task, roleArn), out _);
    }
}
