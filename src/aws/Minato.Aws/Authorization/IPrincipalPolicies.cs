using System.Collections.Immutable;
using Minato.Aws.Policies;

namespace Minato.Aws.Authorization;

/// <summary>What the policies of callers say. Asked on every call that is not root's, and never waited for.</summary>
public interface IPrincipalPolicies
{
    /// <returns>Nothing is allowed to a principal that is there no more.</returns>
    PrincipalPolicies Find(Caller caller);
}

/// <summary>All policies of a caller.</summary>
public sealed record PrincipalPolicies
{
    public required AuthorizationPrincipal Principal { get; init; }
    public ImmutableArray<NamedPolicy> Identity { get; init; } = [];
    public NamedPolicy? Boundary { get; init; }

    /// <summary>Null for callers that nothing limits beyond their own policies.</summary>
    public ImmutableArray<NamedPolicy>? Session { get; init; }

    /// <summary>From the organization's root down; empty outside of one.</summary>
    public ImmutableArray<ImmutableArray<NamedPolicy>> ServiceControl { get; init; } = [];

    /// <summary>Of the user or role, with those of the session over them.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Says whether policies let a caller do something: for what is no operation of the endpoint, such as a pull from a registry.</summary>
public interface IAuthorizer
{
    /// <param name="caller">Root, services and strangers are allowed: what those may do is the room's to say.</param>
    /// <param name="action">Such as <c>ecr:BatchGetImage</c>.</param>
    /// <param name="resource">An ARN; <c>*</c> for actions that have no resource.</param>
    AuthorizedAction Decide(Caller caller, string action, string resource);

    /// <summary>Asks for all that a call does, up to the first refusal.</summary>
    ImmutableArray<AuthorizedAction> Decide(Caller caller, Dispatch.ServiceModel service, Dispatch.OperationModel operation, Shapes.IShape request);
}
