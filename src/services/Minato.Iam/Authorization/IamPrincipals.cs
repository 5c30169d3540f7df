using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Authorization;

/// <summary>The policies of users, with those of their groups, and of roles, with those of the session.</summary>
internal sealed class IamPrincipals(Store store, CompiledPolicies compiled, IOrganizationFacts? organizations = null) : IPrincipalPolicies
{
    // Federated users of root are limited by what they were given alone.
    private static readonly ImmutableArray<NamedPolicy> s_root =
        [new("root", PolicyParser.Parse("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""", PolicyKind.Identity))];

    public PrincipalPolicies Find(Caller caller)
    {
        var found = FindOwn(caller);
        // AWS: a service-linked role does what its service needs, whatever an organization says.
        if (organizations is null || found.Principal.RoleArn?.Contains(":role/aws-service-role/", StringComparison.Ordinal) is true) return found;
        return organizations.ControlOf(caller.AccountId) is { IsEmpty: false } control ? found with { ServiceControl = control } : found;
    }

    private PrincipalPolicies FindOwn(Caller caller)
    {
        var principal = AuthorizationPrincipal.Of(caller);
        var state = store.Current;
        var session = SessionOf(state, caller);
        return principal.RoleKey is { } role ? OfRole(state, caller, principal, role, session)
            : UserArn(caller) is not { } user ? new() { Principal = principal }
            : user.EndsWith(":root", StringComparison.Ordinal) ? new() { Principal = principal, Identity = s_root, Session = user == caller.PrincipalArn ? session : session ?? [] }
            : OfUser(state, caller, principal, user, session);
    }

    // A federated user may do what its maker may, and no more than it was given.
    private static string? UserArn(Caller caller) => caller.PrincipalArn.Contains(":federated-user/", StringComparison.Ordinal) ? caller.Session?.UserArn : caller.PrincipalArn;

    private PrincipalPolicies OfRole(IReadState state, Caller caller, AuthorizationPrincipal principal, string key, ImmutableArray<NamedPolicy>? session)
    {
        // A role that was made anew under its name is another one: sessions of the old one have nothing.
        if (state.Find(IamTables.Roles, key) is not { } role || (caller.Session?.RoleId is { } id && id != role.Id)) return new() { Principal = principal };
        return new()
        {
            Principal = principal with { RoleArn = role.Arn }, Identity = Policies(state, role), Boundary = Boundary(state, role), Session = session,
            Tags = caller.Session is { Tags.IsEmpty: false } given ? role.Tags.SetItems(given.Tags) : role.Tags,
        };
    }

    private PrincipalPolicies OfUser(IReadState state, Caller caller, AuthorizationPrincipal principal, string arn, ImmutableArray<NamedPolicy>? session)
    {
        var key = IamTables.KeyOf(caller.AccountId, arn[(arn.LastIndexOf('/') + 1)..]);
        if (state.Find(IamTables.Users, key) is not { } user || user.Arn != arn) return new() { Principal = principal };
        var identity = Policies(state, user);
        foreach (var name in user.Groups)
            if (state.Find(IamTables.Groups, IamTables.KeyOf(caller.AccountId, name)) is { } group) identity = identity.AddRange(Policies(state, group));
        return new()
        {
            Principal = principal, Identity = identity, Boundary = Boundary(state, user), Tags = caller.Session is { Tags.IsEmpty: false } given ? given.Tags : user.Tags,
            // AWS: a federated user without a policy of its own may do nothing.
            Session = principal.Arn.Contains(":federated-user/", StringComparison.Ordinal) ? session ?? [] : session,
        };
    }

    private ImmutableArray<NamedPolicy> Policies(IReadState state, PrincipalState principal)
    {
        var inline = compiled.Inline(principal);
        return principal.AttachedPolicies.IsEmpty ? inline : [.. inline, .. principal.AttachedPolicies.Select(a => Managed(state, a)).OfType<NamedPolicy>()];
    }

    private NamedPolicy? Boundary(IReadState state, PrincipalState principal) => principal.BoundaryArn is not { } arn ? null
        // AWS: a boundary that is gone allows nothing.
        : Managed(state, arn) ?? new(arn, new([]));

    private NamedPolicy? Managed(IReadState state, string arn) =>
        (AwsManagedPolicies.Find(arn) ?? state.Find(IamTables.Policies, arn)) is { } policy ? compiled.Managed(policy) : null;

    private ImmutableArray<NamedPolicy>? SessionOf(IReadState state, Caller caller)
    {
        if (caller.Session is not { IsLimited: true } session) return null;
        return [.. new[] { compiled.Session(session) }.Concat(session.PolicyArns.Select(a => Managed(state, a))).OfType<NamedPolicy>()];
    }
}
