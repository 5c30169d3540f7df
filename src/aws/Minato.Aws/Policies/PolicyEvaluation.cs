using System.Collections.Immutable;

namespace Minato.Aws.Policies;

/// <summary>Whether policies let somebody do something: AWS's order of evaluation.</summary>
public static class PolicyEvaluation
{
    public static Decision Decide(PolicySet policies, AuthorizationContext context)
    {
        if (Deny(policies, context) is { } denied) return denied;
        var controls = policies.ServiceControl;
        foreach (var level in controls)
        {
            // AWS: what organizations allow is no permission yet; what one level does not allow none below can.
            if (Allows(level, context) is null && context.Principal.Service is null) return Missing(DecidingPolicy.ServiceControl);
        }

        if (context.Principal.IsRoot && !context.IsCrossAccount) return new(DecisionKind.Allowed, DecidingPolicy.None, []);
        return Permit(policies, context);
    }

    private static Decision Permit(PolicySet policies, AuthorizationContext context)
    {
        var (granted, match) = Grant(policies.Resource, context);
        // Another account must be let in by both sides; so must one whom the resource's policy leaves to the account.
        if ((context.IsCrossAccount || policies.ResourceMustAllow) && granted is null) return Missing(DecidingPolicy.Resource);
        if (granted is { } final && match is PrincipalMatch.Itself && !context.IsCrossAccount) return Allowed(DecidingPolicy.Resource, final);
        var identity = Allows(policies.Identity, context);
        if (identity is null && (context.IsCrossAccount || match is not (PrincipalMatch.Role or PrincipalMatch.Itself))) return Missing(DecidingPolicy.Identity);
        if (policies.Boundary is { } boundary && Allows([boundary], context) is null) return Missing(DecidingPolicy.Boundary);
        if (policies.Session is { } session && Allows(session, context) is null) return Missing(DecidingPolicy.Session);
        return identity is { } found ? Allowed(DecidingPolicy.Identity, found)
            : granted is { } byResource ? Allowed(DecidingPolicy.Resource, byResource) : Missing(DecidingPolicy.Identity);
    }

    /// <summary>What the resource's own policy grants, by the statement that names the principal the closest.</summary>
    private static ((string Policy, PolicyStatement Statement)? Granted, PrincipalMatch Match) Grant(NamedPolicy? policy, AuthorizationContext context)
    {
        if (policy is null) return (null, PrincipalMatch.None);
        PolicyStatement? closest = null;
        var match = PrincipalMatch.None;
        foreach (var statement in policy.Document.Statements)
        {
            if (!statement.Allows || statement.Principals?.Match(context.Principal) is not { } named || named <= match || !statement.AppliesTo(context)) continue;
            (closest, match) = (statement, named);
        }

        return (closest is null ? null : (policy.Name, closest), match);
    }

    private static Decision? Deny(PolicySet policies, AuthorizationContext context)
    {
        if (FindIn(policies.ServiceControl.SelectMany(l => l)) is { } control) return Denied(DecidingPolicy.ServiceControl, control);
        if (FindIn(policies.Identity) is { } identity) return Denied(DecidingPolicy.Identity, identity);
        if (policies.Resource is { } resource && FindIn([resource]) is { } own) return Denied(DecidingPolicy.Resource, own);
        if (policies.Boundary is { } boundary && FindIn([boundary]) is { } limit) return Denied(DecidingPolicy.Boundary, limit);
        return policies.Session is { } session && FindIn(session) is { } found ? Denied(DecidingPolicy.Session, found) : null;

        (string, PolicyStatement)? FindIn(IEnumerable<NamedPolicy> list) => Find(list, allows: false, context);
    }

    private static (string Policy, PolicyStatement Statement)? Allows(IEnumerable<NamedPolicy> policies, AuthorizationContext context) => Find(policies, allows: true, context);

    private static (string, PolicyStatement)? Find(IEnumerable<NamedPolicy> policies, bool allows, AuthorizationContext context)
    {
        foreach (var policy in policies)
        {
            if (policy.Document.Find(allows, context) is { } statement) return (policy.Name, statement);
        }

        return null;
    }

    private static Decision Allowed(DecidingPolicy by, (string, PolicyStatement) statement) => new(DecisionKind.Allowed, by, [statement]);
    private static Decision Denied(DecidingPolicy by, (string, PolicyStatement) statement) => new(DecisionKind.ExplicitDeny, by, [statement]);
    private static Decision Missing(DecidingPolicy by) => new(DecisionKind.ImplicitDeny, by, []);
}
