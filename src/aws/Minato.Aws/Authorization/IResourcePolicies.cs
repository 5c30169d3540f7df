using System.Collections.Immutable;
using Minato.Aws.Dispatch;
using Minato.Aws.Policies;
using Minato.Aws.Shapes;

namespace Minato.Aws.Authorization;

/// <summary>
/// What a room knows of its resources that decides who may use them. Asked on calls of callers that policies hold for, and never waited for:
/// an implementation answers from memory. Several may serve a service; the first that knows the resource is believed.
/// </summary>
public interface IResourcePolicies
{
    /// <summary>The service as ARNs name it, e.g. <c>secretsmanager</c>.</summary>
    string Service { get; }

    /// <param name="arn">As the request let it be made: where clients may name a resource in short (a role without its path, a secret without its
    /// suffix, a task definition without revision) that may be in it, too.</param>
    /// <returns>Null for a resource that is not there.</returns>
    ResourceFacts? Find(string arn);

    /// <summary>What an operation is about when its request does not name it, such as the key that a ciphertext was made with.</summary>
    /// <returns>ARNs; null when this room does not know either.</returns>
    IEnumerable<string>? ResourcesOf(OperationModel operation, IShape request, Caller caller) => null;
}

/// <param name="Arn">In full.</param>
public sealed record ResourceFacts(string Arn)
{
    /// <summary>Its own policy, read with <see cref="PolicyKind.Resource"/> (a role's with <see cref="PolicyKind.Trust"/>); null when it has none.</summary>
    public PolicyDocument? Policy { get; init; }

    /// <summary>Keys and roles: what their policy does not allow is not allowed in their own account either.</summary>
    public bool PolicyMustAllow { get; init; }

    /// <summary>What the names of actions begin with that the policy is about; null: all. A role's trust says nothing of who may change the role.</summary>
    public string? PolicyActions { get; init; }

    /// <summary>The owner, where the ARN does not say it (buckets).</summary>
    public string? AccountId { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;
}
