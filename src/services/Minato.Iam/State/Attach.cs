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
            : throw new LimitExceededException($"Cannot exceed quota for PoliciesPer{char.ToUpperInvariant(principal.Kind[0])}{principal.Kind[1..]}: {ManagedPoliciesPerPrincipal}");
    }

    public static T WithoutManaged<T>(T principal, string arn) where T : PrincipalState => principal.AttachedPolicies.Contains(arn)
        ? principal with { AttachedPolicies = principal.AttachedPolicies.Remove(arn) }
        : throw new NoSuchEntityException($"Policy {arn} was not found.");

    public static T Inline<T>(T principal, string name, string document) where T : PrincipalState
    {
        var changed = principal with { InlinePolicies = principal.InlinePolicies.SetItem(name, document) };
        var limit = principal switch { UserState => 2048, GroupState => 5120, _ => 10240 };
        // AWS: white space does not count.
        return changed.InlinePolicies.Values.Sum(Size) <= limit ? changed
            : throw new LimitExceededException($"Maximum policy size of {limit} bytes exceeded for {principal.Kind} {principal.Name}");
    }

    public static int Size(string document) => document.Count(c => !char.IsWhiteSpace(c));

    public static T WithoutInline<T>(T principal, string name) where T : PrincipalState => principal.InlinePolicies.ContainsKey(name)
        ? principal with { InlinePolicies = principal.InlinePolicies.Remove(name) } : throw Unknown(principal, name);

    public static string InlineDocument(PrincipalState principal, string name) =>
        principal.InlinePolicies.TryGetValue(name, out var document) ? document : throw Unknown(principal, name);

    private static NoSuchEntityException Unknown(PrincipalState principal, string name) =>
        new($"The {principal.Kind} policy with name {name} cannot be found.");
}
