using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Iam.State;

namespace Minato.Iam.Authorization;

/// <summary>
/// Policies read once: what is kept here belongs to a record of the state, and goes when that is replaced. Thus a change is in force with the next call.
/// </summary>
internal sealed class CompiledPolicies
{
    // A document that nobody can read was stored when less was checked. What it denied is unknown, so it denies everything.
    private static readonly PolicyDocument s_denied =
        PolicyParser.Parse("""{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}""", PolicyKind.Identity);

    private readonly ConditionalWeakTable<PrincipalState, StrongBox<ImmutableArray<NamedPolicy>>> _inline = [];
    private readonly ConditionalWeakTable<PolicyState, NamedPolicy> _managed = [];
    private readonly ConditionalWeakTable<RoleState, PolicyDocument> _trust = [];
    private readonly ConditionalWeakTable<CallerSession, NamedPolicy> _session = [];

    public ImmutableArray<NamedPolicy> Inline(PrincipalState principal) => _inline.GetValue(principal, static p =>
        new([.. p.InlinePolicies.Select(i => new NamedPolicy($"{p.Kind}_{p.Name}_{i.Key}", Read(i.Value, PolicyKind.Identity)))])).Value;

    /// <summary>By its default version.</summary>
    public NamedPolicy Managed(PolicyState policy) => _managed.GetValue(policy, static p => new(p.Arn, Read(p.Document, PolicyKind.Identity)));

    public PolicyDocument Trust(RoleState role) => _trust.GetValue(role, static r => Read(r.AssumeRolePolicyDocument, PolicyKind.Trust));

    /// <summary>The policy given with the session; null when none was.</summary>
    public NamedPolicy? Session(CallerSession session) =>
        session.Policy is null ? null : _session.GetValue(session, static s => new("session", Read(s.Policy ?? "", PolicyKind.Identity)));

    private static PolicyDocument Read(string document, PolicyKind kind)
    {
        try
        {
            return PolicyParser.Parse(document, kind);
        }
        catch (PolicySyntaxException)
        {
            return s_denied;
        }
    }
}
