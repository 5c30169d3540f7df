using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Engines.Identities;
using Minato.Platform;
using Minato.Sts.Planning;

namespace Minato.Sts.Api;

/// <summary>Says who calls, and hands out temporary credentials.</summary>
internal sealed partial class StsApi(Store store, TimeProvider clock, Ids ids, IIam iam, PageTokens tokens, IWebKeys? webKeys = null) : ISts
{
    private const int DefaultRoleSeconds = 3600;
    private const int DefaultSessionSeconds = 43200;
    private const string DecodePurpose = "authorization-message";

    // AWS: nobody can be denied this.
    public Task<GetCallerIdentityResponse> GetCallerIdentityAsync(GetCallerIdentityRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetCallerIdentityResponse { Account = caller.AccountId, Arn = caller.PrincipalArn, UserId = caller.PrincipalId });

    public async Task<GetSessionTokenResponse> GetSessionTokenAsync(GetSessionTokenRequest request, Caller caller, CancellationToken ct)
    {
        if (caller.Session is not null) throw new AwsException("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
        // AWS: root's sessions end after an hour at most.
        var most = caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal) ? DefaultRoleSeconds : DefaultSessionSeconds;
        var seconds = Math.Min(request.DurationSeconds ?? DefaultSessionSeconds, most);
        return new() { Credentials = ToWire(await Issue(caller.AccountId, caller.PrincipalArn, caller.PrincipalId, seconds, new() { IssuedAt = clock.GetUtcNow() }, ct)) };
    }

    public async Task<GetFederationTokenResponse> GetFederationTokenAsync(GetFederationTokenRequest request, Caller caller, CancellationToken ct)
    {
        if (caller.Session is not null) throw new AwsException("AccessDenied", "Cannot call GetFederationToken with session credentials", 403);
        var session = SessionPlans.WithPolicies(new() { IssuedAt = clock.GetUtcNow(), UserArn = caller.PrincipalArn }, request.Policy, request.PolicyArns);
        session = session with { Tags = SessionPlans.Tags(request.Tags) };
        var isRoot = caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal);
        var seconds = Math.Min(request.DurationSeconds ?? DefaultSessionSeconds, isRoot ? DefaultRoleSeconds : 129_600);
        var issued = await Issue(caller.AccountId, $"arn:aws:sts::{caller.AccountId}:federated-user/{request.Name}", $"{caller.AccountId}:{request.Name}", seconds, session, ct);
        return new()
        {
            Credentials = ToWire(issued), FederatedUser = new() { Arn = issued.PrincipalArn, FederatedUserId = issued.PrincipalId },
            PackedPolicySize = SessionPlans.PackedSize(session),
        };
    }

    // AWS: the account is in the key id itself; ours are looked up, so a key of nobody is refused.
    public Task<GetAccessKeyInfoResponse> GetAccessKeyInfoAsync(GetAccessKeyInfoRequest request, Caller caller, CancellationToken ct) =>
        store.Current.Find(StsTables.Sessions, request.AccessKeyId) is { } session ? Task.FromResult(new GetAccessKeyInfoResponse { Account = session.AccountId })
        : string.Equals(request.AccessKeyId, caller.AccessKeyId, StringComparison.Ordinal) ? Task.FromResult(new GetAccessKeyInfoResponse { Account = caller.AccountId })
        : throw new AwsException("ValidationError", "Invalid access key id.");

    public Task<DecodeAuthorizationMessageResponse> DecodeAuthorizationMessageAsync(DecodeAuthorizationMessageRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DecodeAuthorizationMessageResponse
        {
            DecodedMessage = tokens.Decode(DecodePurpose, request.EncodedMessage)
                ?? throw new InvalidAuthorizationMessageException("Message is not valid"),
        });

    private async Task<SessionState> Issue(string accountId, string principalArn, string principalId, int seconds, CallerSession session, CancellationToken ct)
    {
        var issued = new SessionState
        {
            AccessKeyId = $"ASIA{ids.Hex(16).ToUpperInvariant()}", SecretAccessKey = ids.UrlSafe(40), SessionToken = ids.UrlSafe(160), AccountId = accountId,
            PrincipalArn = principalArn, PrincipalId = principalId, ExpiresAt = session.IssuedAt.AddSeconds(seconds), Session = session,
        };
        await store.UpdateAsync(tx => tx.Put(StsTables.Sessions, issued), ct);
        return issued;
    }

    private static Credentials ToWire(SessionState session) => new()
    {
        AccessKeyId = session.AccessKeyId, SecretAccessKey = session.SecretAccessKey, SessionToken = session.SessionToken, Expiration = session.ExpiresAt,
    };
}
