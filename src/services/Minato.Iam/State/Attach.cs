using Minato.Contracts.Iam;

namespace Minato.Iam.State;

/// <summary>What is done to the policies of a user and of a role alike.</summary>
internal static class Attach
{
    private const int ManagedPoliciesPerPrincipal = 10;

    public static T Managed<T>(T principal, string arn) where T : PrincipalState
    {
        var attached = principal.AttachedPolicies.Add(arn);
        return attached.Count <= ManagedPoliciesPerPrincipal ? principal with { AttachedPolicies = attached }
            : throw new LimitExceededException($"Cannot exceed quota for PoliciesPer{(principal is RoleState ? "Role" : "User")}: {ManagedPoliciesPerPrincipal}");
    }

    public static T WithoutManaged<T>(T principal, string arn) where T : PrincipalState => principal.AttachedPolicies.Contains(arn)
        ? principal with { AttachedPolicies = principal.AttachedPolicies.Remove(arn) }
        : throw new NoSuchEntityException($"Policy {arn} was not found.");

    public static T Inline<T>(T principal, string name, string document) where T : PrincipalState =>
        principal with { InlinePolicies = principal.InlinePolicies.SetItem(name, document) };

    public static T WithoutInline<T>(T principal, string name) where T : PrincipalState => principal.InlinePolicies.ContainsKey(name)
        ? principal with { InlinePolicies = principal.InlinePolicies.Remove(name) } : throw Unknown(principal, name);

    public static string InlineDocument(PrincipalState principal, string name) =>
        principal.InlinePolicies.TryGetValue(name, out var document) ? document : throw Unknown(principal, name);

    private static NoSuchEntityException Unknown(PrincipalState principal, string name) =>
        new($"The {(principal is RoleState ? "role" : "user")} policy with name {name} cannot be found.");
}
