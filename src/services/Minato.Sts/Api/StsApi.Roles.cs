using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Sts.Planning;

namespace Minato.Sts.Api;

internal sealed partial class StsApi
{
    private const string AssumeRoleAction = "sts:AssumeRole";

    // AWS: root may assume no role. Here it may, where the role trusts its account: tools that go through roles work with the first key.
    public async Task<AssumeRoleResponse> AssumeRoleAsync(AssumeRoleRequest request, Caller caller, CancellationToken ct)
    {
        var role = await FindRole(request.RoleArn, caller, ct) ?? throw Denied(caller, AssumeRoleAction, request.RoleArn);
        foreach (var action in SessionPlans.ActionsOf(request))
            if (!IsTrusted(role, AuthorizationPrincipal.Of(caller), action, key => TrustKeys(request, caller, key))) throw Denied(caller, AssumeRoleAction, request.RoleArn);
        var seconds = request.DurationSeconds ?? Math.Min(DefaultRoleSeconds, role.MaxSessionDuration ?? DefaultRoleSeconds);
        SessionPlans.CheckDuration(seconds, role.MaxSessionDuration ?? DefaultRoleSeconds, isChained: caller.Session?.RoleArn is not null);
        var session = SessionPlans.WithPolicies(new()
        {
            IssuedAt = clock.GetUtcNow(), RoleArn = role.Arn, RoleId = role.RoleId, SourceIdentity = caller.Session?.SourceIdentity ?? request.SourceIdentity,
        }, request.Policy, request.PolicyArns);
        session = SessionPlans.WithTags(session, request.Tags, request.TransitiveTagKeys, caller.Session);
        var issued = await IssueFor(role, request.RoleSessionName, seconds, session, ct);
        return new()
        {
            Credentials = ToWire(issued), AssumedRoleUser = new() { Arn = issued.PrincipalArn, AssumedRoleId = issued.PrincipalId },
            PackedPolicySize = SessionPlans.PackedSize(session), SourceIdentity = session.SourceIdentity,
        };
    }

    private Task<SessionState> IssueFor(Role role, string name, int seconds, CallerSession session, CancellationToken ct)
    {
        var account = Arn.Parse(role.Arn).AccountId;
        return Issue(account, $"arn:aws:sts::{account}:assumed-role/{role.RoleName}/{name}", $"{role.RoleId}:{name}", seconds, session, ct);
    }

    // What the caller's own policies say was asked before; here it is the role's turn, and of services and root it is the only one.
    private static bool IsTrusted(Role role, AuthorizationPrincipal principal, string action, Func<string, ImmutableArray<string>> keys)
    {
        var trust = PolicyParser.Parse(Uri.UnescapeDataString(role.AssumeRolePolicyDocument ?? ""), PolicyKind.Trust);
        var context = new AuthorizationContext { Principal = principal, Action = action, Resource = role.Arn, KeySource = keys };
        return trust.Find(allows: true, context) is not null && trust.Find(allows: false, context) is null;
    }

    private ImmutableArray<string> TrustKeys(AssumeRoleRequest request, Caller caller, string key)
    {
        const string requestTag = "aws:requesttag/";
        var name = key.ToLowerInvariant();
        if (name.StartsWith(requestTag, StringComparison.Ordinal))
            return One((request.Tags ?? []).FirstOrDefault(t => string.Equals(t.Key, key[requestTag.Length..], StringComparison.OrdinalIgnoreCase))?.Value);
        return name switch
        {
            "sts:externalid" => One(request.ExternalId),
            "sts:rolesessionname" => One(request.RoleSessionName),
            "sts:sourceidentity" => One(request.SourceIdentity),
            "sts:transitivetagkeys" => request.TransitiveTagKeys ?? [],
            "aws:tagkeys" => [.. (request.Tags ?? []).Select(t => t.Key)],
            _ => CallerKeys.Values(caller, clock.GetUtcNow(), key),
        };
    }

    private static ImmutableArray<string> One(string? value) => value is null ? [] : [value];

    private static AwsException Denied(Caller caller, string action, string roleArn) =>
        new("AccessDenied", $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {roleArn}", 403);

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
}
