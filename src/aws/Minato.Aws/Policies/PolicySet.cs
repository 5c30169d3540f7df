using System.Collections.Immutable;

namespace Minato.Aws.Policies;

/// <summary>A policy with the name that explanations give it.</summary>
public sealed record NamedPolicy(string Name, PolicyDocument Document);

/// <summary>All policies that say something about a request.</summary>
public sealed record PolicySet
{
    public ImmutableArray<NamedPolicy> Identity { get; init; } = [];
    public NamedPolicy? Resource { get; init; }

    /// <summary>The trust of a role and the policy of a key: what they do not allow is not allowed in their own account either.</summary>
    public bool ResourceMustAllow { get; init; }
    public NamedPolicy? Boundary { get; init; }

    /// <summary>Given when the role was assumed; null when none was.</summary>
    public ImmutableArray<NamedPolicy>? Session { get; init; }

    /// <summary>Service control policies from the organization's root down to the account. Empty outside of an organization.</summary>
    public ImmutableArray<ImmutableArray<NamedPolicy>> ServiceControl { get; init; } = [];

}

public enum DecisionKind
{
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

/// <summary>The kind of policy that decided: the one that denies, or the first whose permission is missing.</summary>
public enum DecidingPolicy
{
    None,
    ServiceControl,
    Resource,
    Identity,
    Boundary,
    Session,
}

/// <param name="Kind">How it ended.</param>
/// <param name="By">The kind of policy that decided.</param>
/// <param name="Matched">The statements that decided, with their policies' names.</param>
public sealed record Decision(DecisionKind Kind, DecidingPolicy By, ImmutableArray<(string Policy, PolicyStatement Statement)> Matched)
{
    public bool IsAllowed => Kind is DecisionKind.Allowed;
}
