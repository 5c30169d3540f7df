using System.Collections.Immutable;

namespace Minato.Aws.Policies;

/// <summary>How closely a policy of a resource names a principal. The closer, the more it grants by itself.</summary>
public enum PrincipalMatch
{
    None,

    /// <summary>Its account: the account decides by the policies of its principals.</summary>
    Account,

    /// <summary>The role of a session, or everybody: still limited by boundary and session policy.</summary>
    Role,

    /// <summary>The user, the session or the service itself: final.</summary>
    Itself,
}

/// <summary>The Principal or NotPrincipal of a statement.</summary>
public sealed record PrincipalList(bool IsNegated, bool IsEverybody, ImmutableHashSet<string> Aws, ImmutableHashSet<string> Services, ImmutableHashSet<string> Federated)
{
    private readonly ImmutableHashSet<string> _roles = [.. Aws.Select(AuthorizationPrincipal.RoleKeyOf).OfType<string>()];

    public PrincipalMatch Match(AuthorizationPrincipal principal)
    {
        var found = Named(principal);
        if (!IsNegated) return found;
        return found is PrincipalMatch.None ? PrincipalMatch.Role : PrincipalMatch.None;
    }

    private PrincipalMatch Named(AuthorizationPrincipal principal)
    {
        if (principal.Service is { } service) return IsEverybody || Services.Contains(service) ? PrincipalMatch.Itself : PrincipalMatch.None;
        if (Aws.Contains(principal.Arn) && !principal.IsRoot) return PrincipalMatch.Itself;
        if (Federated.Contains(principal.Arn)) return PrincipalMatch.Itself;
        if (IsEverybody || (principal.RoleKey is { } role && _roles.Contains(role))) return PrincipalMatch.Role;
        return Aws.Contains(principal.AccountId) || Aws.Contains($"arn:aws:iam::{principal.AccountId}:root") ? PrincipalMatch.Account : PrincipalMatch.None;
    }
}
