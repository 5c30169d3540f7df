using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

// Grants.
internal sealed partial class KmsApi
{
    private const int MostGrants = 50_000;
    private const string TokenPurpose = "kms.grant-token";

    public async Task<CreateGrantResponse> CreateGrantAsync(CreateGrantRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var fresh = ids.Hex(64);
        var made = await store.UpdateAsync(tx =>
        {
            var key = Permitted(tx, caller, request.KeyId, "CreateGrant");
            DemandEnabled(key);
            var grant = GrantOf(request, key, fresh, caller, now);
            if (Repeated(tx, grant) is { } same) return same;
            if (tx.Count(KmsTables.GrantsByKey, key.Arn) >= MostGrants) throw new LimitExceededException($"You have reached the maximum of {MostGrants} grants of a key.");
            if (request.DryRun == true) throw KmsErrors.DryRun;
            tx.Put(KmsTables.Grants, grant);
            return grant;
        }, ct);
        // AWS: each call has a token of its own, and every one of them stands for the grant.
        return new() { GrantId = made.Key.GrantId, GrantToken = tokens.Encode(TokenPurpose, $"{made.Key.KeyArn} {made.Key.GrantId} {ids.Hex(16)}") };
    }

    public Task<ListGrantsResponse> ListGrantsAsync(ListGrantsRequest request, Caller caller, CancellationToken ct)
    {
        var operation = $"{nameof(ListGrantsAsync)} {request.KeyId}";
        var key = Permitted(store.Current, caller, request.KeyId, "ListGrants");
        if (request.GrantId is { } wanted && store.Current.Find(KmsTables.Grants, new GrantKey(key.Arn, wanted)) is null) throw new InvalidGrantIdException();
        var grantee = request.GranteePrincipal ?? request.GranteeServicePrincipal;
        var rest = store.Current.After(KmsTables.GrantsByKey, key.Arn, GrantAt(operation, request.Marker))
            .Where(g => (request.GrantId is null || g.Key.GrantId == request.GrantId) && (grantee is null || g.GranteePrincipal == grantee));
        var (page, marker) = Page(operation, rest, request.Limit ?? DefaultTagPage, g => $"{g.Key.KeyArn} {g.Key.GrantId}");
        return Task.FromResult(new ListGrantsResponse { Grants = [.. page.Select(ToWire)], NextMarker = marker, Truncated = marker is not null });
    }

    public Task<ListRetirableGrantsResponse> ListRetirableGrantsAsync(ListRetirableGrantsRequest request, Caller caller, CancellationToken ct)
    {
        var operation = $"{nameof(ListRetirableGrantsAsync)} {request.RetiringPrincipal}";
        var rest = store.Current.After(KmsTables.GrantsByRetiring, (Home.Of(caller), request.RetiringPrincipal), GrantAt(operation, request.Marker));
        var (page, marker) = Page(operation, rest, request.Limit ?? DefaultTagPage, g => $"{g.Key.KeyArn} {g.Key.GrantId}");
        return Task.FromResult(new ListRetirableGrantsResponse { Grants = [.. page.Select(ToWire)], NextMarker = marker, Truncated = marker is not null });
    }

    public async Task<RevokeGrantResponse> RevokeGrantAsync(RevokeGrantRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var key = Permitted(tx, caller, request.KeyId, "RevokeGrant");
            var grant = new GrantKey(key.Arn, request.GrantId);
            if (tx.Find(KmsTables.Grants, grant) is null) throw new NotFoundException($"Grant ID {request.GrantId} not found");
            if (request.DryRun == true) throw KmsErrors.DryRun;
            tx.Delete(KmsTables.Grants, grant);
        }, ct);
        return new();
    }

    public async Task<RetireGrantResponse> RetireGrantAsync(RetireGrantRequest request, Caller caller, CancellationToken ct)
    {
        var named = (request.GrantToken, request.KeyId, request.GrantId) switch
        {
            ({ } token, null, null) => OfToken(token) ?? throw new InvalidGrantTokenException(),
            (null, { } keyId, { } grantId) => new(keyId.StartsWith("arn:", StringComparison.Ordinal) ? keyId : Home.Of(caller).ArnOf($"key/{keyId}"), grantId),
            _ => throw KmsErrors.Validation("Please provide either a grant token or a key ID and grant ID."),
        };
        await store.UpdateAsync(tx =>
        {
            var grant = tx.Find(KmsTables.Grants, named) ?? throw new NotFoundException($"Grant ID {named.GrantId} not found");
            if (!MayRetire(grant, caller)) throw NotRetirable(caller, named);
            if (request.DryRun == true) throw KmsErrors.DryRun;
            tx.Delete(KmsTables.Grants, named);
        }, ct);
        return new();
    }

    /// <summary>AWS: the account that issued it, who was named to retire it, and a grantee whose grant says so.</summary>
    private static bool MayRetire(StoredGrant grant, Caller caller)
    {
        if (caller.PrincipalArn == $"arn:aws:iam::{grant.IssuingAccount}:root" || (caller.IsService && caller.AccountId == grant.IssuingAccount)) return true;
        string?[] names = [caller.PrincipalArn, caller.Session?.RoleArn];
        return names.OfType<string>().Any(n => n == grant.RetiringPrincipal || (n == grant.GranteePrincipal && grant.Operations.Contains(GrantOperation.RetireGrant)));
    }

    private static AwsException NotRetirable(Caller caller, GrantKey grant) => new(
        "AccessDeniedException", $"User: {caller.PrincipalArn} is not authorized to perform: kms:RetireGrant on resource: {grant.KeyArn}");

    private static StoredGrant GrantOf(CreateGrantRequest request, StoredKey key, string id, Caller caller, DateTimeOffset now)
    {
        if (request.Operations.IsEmpty) throw KmsErrors.Validation("Grant must contain at least one operation.");
        if (request.Operations.FirstOrDefault(o => !GrantRules.IsFor(o, key)) is var wrong && request.Operations.Any(o => !GrantRules.IsFor(o, key)))
            throw KmsErrors.Validation($"Grant operation {wrong.ToWire()} is not valid for a key with usage {key.Usage.ToWire()} and spec {key.Spec.ToWire()}.");
        foreach (var principal in new[] { request.GranteePrincipal, request.RetiringPrincipal })
        {
            if (principal is not null && !Arn.TryParse(principal, out _) && !principal.EndsWith(".amazonaws.com", StringComparison.Ordinal))
                throw new InvalidArnException($"Invalid principal {principal}");
        }

        return new()
        {
            Key = new(key.Arn, id), Home = key.Home, Name = request.Name, GranteePrincipal = request.GranteePrincipal, RetiringPrincipal = request.RetiringPrincipal,
            Operations = [.. request.Operations], Limits = GrantLimits.Of(request.Constraints), IssuingAccount = caller.AccountId, CreatedAt = now,
        };
    }

    // AWS: the same grant under the same name is made once.
    private static StoredGrant? Repeated(IReadState state, StoredGrant grant) => grant.Name is null ? null
        : state.Where(KmsTables.GrantsByKey, grant.Key.KeyArn).FirstOrDefault(g => g.Name == grant.Name && g.GranteePrincipal == grant.GranteePrincipal
            && g.RetiringPrincipal == grant.RetiringPrincipal && g.Operations.SetEquals(grant.Operations) && (g.Limits is null ? grant.Limits is null : g.Limits.IsSame(grant.Limits)));

    private GrantKey? OfToken(string token) => tokens.Decode(TokenPurpose, token)?.Split(' ') is [var key, var id, ..] ? new(key, id) : null;

    private GrantKey? GrantAt(string operation, string? marker) => Position(operation, marker)?.Split(' ') is [var key, var id] ? new(key, id) : null;

    private static GrantListEntry ToWire(StoredGrant grant) => new()
    {
        KeyId = grant.Key.KeyArn, GrantId = grant.Key.GrantId, Name = grant.Name ?? "", CreationDate = grant.CreatedAt, GranteePrincipal = grant.GranteePrincipal,
        RetiringPrincipal = grant.RetiringPrincipal, IssuingAccount = $"arn:aws:iam::{grant.IssuingAccount}:root", Operations = [.. grant.Operations],
        Constraints = grant.Limits?.ToWire(),
    };
}
