using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Platform;

namespace Minato.Sts;

/// <summary>Says who calls, and hands out temporary credentials. Trust policies are evaluated in a later version.</summary>
internal sealed class StsApi(Store store, TimeProvider clock, Ids ids, IIam iam) : ISts
{
    private const int DefaultRoleSeconds = 3600;
    private const int DefaultSessionSeconds = 43200;

    public Task<GetCallerIdentityResponse> GetCallerIdentityAsync(GetCallerIdentityRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetCallerIdentityResponse { Account = caller.AccountId, Arn = caller.PrincipalArn, UserId = caller.PrincipalId });

    public async Task<AssumeRoleResponse> AssumeRoleAsync(AssumeRoleRequest request, Caller caller, CancellationToken ct)
    {
        var role = await FindRole(request.RoleArn, caller, ct) ?? throw new AwsException("AccessDenied",
            $"User: {caller.PrincipalArn} is not authorized to perform: sts:AssumeRole on resource: {request.RoleArn}", 403);
        var seconds = request.DurationSeconds ?? DefaultRoleSeconds;
        if (seconds > (role.MaxSessionDuration ?? DefaultRoleSeconds))
            throw new AwsException("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        var account = Arn.Parse(role.Arn).AccountId;
        var session = await Issue(account, $"arn:aws:sts::{account}:assumed-role/{role.RoleName}/{request.RoleSessionName}",
            $"{role.RoleId}:{request.RoleSessionName}", seconds, ct);
        return new()
        {
            Credentials = ToWire(session),
            AssumedRoleUser = new() { Arn = session.PrincipalArn, AssumedRoleId = session.PrincipalId },
            SourceIdentity = request.SourceIdentity,
        };
    }

    public async Task<GetSessionTokenResponse> GetSessionTokenAsync(GetSessionTokenRequest request, Caller caller, CancellationToken ct) => new()
    {
        Credentials = ToWire(await Issue(caller.AccountId, caller.PrincipalArn, caller.PrincipalId, request.DurationSeconds ?? DefaultSessionSeconds, ct)),
    };

    // AWS: the account is in the key id itself; ours are looked up, so a key of nobody is refused.
    public Task<GetAccessKeyInfoResponse> GetAccessKeyInfoAsync(GetAccessKeyInfoRequest request, Caller caller, CancellationToken ct) =>
        store.Current.Find(StsTables.Sessions, request.AccessKeyId) is { } session ? Task.FromResult(new GetAccessKeyInfoResponse { Account = session.AccountId })
        : string.Equals(request.AccessKeyId, caller.AccessKeyId, StringComparison.Ordinal) ? Task.FromResult(new GetAccessKeyInfoResponse { Account = caller.AccountId })
        : throw new AwsException("ValidationError", "Invalid access key id.");

    private async Task<Role?> FindRole(string roleArn, Caller caller, CancellationToken ct)
    {
        if (!Arn.TryParse(roleArn, out var arn) || !arn.Resource.StartsWith("role/", StringComparison.Ordinal))
            throw new AwsException("ValidationError", $"{roleArn} is invalid");
        try
        {
            var name = arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..];
            var found = await iam.GetRoleAsync(new() { RoleName = name }, caller with { AccountId = arn.AccountId }, ct);
            return string.Equals(found.Role.Arn, roleArn, StringComparison.Ordinal) ? found.Role : null;
        }
        catch (NoSuchEntityException)
        {
            return null;
        }
    }

    private async Task<SessionState> Issue(string accountId, string principalArn, string principalId, int seconds, CancellationToken ct)
    {
        var session = new SessionState
        {
            AccessKeyId = $"ASIA{ids.Hex(16).ToUpperInvariant()}", SecretAccessKey = ids.UrlSafe(40), SessionToken = ids.UrlSafe(160),
            AccountId = accountId, PrincipalArn = principalArn, PrincipalId = principalId, ExpiresAt = clock.GetUtcNow().AddSeconds(seconds),
        };
        await store.UpdateAsync(tx => tx.Put(StsTables.Sessions, session), ct);
        return session;
    }

    private static Credentials ToWire(SessionState session) => new()
    {
        AccessKeyId = session.AccessKeyId, SecretAccessKey = session.SecretAccessKey, SessionToken = session.SessionToken, Expiration = session.ExpiresAt,
    };
}
